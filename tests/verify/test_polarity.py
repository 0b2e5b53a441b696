"""Whether a sentence negates what its quotes affirm, or the other way round."""

from __future__ import annotations

import pytest

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
def test_both_negate_the_same(written: str, quotes: list[str]) -> None:
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
def test_one_negates_what_the_other_affirms(written: str, quotes: list[str]) -> None:
    assert contradicted_negation(written, quotes) != ""
