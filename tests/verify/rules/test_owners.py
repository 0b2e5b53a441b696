"""What each number is a number of."""

from __future__ import annotations

import pytest

from tests.verify.rules.checked import all_faults, kinds

SETS = "The barn set has 90 recordings and the cave set has 40 recordings."
RATES = "Recall is 71% and precision is 90%."
RESPECTIVELY = "OwlNet reaches 90% and 71% on the cave set and the barn set, respectively."


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("The barn set has 40 recordings.", SETS),
        ("The barn set has 40 recordings and the cave set has 90 recordings.", SETS),
        ("Recall is 90% and precision is 71%.", RATES),
        ("Bats fly at 40 km/h and owls at 60 km/h.", "Bats fly at 60 km/h and owls at 40 km/h."),
        ("OwlNet reaches 71% on the cave set and 90% on the barn set.", RESPECTIVELY),
    ],
)
def test_a_number_of_another_is_refuted(written: str, quote: str) -> None:
    assert any(fault.kind == "number" and fault.refutes for fault in all_faults(written, quote))


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("The cave set has 40 recordings.", SETS),
        ("The barn set has 90 recordings.", SETS),
        ("The recall is 71%.", RATES),
        ("OwlNet reaches 90% on the cave set and 71% on the barn set.", RESPECTIVELY),
    ],
)
def test_a_number_may_be_repeated_for_its_own(written: str, quote: str) -> None:
    assert kinds(written, quote) == set()
