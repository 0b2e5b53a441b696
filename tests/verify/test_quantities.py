"""Which quantities a text contains."""

from __future__ import annotations

import pytest

from rag.verify.quantities import Quantity, quantities_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It runs 12 times faster.", [Quantity(12, "x")]),
        ("It runs twelve times faster.", [Quantity(12, "x")]),
        ("It is 3x and 2.5× as fast.", [Quantity(3, "x"), Quantity(2.5, "x")]),
        ("a 3-fold gain", [Quantity(3, "x")]),
        ("twice as fast, with doubled gain", [Quantity(2, "x")]),
        ("half the cost, which halves again", [Quantity(0.5, "x")]),
        ("an order of magnitude, two orders of magnitude", [Quantity(1, "magnitude"), Quantity(2, "magnitude")]),
        ("90% or 85 percent or 80 per cent", [Quantity(90, "%"), Quantity(85, "%"), Quantity(80, "%")]),
        (r"94.1\% accuracy", [Quantity(94.1, "%")]),
        ("1,000 labels and 20 000 images", [Quantity(1000, ""), Quantity(20000, "")]),
        ("1.2 million, 38k, 7B and 6 hundred", [Quantity(v, "") for v in (1.2e6, 38e3, 7e9, 600)]),
        ("40 fps or 40 frames per second", [Quantity(40, "fps")]),
        ("5 ms, 5 milliseconds, 3 hours, 3 h", [Quantity(5, "ms"), Quantity(3, "h"), Quantity(3, "")]),
        ("5 min, 6 minutes, a 10-year span", [Quantity(5, "minute"), Quantity(6, "minute"), Quantity(10, "year")]),
        ("8-bit weights", [Quantity(8, "bit")]),
        ("5 GB and 3 dB", [Quantity(5, "gb"), Quantity(3, "db")]),
        ("1 point, 2 points, 8 bits", [Quantity(1, "point"), Quantity(2, "point"), Quantity(8, "bit")]),
        ("shifts by -5 and −7 meV", [Quantity(-5, ""), Quantity(-7, "mev")]),
        ("5 kg, 3 mm, 20 kHz, 1.5 V", [Quantity(5, "kg"), Quantity(3, "mm"), Quantity(20, "khz"), Quantity(1.5, "v")]),
        (
            "up to 5 x, at most 3, no more than 4",
            [Quantity(5, "x", "most"), Quantity(3, "", "most"), Quantity(4, "", "most")],
        ),
        ("at least 5%, more than twelve voles", [Quantity(5, "%", "least"), Quantity(12, "", "least")]),
        ("over 5 years", [Quantity(5, "year", "any")]),
        ("one of them, in one step", []),
        ("ResNet-50, GPT4 and v2 on CASP14", []),
        ("no numbers", []),
        ("", []),
    ],
)
def test_numbers_have_values_units_and_bounds(text: str, expected: list[Quantity]) -> None:
    assert list(quantities_in(text)) == expected


def test_each_quantity_comes_with_the_text_that_states_it() -> None:
    assert quantities_in("It has 1.2 million parts, twice those of owls.") == {
        Quantity(1.2e6, ""): "1.2 million",
        Quantity(2, "x"): "twice",
    }
