"""What restricts the words of the source must stay."""

from __future__ import annotations

import pytest

from tests.verify.rules.checked import all_faults, kinds


@pytest.mark.parametrize(
    ("written", "quote", "word"),
    [
        ("The bound holds for functions.", "The bound holds for monotonic functions.", "monotonic"),
        ("The algorithm minimizes functions.", "The algorithm minimizes monotonic functions.", "monotonic"),
        ("The network counts owls in recordings.", "The network counts owls in noisy recordings.", "noisy"),
        ("The network was tested in caves.", "The network was tested in wet caves.", "wet"),
        ("The sensor measures the noise.", "The sensor measures the electrical noise.", "electrical"),
    ],
)
def test_a_restriction_may_not_be_dropped(written: str, quote: str, word: str) -> None:
    (fault,) = all_faults(written, quote)
    assert (fault.kind, fault.refutes) == ("restriction", False)
    assert f"“{word}”" in fault.reason


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("The bound holds for monotone functions.", "The bound holds for monotonic functions."),
        ("The network counts owls.", "The new network counts owls."),
        ("The network counts owls.", "The network successfully counts owls."),
        ("The network counts owls.", "The network directly counts owls."),
        ("OwlNet finds voles.", "OwlNet finds voles by their rustling."),
    ],
)
def test_praise_and_phrases_of_their_own_may_be_dropped(written: str, quote: str) -> None:
    assert kinds(written, quote) == set()
