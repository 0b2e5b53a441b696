"""Pseudo-relevance feedback, and scores smoothed over nearest neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from rag.index.bm25 import BM25Index
from rag.retrieval.feedback import FEEDBACK_TERMS, relevance_model, relevance_scores, smooth_over_neighbours


def index(papers: list[list[float]]) -> BM25Index:
    """An index of papers, numbered from 1, given as the BM25 of each term in them."""
    matrix = np.array([[0.0] * len(papers[0]), *papers], dtype=np.float32)
    numbers, terms = np.nonzero(matrix)
    starts = np.searchsorted(numbers, np.arange(len(matrix) + 1))
    terms_of_postings, papers_of_postings = np.nonzero(matrix.T)
    term_starts = np.searchsorted(terms_of_postings, np.arange(matrix.shape[1] + 1))
    postings = term_starts, papers_of_postings, matrix.T[terms_of_postings, papers_of_postings]
    names = {str(term): term for term in range(matrix.shape[1])}
    return BM25Index(names, list(names), *postings, starts, terms, matrix[numbers, terms], np.ones(len(terms)))


def model(papers: list[list[float]], scores: list[float]) -> list[float]:
    """The weight of each term in the relevance model of papers given as the BM25 of each term in them."""
    terms, weights = relevance_model(np.arange(1, len(papers) + 1), np.array(scores), index(papers))
    dense = np.zeros(len(papers[0]))
    dense[terms] = weights
    return [float(weight) for weight in dense]


def test_terms_that_the_best_papers_share_weigh_most() -> None:
    owl, barn, vole, the, other = model([[3, 1, 0, 0, 0], [3, 0, 1, 0, 0], [3, 0, 0, 0.01, 0]], [2, 2, 2])
    assert owl > barn == pytest.approx(vole)
    assert vole > the > other == 0


def test_the_terms_of_a_better_paper_weigh_more() -> None:
    owl, vole = model([[2, 0], [0, 2]], [3, 1])
    assert owl > vole > 0
    owl, vole = model([[2, 0], [0, 2]], [3, 3])
    assert owl == pytest.approx(vole)


def test_a_long_paper_does_not_outweigh_a_short_one() -> None:
    *of_long, of_short = model([[2] * 20 + [0], [0] * 20 + [2]], [1, 1])
    assert of_short > max(of_long) > 0


def test_only_the_heaviest_terms_are_kept() -> None:
    weights = model([[1.0 + n for n in range(70)]], [1])
    kept = np.flatnonzero(weights).tolist()
    assert kept == list(range(70 - len(kept), 70))
    assert len(kept) == FEEDBACK_TERMS


@pytest.mark.parametrize("papers", [[[0, 0]], [[0, 0], [0, 1]], [[]]])
def test_papers_without_terms_add_none(papers: list[list[float]]) -> None:
    found = model(papers, [0] * len(papers))
    assert [n for n, weight in enumerate(found) if weight] == ([1] if len(papers) == 2 else [])


def test_a_paper_that_uses_the_terms_of_the_best_scores_higher() -> None:
    papers = index([[3, 2, 0, 0], [0, 0, 3, 0], [2, 0, 0, 2], [0, 0, 0, 3]])
    best, other, related, unrelated = relevance_scores(np.arange(1, 5), np.array([9.0, 1.0, 0.0, 0.0]), papers)
    assert best > related > max(other, unrelated)


def test_scores_are_those_of_the_papers_asked_for() -> None:
    papers = index([[3, 2, 0, 0], [0, 0, 3, 0], [2, 0, 0, 2], [0, 0, 0, 3]])
    first, second, third = relevance_scores(np.array([1, 2, 3]), np.array([9.0, 1.0, 0.0]), papers).tolist()
    assert relevance_scores(np.array([3, 1, 2]), np.array([0.0, 9.0, 1.0]), papers).tolist() == pytest.approx(
        [third, first, second]
    )


def test_only_the_best_papers_are_taken_to_be_relevant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.retrieval.feedback.FEEDBACK_PAPERS", 1)
    found = relevance_scores(np.arange(1, 4), np.array([1.0, 3.0, 2.0]), index([[1, 0, 0], [0, 1, 0], [0, 0, 1]]))
    assert [bool(score) for score in found] == [False, True, False]


def unit(*angles: float) -> np.ndarray:
    """Unit vectors at these angles, in degrees."""
    return np.array([[np.cos(np.radians(angle)), np.sin(np.radians(angle))] for angle in angles])


def test_a_paper_gains_from_neighbours_that_score_high() -> None:
    scores = np.array([5.0] * 6 + [1.0] * 7 + [1.0])
    beside_the_best = smooth_over_neighbours(scores, unit(*range(6), *range(90, 97), 6))[-1]
    beside_the_rest = smooth_over_neighbours(scores, unit(*range(6), *range(90, 97), 97))[-1]
    assert beside_the_best > beside_the_rest


def test_a_paper_is_not_its_own_neighbour() -> None:
    best, other = smooth_over_neighbours(np.array([5.0, 0.0]), unit(0, 10))
    assert best == 5.0
    assert 0 < other < 5


def test_equal_scores_stay_equal() -> None:
    found = smooth_over_neighbours(np.full(9, 2.0), unit(0, 1, 2, 40, 41, 90, 91, 150, 179))
    assert np.ptp(found) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("scores", [[0.0], [3.0, 1.0], [1.0, 2.0, 3.0]])
@pytest.mark.parametrize("angle", [0, 90, 180])
def test_few_papers_and_papers_with_nothing_in_common_get_finite_scores(scores: list[float], angle: float) -> None:
    vectors = unit(*(angle * n for n in range(len(scores))))
    found = smooth_over_neighbours(np.array(scores), vectors)
    assert found.shape == (len(scores),)
    assert np.isfinite(found).all()


def test_a_single_paper_keeps_its_score() -> None:
    assert smooth_over_neighbours(np.array([1.5]), unit(30)).tolist() == [1.5]


def test_the_arguments_are_not_changed() -> None:
    scores, vectors = np.array([3.0, 1.0]), unit(0, 10)
    smooth_over_neighbours(scores, vectors)
    assert scores.tolist() == [3.0, 1.0]
    assert vectors.tolist() == unit(0, 10).tolist()
