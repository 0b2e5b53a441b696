"""Whether a sentence points the opposite way from its source."""

from __future__ import annotations

import pytest

from rag.verify.direction import opposite_direction


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("OwlNet is faster than BatNet.", "OwlNet is quicker than BatNet."),
        ("It improves accuracy.", "It enhances accuracy."),
        ("It lowers the error.", "It reduces the error."),
        ("It has fewer labels and more speed.", "With more speed it needs fewer labels."),
        ("It improves accuracy.", "It improves accuracy where others degrade it."),
        ("It is large.", "It runs in parks."),
        ("", "It is faster."),
    ],
)
def test_both_point_the_same_way(written: str, source: str) -> None:
    assert opposite_direction(written, source) == ""


@pytest.mark.parametrize(
    ("written", "source", "word"),
    [
        ("OwlNet is slower than BatNet.", "OwlNet is faster than BatNet.", "slower"),
        ("It degrades accuracy.", "It improves accuracy.", "degrad"),
        ("It increases the error.", "It reduces the error.", "increas"),
        ("It needs more labels.", "It needs fewer labels.", "more"),
        ("It runs after training.", "It runs before training.", "after"),
        ("It is harder to train.", "It is easier to train.", "harder"),
        ("It has a different loss.", "It has the same loss.", "differ"),
        ("It prevents transfer.", "It enables transfer.", "prevent"),
        ("It needs more labels and less time.", "It needs less labels and more time.", "more"),
    ],
)
def test_the_word_that_points_the_opposite_way_is_returned(written: str, source: str, word: str) -> None:
    assert opposite_direction(written, source) == word
