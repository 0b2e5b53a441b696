"""Formulas as text: read as they would be read aloud, and never lost."""

from __future__ import annotations

import time

import pytest

from rag.export.readable import readable


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"$x_1^2$", "x₁²"),
        (r"$O(n \log n)$", "O(n log n)"),
        (r"$\mathbb{R}^{H\times W}$", "ℝ^(H×W)"),
        (r"$\frac{a+b}{2}$", "(a+b)/2"),
        (r"$1/\sqrt{n}$", "1/√n"),
        (r"$10^{-3}$", "10⁻³"),
        (r"\(\mathcal{L}_{\text{dist}}\)", "L_dist"),
        (r"\[\|x\|_2\]", "‖x‖₂"),
        (r"$\{1, 2\}$", "{1, 2}"),
        (r"$a^{b^c}$", "a^(b^c)"),
        (r"\emph{Very} good: 50\%, na\"ive", "Very good: 50%, naïve"),
    ],
)
def test_a_formula_is_read_without_latex(latex: str, text: str) -> None:
    assert readable(latex) == text


@pytest.mark.parametrize("text", ["$5 and $6", "100% of a_b and c^d", "a & b # c", "x < y > z", r"\unknown stays"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert readable(text) == text


def test_a_text_is_one_line_that_steers_nothing() -> None:
    assert readable("a\n b\x1b[31m $x\n_1$ \u202ec") == "a b [31m x ₁ c"


@pytest.mark.parametrize("piece", ["$", r"\[", r"\a{", "$a", r"\frac{", "_{", r"\(\[", "$x_{"])
def test_the_work_grows_with_the_text_alone(piece: str) -> None:
    """A pattern that begins again at every character would take the square of the time."""

    def seconds(times: int) -> float:
        started = time.process_time()
        readable(piece * times)
        return time.process_time() - started

    seconds(1_000)
    assert seconds(20_000) < 60 * seconds(2_000) + 0.5
