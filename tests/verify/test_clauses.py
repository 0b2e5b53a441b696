"""How a sentence that cites several papers is divided into clauses to check."""

from __future__ import annotations

import pytest

from rag.verify.clauses import distribute, halves


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Owls hear, while bats see.", [("Owls hear", "bats see.")]),
        (
            "Owls hear; bats see, and moths smell.",
            [("Owls hear", "bats see, and moths smell."), ("Owls hear; bats see", "moths smell.")],
        ),
        ("Owls hear and see.", []),
        (", while ", []),
    ],
)
def test_a_sentence_is_divided_at_each_conjunction(sentence: str, expected: list[tuple[str, str]]) -> None:
    assert list(halves(sentence)) == expected


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("Both OwlNet and BatNet hear.", {"OwlNet": "OwlNet hear.", "BatNet": "BatNet hear."}),
        ("Moths fear BatNet as well as OwlNet.", {"OwlNet": "Moths fear OwlNet.", "BatNet": "Moths fear BatNet."}),
        ("OwlNet, BatNet, and FoxNet hear.", {name: f"{name} hear." for name in ("OwlNet", "BatNet", "FoxNet")}),
        ("OwlNet and the slow BatNet hear.", {}),
        ("OwlNet hears.", {}),
        ("Owls hear.", {}),
    ],
)
def test_a_list_of_papers_becomes_one_clause_for_each(clause: str, expected: dict[str, str]) -> None:
    assert distribute(clause, ["OwlNet", "BatNet", "FoxNet", ""]) == expected
