"""A cross-encoder reads the best papers again, and what is none is refused in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rag import settings
from rag.chat.library import Library
from rag.errors import ModelError
from rag.index import store
from rag.language.passages import title_and_text
from rag.models import cross_encoder, embedding
from rag.paper import Paper
from rag.retrieval.fusion import blend
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import WHICH

PAPERS = [Paper("Coral", "Coral bleaches."), Paper("Owls", "Owls hunt voles at night."), Paper("Jars", "It opens.")]
WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] . ? owls voles hunt night coral bleach ##es jars it opens which at".split()


def save(folder: Path, head: str, outputs: int = 1) -> Path:
    """A tiny BERT with random weights and this head, saved to `folder` as a user would have it."""
    import torch
    import transformers

    folder.mkdir()
    transformers.BertTokenizerFast({word: n for n, word in enumerate(WORDS)}).save_pretrained(folder)
    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        num_labels=outputs,
        initializer_range=0.3,  # so that different texts have different scores
    )
    getattr(transformers, head)(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("models") / "tiny", "BertForSequenceClassification")


@pytest.fixture(scope="module")
def model(folder: Path) -> cross_encoder.Reranker:
    return cross_encoder.load(str(folder))


def test_each_paper_has_the_score_of_question_title_and_abstract(model: cross_encoder.Reranker, folder: Path) -> None:
    from sentence_transformers import CrossEncoder
    from torch.nn import Identity

    pairs = [("which owls hunt?", title_and_text(paper.title, paper.abstract)) for paper in PAPERS]
    expected = CrossEncoder(str(folder)).predict(pairs, activation_fn=Identity(), show_progress_bar=False)
    found = model.read("which owls hunt?", PAPERS)
    assert found.tolist() == pytest.approx(expected.tolist(), abs=1e-5)
    assert len(set(found.tolist())) == len(PAPERS)
    assert model.read("coral bleaches?", PAPERS).tolist() != pytest.approx(found.tolist())


@pytest.mark.parametrize("question", ["", "\x00", "\ud800", "owls " * 400, "🦉"])
def test_odd_questions_and_long_abstracts_have_scores_too(model: cross_encoder.Reranker, question: str) -> None:
    found = model.read(question, [*PAPERS, Paper("Long", "Owls hunt voles. " * 300)])
    assert found.shape == (4,)
    assert np.isfinite(found).all()


@pytest.mark.parametrize(("read", "first"), [([-90.0, 2.0, 7.0], 1), ([2.0, 7.0, -90.0], 0)])
def test_papers_that_were_not_read_stay_behind_those_that_were(read: list[float], first: int) -> None:
    scores = np.array([5.0, 4.0, 3.0, 2.9, 1.0])
    found = blend(scores, np.array(read, dtype=np.float32))
    best, *_, fourth, last = np.argsort(-found).tolist()
    assert (best, fourth, last) == (first, 3, 4)
    assert found[3] - found[4] == pytest.approx(1.9)


@pytest.mark.parametrize("read", [[0.5], [0.5, 0.5], [3.0, 3.0, 3.0]])
def test_what_reads_all_alike_changes_nothing(read: list[float]) -> None:
    scores = np.array([3.0, 2.0, 0.5])
    assert blend(scores, np.array(read)).tolist() == scores.tolist()


def test_what_it_reads_counts_by_its_order_of_size_whatever_the_scale() -> None:
    scores, read = np.array([3.0, 2.0, 0.5]), np.array([0.1, 0.9, 0.2])
    assert blend(scores, read) == pytest.approx(blend(scores, 1_000 * read - 50))


class Fond(cross_encoder.Reranker):
    """One that gives papers with a word in the title the better score, and notes what it was given."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.seen: list[tuple[str, int]] = []

    def read(self, question: str, papers: Sequence[Paper]) -> np.ndarray:
        self.seen.append((question, len(papers)))
        return np.array([float(self.word in paper.title) for paper in papers])


@pytest.fixture(scope="module")
def model() -> embedding.Embedding:
    return embedding.load("bundled")


def test_what_the_model_finds_better_rises_and_nothing_is_lost(index_dir: Path, model: embedding.Embedding) -> None:
    opened = store.open_current(index_dir)
    before = [hit.paper.title for hit in HybridRetriever(opened, model).search([WHICH], 14).papers]
    reranker = Fond("Galaxies")
    after = HybridRetriever(opened, model, reranker=reranker).search([f"{WHICH} And stars?", WHICH], 14).papers
    titles = [hit.paper.title for hit in after]
    assert reranker.seen == [(f"{WHICH} And stars?", 14)]
    assert sorted(titles) == sorted(before)
    assert titles.index("Learning to Weigh Galaxies from Images") < before.index(
        "Learning to Weigh Galaxies from Images"
    )
    assert [hit.score for hit in after] == sorted((hit.score for hit in after), reverse=True)


@pytest.mark.parametrize("among", [None, {9}, {1, 9}, set()])
def test_only_the_best_of_the_papers_allowed_are_read(
    index_dir: Path, model: embedding.Embedding, monkeypatch: pytest.MonkeyPatch, among: set[int] | None
) -> None:
    monkeypatch.setattr("rag.retrieval.retriever.RERANKED", 5)
    reranker = Fond("Galaxies")
    found = HybridRetriever(store.open_current(index_dir), model, reranker=reranker).search([WHICH], 14, among)
    count = 14 if among is None else len(among)
    assert len(found.papers) == count
    assert reranker.seen == ([(WHICH, min(count, 5))] if count else [])


def test_a_setting_turns_it_on(index_dir: Path, folder: Path) -> None:
    plain, read = (
        Library(settings.load(index_dir=index_dir, llm="none", rerank=name)).retriever().search([WHICH], 14)
        for name in (None, str(folder))
    )
    assert {hit.paper.key for hit in plain.papers} == {hit.paper.key for hit in read.papers}
    assert [hit.paper.key for hit in plain.papers] != [hit.paper.key for hit in read.papers]


@pytest.mark.parametrize("name", ["./nothing", "/nothing/here", "~/nothing", "no/such-model"])
def test_a_model_that_is_not_to_be_had_is_one_line(name: str) -> None:
    with pytest.raises(ModelError, match=r"^Reranker '.*' is neither a folder here nor .*Set rerank to [^\n]*$"):
        cross_encoder.load(name)


@pytest.mark.parametrize(("head", "outputs"), [("BertForSequenceClassification", 3), ("BertModel", 1)])
def test_a_model_that_does_not_give_one_score_is_refused(tmp_path: Path, head: str, outputs: int) -> None:
    with pytest.raises(ModelError, match=r"^'.*' is no cross-encoder that gives one score\. Set rerank [^\n]*$"):
        cross_encoder.load(str(save(tmp_path / "other", head, outputs)))


def test_a_folder_without_a_model_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"^Reranker [^\n]*$"):
        cross_encoder.load(str(tmp_path))


def test_local_models_ask_the_network_for_nothing(folder: Path, index_dir: Path) -> None:
    script = f"""
import json, socket
asked = []
def refuse(*arguments, **options):
    asked.append(str(arguments))
    raise OSError("no network here")
socket.getaddrinfo = socket.create_connection = refuse
from rag import settings
from rag.chat import Chat
chosen = settings.load(index_dir={str(index_dir)!r}, llm="none", rerank={str(folder)!r})
found = Chat(chosen).retriever().search(["owls"], 3).papers
print(json.dumps([len(found), asked]))
"""
    without = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=without)
    assert json.loads(done.stdout) == [3, []]
