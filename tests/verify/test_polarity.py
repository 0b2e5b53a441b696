"""What a sentence denies, which way it points, and which side of a comparison its names are on."""

from __future__ import annotations

import pytest

from rag.verify.direction import opposite_direction, swaps_comparison
from rag.verify.polarity import contradicted_negation


@pytest.mark.parametrize(
    ("written", "quotes"),
    [
        ("Owls do not hunt by day.", ["Owls don't hunt by day."]),
        ("Owls can’t hear moths.", ["Owls cannot hear moths."]),
        ("Owls never hunt by day.", ["Owls do not hunt by day."]),
        ("Owls hunt without light.", ["Owls need no light when they hunt without light."]),
        ("Owls hunt.", ["Owls hunt, though they do not swim."]),
        ("Owls hunt and swim not.", ["Owls hunt.", "They swim not."]),
        ("Owls hunt not only by ear.", ["Owls hunt by ear and by eye."]),
        ("Owls hunt no matter how dark it is.", ["Owls hunt however dark it is."]),
        ("It is unknown.", ["It is unknown."]),
        ("One map is linear, the other nonlinear.", ["One map is linear.", "The other is nonlinear."]),
        ("The map is nonlinear.", ["The map is non-linear."]),
        ("", [""]),
    ],
)
def test_both_deny_the_same(written: str, quotes: list[str]) -> None:
    assert contradicted_negation(written, quotes) == ""


@pytest.mark.parametrize(
    ("written", "quotes"),
    [
        ("Owls do not hunt by day.", ["Owls hunt by day."]),
        ("Owls hunt by day.", ["Owls do not hunt by day."]),
        ("Owls hunt without light.", ["Owls hunt with light."]),
        ("Owls fail to hear moths.", ["Owls hear moths."]),
        ("No owl hears moths.", ["An owl hears moths."]),
        ("Owls hunt but do not swim.", ["Owls swim but do not hunt."]),
        ("The method is supervised.", ["The method is unsupervised."]),
        ("The map is non-linear.", ["The map is linear.", "Nothing is known."]),
        ("The map is linear.", ["The map is non-linear."]),
        ("The bound is infinite.", ["The bound is finite."]),
        ("Owls hear moths.", ["Owls cannot hear moths.", "Bats fly."]),
    ],
)
def test_one_denies_what_the_other_says(written: str, quotes: list[str]) -> None:
    assert contradicted_negation(written, quotes) != ""


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
def test_a_word_that_points_the_other_way_is_told(written: str, source: str, word: str) -> None:
    assert opposite_direction(written, source) == word


TITLE = "OwlNet: Ears at Night"
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
def test_names_that_changed_sides_are_told(written: str, quote: str, expected: bool) -> None:
    assert swaps_comparison(written, [quote], TITLE, ["OwlNet", "BatNet", "FoxNet"]) is expected


def test_a_source_that_says_both_backs_both() -> None:
    both = "OwlNet beats BatNet on voles. BatNet beats OwlNet on moths."
    for written in ("OwlNet beats BatNet on voles.", "BatNet beats OwlNet on moths."):
        assert not swaps_comparison(written, [both], TITLE, ["OwlNet", "BatNet"])
