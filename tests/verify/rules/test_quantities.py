"""Numbers in any unit and notation."""

from __future__ import annotations

import pytest

from rag.verify.rules.quantities import quantity
from tests.verify.rules.checked import all_faults, kinds


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("500 ms", "0.5 s"),
        ("120 minutes", "2 hours"),
        ("two hours", "2 h"),
        ("3 km", "3,000 meters"),
        ("3 km", "3,000 m"),
        ("1.4 billion", "1,400 million"),
        ("12 %", "12 percent"),
        ("3 x", "three times"),
        ("2.4 ghz", "2,400 mhz"),
        ("ninety", "90"),
    ],
)
def test_one_quantity_in_two_notations_has_one_value(first: str, second: str) -> None:
    one, other = quantity(first.split()), quantity(second.split())
    assert one is not None
    assert other is not None
    assert one.value == other.value


@pytest.mark.parametrize(
    ("first", "second"), [("500 ms", "500 s"), ("1.4 billion", "1.4 million"), ("12 %", "12"), ("3 x", "3 km")]
)
def test_different_quantities_have_different_values(first: str, second: str) -> None:
    assert quantity(first.split()) != quantity(second.split())


@pytest.mark.parametrize(("words", "length"), [("40 owls", 1), ("40 hours of", 2), ("2 million owls", 2), ("40", 1)])
def test_the_words_of_a_quantity_are_counted(words: str, length: int) -> None:
    found = quantity(words.split())
    assert found is not None
    assert found.length == length


@pytest.mark.parametrize("word", ["owl", "²", "1.2.3", "x4", "٣", "-", ""])
def test_other_words_are_no_quantity(word: str) -> None:
    assert quantity([word]) is None


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("The network answers within 0.5 s.", "The network answers within 500 ms."),
        ("The network answers within 500 ms.", "The network answers within 0.5 s."),
        ("The model has 1,400 million parameters.", "The model has 1.4 billion parameters."),
        ("The recordings last two hours.", "The recordings last 120 minutes."),
        ("The accuracy rises by 12 percent.", "The accuracy rises by 12%."),
        ("OwlNet is three times faster.", "OwlNet is 3x faster."),
        ("OwlNet is 3 times faster.", "OwlNet is 3-fold faster."),
    ],
)
def test_a_sentence_may_convert_units(written: str, quote: str) -> None:
    assert kinds(written, quote) == set()


@pytest.mark.parametrize(
    ("written", "quote", "number"),
    [
        ("The network answers within 5 s.", "The network answers within 500 ms.", "5"),
        ("The model has 1.4 million parameters.", "The model has 1.4 billion parameters.", "1.4"),
        ("The accuracy rises by 13%.", "The accuracy rises by 12%.", "13"),
        ("The recordings last 3 hours.", "The recordings last two hours.", "3"),
        ("OwlNet finds 12 voles.", "OwlNet finds voles.", "12"),
    ],
)
def test_another_number_is_refuted(written: str, quote: str, number: str) -> None:
    (fault,) = [fault for fault in all_faults(written, quote) if fault.kind == "word"]
    assert fault.refutes
    assert f"“{number}”" in fault.reason
