"""A reranker reorders the best papers of a search."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.index.opening import open_current
from rag.models.cross_encoder import Reranker
from rag.models.encoding import Embedding
from rag.paper import Paper
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import WHICH


class TitleReranker(Reranker):
    """Scores papers by whether a word is in the title, and records the calls."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.calls: list[tuple[str, int]] = []

    def score(self, question: str, papers: Sequence[Paper]) -> np.ndarray:
        self.calls.append((question, len(papers)))
        return np.array([float(self.word in paper.title) for paper in papers])


def test_a_paper_that_the_reranker_prefers_rises_and_none_is_lost(index_dir: Path, model: Embedding) -> None:
    opened = open_current(index_dir)
    before = [hit.paper.title for hit in HybridRetriever(opened, model).search([WHICH], 14).papers]
    reranker = TitleReranker("Galaxies")
    after = HybridRetriever(opened, model, reranker=reranker).search([f"{WHICH} And stars?", WHICH], 14).papers
    titles = [hit.paper.title for hit in after]
    assert reranker.calls == [(f"{WHICH} And stars?", 14)]
    assert sorted(titles) == sorted(before)
    assert titles.index("Learning to Weigh Galaxies from Images") < before.index(
        "Learning to Weigh Galaxies from Images"
    )
    assert [hit.score for hit in after] == sorted((hit.score for hit in after), reverse=True)


@pytest.mark.parametrize("among", [None, {9}, {1, 9}, set()])
def test_only_the_best_of_the_allowed_papers_are_reranked(
    index_dir: Path, model: Embedding, monkeypatch: pytest.MonkeyPatch, among: set[int] | None
) -> None:
    monkeypatch.setattr("rag.retrieval.retriever.RERANK_DEPTH", 5)
    reranker = TitleReranker("Galaxies")
    found = HybridRetriever(open_current(index_dir), model, reranker=reranker).search([WHICH], 14, among)
    count = 14 if among is None else len(among)
    assert len(found.papers) == count
    assert reranker.calls == ([(WHICH, min(count, 5))] if count else [])
