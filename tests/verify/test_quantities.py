"""Numbers: which there are in a text, and whether a source gives them of the same thing."""

from __future__ import annotations

import pytest

from rag.verify.quantities import Quantity, quantities_in, unsupported_quantity


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
def test_numbers_are_values_with_units(text: str, expected: list[Quantity]) -> None:
    assert list(quantities_in(text)) == expected


def test_a_number_is_told_as_it_is_written() -> None:
    assert quantities_in("It has 1.2 million parts, twice those of owls.") == {
        Quantity(1.2e6, ""): "1.2 million",
        Quantity(2, "x"): "twice",
    }


PAIR = "The sensor reaches 91% accuracy on cats and 85% accuracy on dogs."


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("It runs at 40 fps.", "It runs at 40 frames per second."),
        ("It is 2 times faster.", "It is twice as fast."),
        ("It costs half.", "It costs 0.5x."),
        ("It has 38 thousand parameters.", "38k parameters suffice."),
        ("It has 12 million parameters.", "It has 12,000,000 parameters."),
        ("It saves 23 percent.", "It saves 23%."),
        ("It lowers the shift by 5%.", "The shift is -5%."),
        ("The shift is -5%.", "It lowers the shift by 5%."),
        ("It is 5 times faster.", "It is at least 5 times faster."),
        ("It is more than 5 times faster.", "It is over 5 times faster."),
        ("It takes at most 5 ms.", "It takes no more than 5 ms."),
        ("It weighs 5.", "It weighs 5 kg."),
        ("It reaches 91.", PAIR),
        ("The rate is 1e-6.", "The rate is $10^{-6}$."),
        ("It has 8 bits.", "It has 8-bit weights."),
        ("It reaches 91% on cats.", PAIR),
        ("On dogs it reaches 85%.", PAIR),
        ("It reaches 91% and 85% accuracy.", PAIR),
        ("One network hears.", "A network hears."),
        ("Three networks are compared.", "We compare OwlNet, BatNet and FoxNet."),
        ("OwlNet-50 hears.", "A network hears."),
        ("", ""),
    ],
)
def test_numbers_of_the_source_in_any_spelling_are_not_stray(written: str, source: str) -> None:
    assert unsupported_quantity(written, source) == ""


@pytest.mark.parametrize(
    ("written", "source", "number"),
    [
        ("It runs at 30 fps.", "It runs at 40 fps.", "30 fps"),
        ("It runs 40 times faster.", "It runs at 40 fps.", "40 times"),
        ("It runs 40 times faster.", "It runs fast.", "40 times"),
        ("It has 12 billion parameters.", "It has 12 million parameters.", "12 billion"),
        ("It saves 2.3%.", "It saves 23%.", "2.3%"),
        ("The shift is 5%.", "The shift is -5%.", "5%"),
        ("The gain is -5%.", "The gain is 5%.", "-5%"),
        ("It is 5 times faster.", "It is up to 5 times faster.", "5 times"),
        ("It is at least 5 times faster.", "It is up to 5 times faster.", "5 times"),
        ("It is up to 5 times faster.", "It is 5 times faster.", "5 times"),
        ("It is more than 5 times faster.", "It is 5 times faster.", "5 times"),
        ("It weighs 5 g.", "It weighs 5 kg.", "5 g"),
        ("It saves 23 points.", "It saves 23%.", "23 points"),
        ("It is twice as fast.", "It is fast.", "twice"),
        ("It halves the cost.", "It doubles the cost.", "halves"),
        ("It gains an order of magnitude.", "It gains two orders of magnitude.", "an order of magnitude"),
        ("It takes 5 GB.", "It takes 5 MB.", "5 GB"),
        ("It reaches 91% on dogs.", PAIR, "91%"),
        ("It reaches 91% on dogs and 85% on cats.", PAIR, "91%"),
        ("Voles take 9 hours.", "Voles take 2 hours and moths take 9 hours.", "9 hours"),
        ("It takes 5 minutes.", "It takes 5 hours.", "5 minutes"),
        ("The rate is 10^6.", "The rate is 10^-6.", "10^6"),
        ("The rate is 2e-5.", "The rate is 2e-3.", "2e-5"),
        ("It was tested in 2021.", "It was tested in 2019.", "2021"),
        ("Three networks are compared.", "We compare five networks.", "Three"),
    ],
)
def test_a_number_that_the_source_does_not_give_of_that_is_stray(written: str, source: str, number: str) -> None:
    assert unsupported_quantity(written, source) == number
