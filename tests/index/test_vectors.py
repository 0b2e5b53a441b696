"""A paper has vectors of its whole, its title, its sentences and its passages."""

from __future__ import annotations

import numpy as np
import pytest

from rag.index.vectors import PaperVectors, of_papers, paper_number
from rag.models.encoding import Embedding, l2_normalize
from rag.paper import Paper

OWLS = Paper("Owls at Noon", "Owls hunt voles. They hoot. We count them. It rains.")


def embed(paper: Paper, model: Embedding) -> PaperVectors:
    (found,) = of_papers([paper], model)
    return found


def question(model: Embedding) -> np.ndarray:
    return model.encode_queries(["how do cephalopods unscrew lids?"])[0].vector


@pytest.mark.parametrize(
    "paper",
    [
        OWLS,
        Paper("Owls", "Owls."),
        Paper("Owls", "Same. Same. Same. Same. Same."),
        Paper("Title " * 300, "word " * 2_000),
        Paper("Owls", "a " * 300 + ". End."),
        Paper("夜", "🦉. 夜。 It rains."),
        Paper("Owls", "They hoot. \ufffd\ufffd"),  # characters that the tokenizer drops
    ],
    ids=lambda paper: paper.abstract[:12],
)
def test_the_whole_the_title_and_each_sentence_have_a_vector_of_length_one(paper: Paper, model: Embedding) -> None:
    found = embed(paper, model)
    sentences = 5 if "Same" in paper.abstract else len(paper.abstract.split(". "))
    assert (found.rows.shape, found.rows.dtype) == ((2 + sentences, 384), np.float32)
    for vectors in (found.rows, found.words, list(found.passages(1).values())):
        assert np.linalg.norm(np.reshape(vectors, (-1, 384)), axis=1) == pytest.approx(1.0, abs=1e-5)


def test_passages_have_ids_that_say_whose_they_are(model: Embedding) -> None:
    found = embed(OWLS, model).passages(7)
    assert found.keys() == {"7.0", "7.1"}
    assert set(map(paper_number, found)) == {7}
    assert paper_number("12345.0") == 12345


def test_each_vector_is_nearest_to_its_own_text(model: Embedding) -> None:
    title, *sentences = (
        "A Miscellany",
        "Glaciers melt in spring.",
        "Owls hunt voles at night.",
        "Banks lend money at interest.",
        "Proteins fold within microseconds.",
    )
    passages = [" ".join([title, *sentences[:3]]), " ".join([title, *sentences[2:]])]
    found = embed(Paper(title, " ".join(sentences)), model)
    vectors = [*found.rows[1:], *found.passages(7).values()]
    cosines = model.encode([title, *sentences, *passages]) @ np.array(vectors).T
    assert cosines.argmax(axis=1).tolist() == list(range(len(vectors)))
    assert cosines.diagonal().min() > 0.5


def test_a_passage_is_composed_of_its_title_and_sentences(model: Embedding) -> None:
    found = embed(OWLS, model)
    _, title, *sentences = found.rows
    first, second = title + sum(sentences[:3]), title + sum(sentences[2:])
    assert found.passage_lengths == pytest.approx(np.linalg.norm([first, second], axis=1), abs=1e-5)
    assert found.passages(7)["7.0"] == pytest.approx(l2_normalize(first), abs=1e-5)
    assert found.passages(7)["7.1"] == pytest.approx(l2_normalize(second), abs=1e-5)


def test_equal_vectors_have_one_id() -> None:
    one, two = np.eye(2, dtype=np.float32)
    found = PaperVectors(np.array([one, two, *[one] * 8]), np.ones(4, np.float32), np.zeros((0, 2)))
    assert found.passages(7).keys() == {"7.0", "7.3"}  # the last passage is shorter


def test_papers_have_the_same_vectors_embedded_together_as_alone(model: Embedding) -> None:
    papers = [Paper("Coral", "Coral bleaches. " + "Divers swim. " * 3), OWLS, Paper("Jars", "word " * 600)]
    for paper, together in zip(papers, of_papers(papers, model), strict=True):
        alone = embed(paper, model)
        assert (together.rows * alone.rows).sum(axis=1).min() > 0.9999
        assert (together.words * alone.words).sum(axis=1).min() > 0.9999
        assert together.passage_lengths == pytest.approx(alone.passage_lengths, abs=1e-3)


def test_no_papers_have_no_vectors(model: Embedding) -> None:
    assert of_papers([], model) == []


def test_each_content_word_of_title_and_abstract_is_embedded_once(model: Embedding) -> None:
    assert len(embed(OWLS, model).words) == len("Owls Noon".split()) + len("Owls hunt voles hoot count rains".split())
    assert embed(Paper("7", "The of and."), model).words.shape == (1, 384)


@pytest.mark.parametrize("row", [0, 2])
def test_the_end_of_a_sentence_beyond_the_limit_of_the_model_counts(model: Embedding, row: int) -> None:
    filler = "the harbour was calm and " * 80
    jar, calm = (
        embed(Paper("Sea", f"{filler}{end}."), model).rows[row] for end in ("an octopus opened the jar", "it stayed so")
    )
    assert jar @ question(model) > calm @ question(model) + 0.05


def test_the_end_of_a_title_beyond_the_limit_of_the_model_counts(model: Embedding) -> None:
    jar, calm = (
        embed(Paper(f"{'q7 z8 x9 ' * 50} {end}", "It is so."), model).rows[1] for end in ("octopus jars", "tax law")
    )
    assert jar @ question(model) > calm @ question(model) + 0.05
