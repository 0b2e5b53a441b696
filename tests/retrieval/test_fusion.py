"""Scores of several channels on one scale, and a reranker's scores blended in."""

from __future__ import annotations

import numpy as np
import pytest

from rag.retrieval.fusion import blend, relevance_signal, zscore


@pytest.mark.parametrize("scores", [[1.0, 2.0, 4.0], [-5.0, 0.0, 5.0, 900.0], [0.1, 0.2]])
def test_z_scores_have_mean_0_and_deviation_1_and_keep_the_order(scores: list[float]) -> None:
    found = zscore(np.array(scores))
    assert found.mean() == pytest.approx(0, abs=1e-9)
    assert found.std() == pytest.approx(1)
    assert np.argsort(found).tolist() == np.argsort(scores).tolist()


@pytest.mark.parametrize("scores", [[3.0], [0.0, 0.0], [0.7] * 9])
def test_equal_scores_are_all_zero(scores: list[float]) -> None:
    assert zscore(np.array(scores)).tolist() == [0.0] * len(scores)


def test_z_scores_do_not_depend_on_the_scale() -> None:
    scores = np.array([0.2, 0.5, 0.9])
    assert zscore(scores) == pytest.approx(zscore(100 * scores - 7))


def test_each_row_is_scaled_by_itself() -> None:
    rows = np.array([[0.2, 0.5, 0.9], [30.0, 10.0, 20.0], [7.0, 7.0, 7.0]])
    assert zscore(rows).tolist() == [zscore(row).tolist() for row in rows]


def test_terms_and_names_add_to_the_signal_but_less_than_the_cosine() -> None:
    assert relevance_signal(0.5, 0.0, 0.0) == 0.5
    assert 0.5 < relevance_signal(0.5, 0.0, 1.0) < relevance_signal(0.5, 1.0, 1.0) < 1.0


@pytest.mark.parametrize(("reranked", "first"), [([-90.0, 2.0, 7.0], 1), ([2.0, 7.0, -90.0], 0)])
def test_papers_that_were_not_reranked_stay_behind_those_that_were(reranked: list[float], first: int) -> None:
    scores = np.array([5.0, 4.0, 3.0, 2.9, 1.0])
    found = blend(scores, np.array(reranked, dtype=np.float32))
    best, *_, fourth, last = np.argsort(-found).tolist()
    assert (best, fourth, last) == (first, 3, 4)
    assert found[3] - found[4] == pytest.approx(1.9)


@pytest.mark.parametrize("reranked", [[0.5], [0.5, 0.5], [3.0, 3.0, 3.0]])
def test_a_reranker_that_scores_all_papers_the_same_changes_nothing(reranked: list[float]) -> None:
    scores = np.array([3.0, 2.0, 0.5])
    assert blend(scores, np.array(reranked)).tolist() == scores.tolist()


def test_the_scale_of_a_reranker_does_not_matter() -> None:
    scores, reranked = np.array([3.0, 2.0, 0.5]), np.array([0.1, 0.9, 0.2])
    assert blend(scores, reranked) == pytest.approx(blend(scores, 1_000 * reranked - 50))
