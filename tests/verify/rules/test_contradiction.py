"""Words in the places of others."""

from __future__ import annotations

import pytest

from tests.verify.rules.checked import all_faults, kinds


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("OwlNet is faster than BatNet.", "BatNet is faster than OwlNet."),
        ("OwlNet hears voles faster than BatNet.", "BatNet hears voles faster than OwlNet."),
        ("BatNet needs less memory than OwlNet.", "OwlNet needs less memory than BatNet."),
        ("Transformers are more accurate than bats.", "Bats are more accurate than transformers."),
    ],
)
def test_a_comparison_may_not_be_turned(written: str, quote: str) -> None:
    assert "contradicted" in kinds(written, quote)
    assert any(fault.refutes for fault in all_faults(written, quote))
    assert kinds(quote, quote) == set()


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("A small network labels large images.", "A large network labels small images."),
        ("The network infers 2D scenes from 3D images.", "A network infers 3D scenes from 2D images."),
        ("The fast classifier follows the slow detector.", "The slow classifier follows the fast detector."),
        (
            "The supervision of teachers by students improves grades.",
            "The supervision of students by teachers improves grades.",
        ),
        ("The network translates calls into text.", "The network translates text into calls."),
    ],
)
def test_what_belongs_to_one_word_may_not_go_to_another(written: str, quote: str) -> None:
    assert "contradicted" in kinds(written, quote)
