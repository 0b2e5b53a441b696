"""Whether a sentence exchanges the two sides of a comparison."""

from __future__ import annotations

import pytest

from rag.verify.comparisons import swaps_comparison

NAMES = ["OwlNet", "BatNet", "FoxNet"]
DUEL = "OwlNet outperforms BatNet on voles."


@pytest.mark.parametrize(
    ("written", "quote", "expected"),
    [
        (DUEL, DUEL, False),
        ("BatNet outperforms OwlNet on voles.", DUEL, True),
        ("OwlNet is faster than BatNet.", "Our method is faster than BatNet.", False),
        ("BatNet is faster than OwlNet.", "Our method is faster than BatNet.", True),
        ("BatNet is faster than OwlNet.", "It is faster than BatNet.", True),
        ("OwlNet beats FoxNet.", "OwlNet beats BatNet and FoxNet.", False),
        ("BatNet hears voles.", "OwlNet hears voles better than BatNet.", True),
        ("OwlNet hears voles.", "OwlNet hears voles better than BatNet.", False),
        ("On voles BatNet outperforms OwlNet.", "It is dark. OwlNet beats BatNet. It is late.", True),
        ("Owls hunt.", "Owls hunt.", False),
        ("", "", False),
    ],
)
def test_names_on_the_other_side_of_a_comparison_are_noticed(written: str, quote: str, expected: bool) -> None:
    assert swaps_comparison(written, [quote], "OwlNet", NAMES) is expected


def test_a_source_that_says_both_supports_both() -> None:
    both = "OwlNet beats BatNet on voles. BatNet beats OwlNet on moths."
    for written in ("OwlNet beats BatNet on voles.", "BatNet beats OwlNet on moths."):
        assert not swaps_comparison(written, [both], "OwlNet", NAMES)
