"""Names and numbers that have been exchanged."""

from __future__ import annotations

import pytest

from rag.verify.swaps import swapped_pair

MAPS = "It infers 3D scenes from 2D images."
NETS = "OwlNet teaches while BatNet learns."
RISE = "Accuracy rises from 71 to 85 points on voles."


@pytest.mark.parametrize(
    ("written", "source", "pair"),
    [
        ("It infers 2D scenes from 3D images.", MAPS, ("2d", "3d")),
        ("BatNet teaches while OwlNet learns.", NETS, ("batnet", "owlnet")),
        ("Accuracy rises from 85 to 71 points on voles.", RISE, ("85", "71")),
    ],
)
def test_an_exchanged_pair_is_returned(written: str, source: str, pair: tuple[str, str]) -> None:
    assert swapped_pair(written, source) == pair


@pytest.mark.parametrize(
    ("written", "source"),
    [
        (MAPS, MAPS),
        ("From 2D images it infers 3D scenes.", MAPS),
        ("BatNet learns while OwlNet teaches.", NETS),
        ("On voles, accuracy rises from 71 to 85 points.", RISE),
        ("It reaches 85 points.", RISE),
        ("BatNet and OwlNet hear.", "OwlNet and BatNet hear."),
        ("It infers 5D scenes.", MAPS),
        ("", MAPS),
        (MAPS, ""),
    ],
)
def test_a_sentence_in_another_order_is_accepted(written: str, source: str) -> None:
    assert swapped_pair(written, source) is None
