"""Scores on one scale, and how the best papers and the nearest correct them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from rag.retrieval.feedback import FEEDBACK_TERMS, relevance_model, smooth_over_neighbours
from rag.retrieval.fusion import zscore


@pytest.mark.parametrize("scores", [[1.0, 2.0, 4.0], [-5.0, 0.0, 5.0, 900.0], [0.1, 0.2]])
def test_standard_scores_have_mean_0_and_deviation_1_and_keep_the_order(scores: list[float]) -> None:
    found = zscore(np.array(scores))
    assert found.mean() == pytest.approx(0, abs=1e-9)
    assert found.std() == pytest.approx(1)
    assert np.argsort(found).tolist() == np.argsort(scores).tolist()


@pytest.mark.parametrize("scores", [[3.0], [0.0, 0.0], [0.7] * 9])
def test_scores_that_do_not_differ_tell_nothing(scores: list[float]) -> None:
    assert zscore(np.array(scores)).tolist() == [0.0] * len(scores)


def test_standard_scores_do_not_depend_on_the_scale() -> None:
    scores = np.array([0.2, 0.5, 0.9])
    assert zscore(scores) == pytest.approx(zscore(100 * scores - 7))


def model(papers: list[list[float]], scores: list[float]) -> list[float]:
    """The relevance model of papers given as what each word scores in them."""
    return relevance_model(csr_array(np.array(papers, dtype=np.float32)), np.array(scores)).tolist()


def test_words_that_the_best_papers_share_mark_the_topic() -> None:
    owl, barn, vole, the, other = model([[3, 1, 0, 0, 0], [3, 0, 1, 0, 0], [3, 0, 0, 0.01, 0]], [2, 2, 2])
    assert owl > barn == pytest.approx(vole)
    assert vole > the > other == 0


def test_the_words_of_a_better_paper_count_more() -> None:
    owl, vole = model([[2, 0], [0, 2]], [3, 1])
    assert owl > vole > 0
    owl, vole = model([[2, 0], [0, 2]], [3, 3])
    assert owl == pytest.approx(vole)


def test_a_long_paper_does_not_outweigh_a_short_one() -> None:
    *of_long, of_short = model([[2] * 20 + [0], [0] * 20 + [2]], [1, 1])
    assert of_short > max(of_long) > 0


def test_no_more_words_than_the_most_telling() -> None:
    found = model([[1.0 + n for n in range(FEEDBACK_TERMS + 50)]], [1])
    assert np.flatnonzero(found).tolist() == list(range(50, FEEDBACK_TERMS + 50))


@pytest.mark.parametrize("papers", [[[0, 0]], [[0, 0], [0, 1]], [[]]])
def test_papers_without_words_add_none(papers: list[list[float]]) -> None:
    found = model(papers, [0] * len(papers))
    assert [n for n, weight in enumerate(found) if weight] == ([1] if len(papers) == 2 else [])


def unit(*angles: float) -> np.ndarray:
    """Vectors of length 1 at these angles, in degrees."""
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


def test_where_all_score_the_same_none_gains_on_another() -> None:
    found = smooth_over_neighbours(np.full(9, 2.0), unit(0, 1, 2, 40, 41, 90, 91, 150, 179))
    assert np.ptp(found) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("scores", [[0.0], [3.0, 1.0], [1.0, 2.0, 3.0]])
@pytest.mark.parametrize("angle", [0, 90, 180])
def test_few_papers_and_ones_that_have_nothing_in_common_have_scores_too(scores: list[float], angle: float) -> None:
    vectors = unit(*(angle * n for n in range(len(scores))))
    found = smooth_over_neighbours(np.array(scores), vectors)
    assert found.shape == (len(scores),)
    assert np.isfinite(found).all()


def test_a_paper_alone_keeps_its_score() -> None:
    assert smooth_over_neighbours(np.array([1.5]), unit(30)).tolist() == [1.5]


def test_what_comes_in_is_not_changed() -> None:
    scores, vectors = np.array([3.0, 1.0]), unit(0, 10)
    smooth_over_neighbours(scores, vectors)
    assert scores.tolist() == [3.0, 1.0]
    assert vectors.tolist() == unit(0, 10).tolist()
