"""What is a value by its form, and what only looks like one."""

from __future__ import annotations

import pytest

from rag.answer.measurements.numbers import values
from rag.answer.measurements.plain import plain


def found(text: str) -> list[tuple[str, float, str]]:
    return [
        (value.text, value.number * value.unit.factor, value.unit.base or value.unit.name)
        for value in values(plain(text))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a gain of 3.2 %", [("3.2 %", 3.2, "%")]),
        ("it takes 300 ms", [("300 ms", 0.3, "s")]),
        ("it needs 8 GB", [("8 GB", 8e9, "B")]),
        (r"it is $3\times$ faster", [("3×", 3.0, "×")]),
        ("with 1,234,567 images", [("1,234,567", 1_234_567.0, "")]),
        ("with 1.3B parameters", [("1.3B", 1.3e9, "")]),
        ("from 12% to 8%", [("12% to 8%", 8.0, "%")]),
        ("between 5 and 10 ms", [("between 5 and 10 ms", 0.01, "s")]),
        ("92, 88 and 75 % of all", [("92", 92.0, "%"), ("88", 88.0, "%"), ("75 %", 75.0, "%")]),
        ("by a factor of 4", [("factor of 4", 4.0, "×")]),
        (r"an error of $1.5 \times 10^{-3}$", [("1.5 × 10^-3", 0.0015, "")]),
        ("63.2 ± 8.1 years", [("63.2 ± 8.1 years", 63.2 * 31_557_600, "s")]),
        ("for $5 million", [("$5 million", 5e6, "$")]),
        ("with five nets", [("five", 5.0, "")]),
        ("10 mg/kg a day", [("10 mg/kg", 10.0, "mg/kg")]),
        ("3.0 BLEU points more", [("3.0 BLEU points", 3.0, "BLEU points")]),
    ],
)
def test_numbers_have_their_units(text: str, expected: list[tuple[str, float, str]]) -> None:
    assert [(written, pytest.approx(number), unit) for written, number, unit in expected] == found(text)


@pytest.mark.parametrize(
    "text",
    [
        "in 2019 and (2021)",
        "ResNet-50, GPT-4 and COVID-19",
        "Llama 2 and Gemini 1.5 here",
        "type 2 diabetes in phase 3 trials",
        "as in [12], Eq. 4, Fig. 2 and Section 5",
        "2D and 3-D, 1-shot, v2.0, arXiv:2101.00001",
        "images of 224 × 224 or 32x32",
        "10-fold cross-validation",
        "see https://example.org/2024/12",
        r"at most $O(n^{3})$ steps",
        "(95% CI)",
        "(1) first, (2) second",
    ],
)
def test_years_references_and_names_are_no_values(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("an accuracy of up to 92%", "up to 92%"),
        ("at least 13 points", "at least 13 points"),
        ("an AUC of 0.92 (95% CI: 0.88–0.95)", "0.92 (95% CI: 0.88–0.95)"),
        ("over the 3 nets", "3"),
    ],
)
def test_a_bound_and_a_confidence_interval_are_shown_with_the_value(text: str, shown: str) -> None:
    assert values(plain(text))[0].shown == shown
