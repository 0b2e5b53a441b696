"""Words are embedded in context, and papers are scored by how near their words are to those of a question."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.index import maxsim
from rag.index.maxsim import MaxSimIndex, MaxSimWriter, content_word_embeddings
from rag.models.encoding import Embedding

SCANS = "We register point clouds that are rotated by any angle."
BANKS = "A bank lends money at interest."
RIVER = "Otters sleep on the bank of a river."


def embed(text: str, model: Embedding) -> tuple[list[str], np.ndarray]:
    return content_word_embeddings(text, *model.encode_tokens([text]))


def index(folder: Path, model: Embedding, *texts: str) -> MaxSimIndex:
    """An index of papers, numbered from 1, with the words of these texts."""
    words = [embed(text, model)[1] for text in texts]
    basis = maxsim.principal_components(np.concatenate(words))
    with MaxSimWriter(folder, np.zeros(len(texts) + 1, int), basis) as writer:
        writer.add([(number, maxsim.compress(of_text, basis)) for number, of_text in enumerate(words, 1)])
    return maxsim.load(folder)


def scores(found: MaxSimIndex, question: str, model: Embedding, numbers: list[int]) -> list[float]:
    words, query = embed(question, model)
    values: list[float] = found.scores(query, [1.0] * len(words), np.array(numbers)).tolist()
    return values


def test_the_embedding_of_a_word_depends_on_its_sentence(model: Embedding) -> None:
    def bank(text: str) -> np.ndarray:
        words, vectors = embed(text, model)
        return vectors[words.index("bank")]

    assert bank(BANKS) @ bank("The bank gave us a loan.") > bank(BANKS) @ bank(RIVER) + 0.1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Which papers align scans?", ["align", "scans"]),
        ("SE(3)-equivariant γ-MoD, 3-D", ["SE", "3", "equivariant", "MoD", "3"]),
        ("the of and?", []),
        ("", []),
        ("electroencephalography 🦉", ["electroencephalography"]),
    ],
)
def test_content_words_have_embeddings_of_length_one(model: Embedding, text: str, words: list[str]) -> None:
    found, vectors = embed(text, model)
    assert found == words
    assert vectors.shape == (len(words), 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_words_beyond_the_limit_of_the_model_are_left_out(model: Embedding) -> None:
    words, vectors = embed("owl " * 1_000, model)
    assert len(words) == len(vectors) == model.max_tokens - 2  # its start and end tokens


def test_a_paper_that_says_it_in_other_words_scores_highest(tmp_path: Path, model: Embedding) -> None:
    found = index(tmp_path, model, BANKS, SCANS, RIVER)
    values = scores(found, "aligning 3-D scans that may be turned arbitrarily", model, [1, 2, 3])
    assert np.argmax(values) == 1
    assert all(-1 <= value <= 1 for value in values)


def test_a_paper_scores_the_same_whichever_others_are_scored(tmp_path: Path, model: Embedding) -> None:
    found = index(tmp_path, model, BANKS, "the", SCANS, RIVER)
    whole = scores(found, "otters and money", model, [1, 2, 3, 4])
    assert scores(found, "otters and money", model, [4, 2]) == pytest.approx([whole[3], whole[1]], abs=1e-3)
    assert whole[1] == 0  # it has no content word
    assert scores(found, "sleeping otters", model, [4, 1])[0] == pytest.approx(
        max(scores(found, "sleeping otters", model, [1, 3, 4])), abs=1e-3
    )


def test_compression_keeps_enough_of_a_word_to_recognize_it(tmp_path: Path, model: Embedding) -> None:
    found = index(tmp_path, model, BANKS, SCANS)
    assert scores(found, BANKS, model, [1]) == pytest.approx([1.0], abs=0.02)


def test_a_word_of_higher_weight_counts_more(tmp_path: Path, model: Embedding) -> None:
    found = index(tmp_path, model, BANKS, RIVER)
    _, query = embed("otters money", model)
    for weights, best in (([1.0, 0.1], 1), ([0.1, 1.0], 0)):
        assert np.argmax(found.scores(query, weights, np.array([1, 2]))) == best


@pytest.mark.parametrize("question", ["", "the of and"])
def test_all_papers_score_0_for_a_question_without_content_words(
    tmp_path: Path, model: Embedding, question: str
) -> None:
    assert scores(index(tmp_path, model, BANKS, RIVER), question, model, [1, 2]) == [0, 0]


def test_all_papers_score_0_for_words_without_weight(tmp_path: Path, model: Embedding) -> None:
    _, query = embed("otters", model)
    assert index(tmp_path, model, BANKS, RIVER).scores(query, [0.0], np.array([1, 2])).tolist() == [0, 0]


def test_words_taken_from_an_index_are_written_as_they_are(tmp_path: Path, model: Embedding) -> None:
    old = index(tmp_path, model, BANKS, "the", SCANS)
    (tmp_path / "new").mkdir()
    with MaxSimWriter(tmp_path / "new", np.zeros(4, int), old.basis) as writer:
        writer.add([(2, maxsim.compress(embed(RIVER, model)[1], old.basis)), (3, old.of_paper(1))])
        writer.add([(1, old.of_paper(2))])
    new = maxsim.load(tmp_path / "new")
    assert new.basis.tolist() == old.basis.tolist()
    assert [new.of_paper(number).tolist() for number in (3, 1)] == [old.of_paper(n).tolist() for n in (1, 2)]
    question = "money on the bank"
    assert scores(new, question, model, [1, 3]) == pytest.approx(scores(old, question, model, [2, 1]), abs=1e-4)
    assert np.argmax(scores(new, "sleeping otters", model, [1, 2, 3])) == 1


def test_a_block_that_raises_leaves_no_index(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), MaxSimWriter(tmp_path, np.zeros(2, int), np.eye(3)):
        raise RuntimeError
    with pytest.raises(FileNotFoundError):
        maxsim.load(tmp_path)


@pytest.mark.parametrize("name", [maxsim.EMBEDDINGS_FILE, maxsim.TABLE_FILE])
def test_a_damaged_index_is_refused(tmp_path: Path, model: Embedding, name: str) -> None:
    index(tmp_path, model, BANKS, RIVER)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    with pytest.raises((ValueError, OSError, KeyError)):
        maxsim.load(tmp_path)
