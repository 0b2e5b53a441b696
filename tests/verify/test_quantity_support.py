"""Whether a source states the numbers of a sentence, and of the same thing."""

from __future__ import annotations

import pytest

from rag.verify.quantity_support import unsupported_quantity

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
def test_numbers_of_the_source_are_supported_in_any_spelling(written: str, source: str) -> None:
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
def test_a_number_that_the_source_does_not_state_of_the_same_thing_is_unsupported(
    written: str, source: str, number: str
) -> None:
    assert unsupported_quantity(written, source) == number
