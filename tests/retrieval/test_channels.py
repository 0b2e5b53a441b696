"""Candidates of the channels, and their scores added up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from rag.index.maxsim import MaxSimIndex
from rag.retrieval.channels import Channels, candidates, fuse, top_positions

ALL = np.ones(7, dtype=bool)  # papers 1 to 6, and 0, which is none


class Equal(MaxSimIndex):
    """Late interaction that scores all papers the same."""

    def __init__(self) -> None:
        super().__init__(np.zeros((1, 1)), np.zeros((7, 2)), np.zeros((1, 1)))

    def scores(self, query: np.ndarray, weights: Sequence[float], numbers: np.ndarray) -> np.ndarray:
        return np.zeros(len(numbers))


def channels(bm25: dict[int, float], cosines: dict[int, float]) -> Channels:
    """What two channels say of papers 1 to 6, by number."""
    scores = np.array([bm25.get(number, 0.0) for number in range(7)])
    return Channels([1.0], np.zeros((0, 1)), [], [], frozenset(), {"papers": cosines}, scores)


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [([True] * 5, [3, 1]), ([True, False, True, False, True], [3, 1, 4, 0]), ([False] * 5, [3, 1])],
)
def test_the_best_positions_are_those_of_all_and_of_the_allowed(allowed: list[bool], expected: list[int]) -> None:
    scores = np.array([1.0, 4.0, 0.0, 5.0, 3.0])
    assert top_positions(scores, 2, np.array(allowed)).tolist() == expected


def test_a_candidate_is_any_paper_that_a_channel_retrieved() -> None:
    first, second = channels({5: 1.0}, {3: 0.9}), channels({}, {1: 0.2, 3: 0.1})
    assert candidates([first, second], ALL).tolist() == [1, 3, 5]
    assert candidates([channels({}, {})], ALL).tolist() == []


def test_a_paper_that_is_good_in_both_channels_comes_before_one_that_is_good_in_one() -> None:
    found = channels({1: 3.0, 2: 3.0, 3: 0.5}, {1: 0.9, 3: 0.9, 2: 0.1})
    scores = fuse(found, np.array([1, 2, 3]), ALL[:3], Equal())
    assert np.argmax(scores) == 0


def test_a_paper_that_a_channel_did_not_retrieve_gets_the_lowest_score_of_that_channel() -> None:
    found = channels({1: 1.0, 2: 1.0, 3: 1.0}, {1: 0.9, 2: 0.4})
    best, low, missing = fuse(found, np.array([1, 2, 3]), ALL[:3], Equal())
    assert best > low == pytest.approx(missing)
