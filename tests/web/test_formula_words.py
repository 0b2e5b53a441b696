"""Formulas where no tag can be, such as in a tooltip: one line of Unicode, or words to be read aloud."""

from __future__ import annotations

import random

import pytest

from rag.web.mathml import rich, words

from .test_mathml import BITS


@pytest.mark.parametrize(
    ("text", "shown", "said"),
    [
        (r"$\alpha$-divergence", "α-divergence", "α-divergence"),
        (r"$O(n\log n)$ time", "O(n log n) time", "O(n log n) time"),
        ("$x^2$", "x²", "x squared"),
        (r"$A^\top x'$ at $30^\circ$", "Aᵀx′ at 30°", "A transpose x prime at 30 degrees"),
        (r"$10^{-3}$", "10⁻³", "10 to the power of minus 3"),
        ("CO$_2$", "CO₂", "CO sub 2"),
        ("the $k$NN graph", "the kNN graph", "the kNN graph"),
        (r"$\frac{a+b}{2}$, $\frac{1}{2}\gamma$", "(a + b)/2, 1/2 γ", "(a plus b) over 2, 1/2 γ"),
        (r"$\tilde{\mathcal{O}}(\sqrt{dT})$", "Õ(√(dT))", "O tilde (square root of dT)"),
        (r"$\mathbb{R}^{n\times m}$", "ℝ^(n × m)", "R to the power of n times m"),
        (r"$\sum_{i=1}^n x_i$", "∑ᵢ₌₁ⁿ xᵢ", "sum over i equals 1 to n of x sub i"),
        (r"$\max_{x\in X} f(x)$", "max_(x ∈ X) f(x)", "max over x in X of f(x)"),
        (r"$x=-1$ and $-y$", "x = −1 and −y", "x equals minus 1 and minus y"),
        (r"$\sqrt[3]{n}$", "³√n", "cube root of n"),
        (r"$\binom{n}{k}$", "(n choose k)", "(n choose k)"),
        (r"$\overline{x+y}$, $\hat x$", "(x + y) bar, x\u0302", "(x plus y) bar, x hat"),
        (r"$\begin{matrix}a&b\\c&d\end{matrix}$", "a, b; c, d", "a, b; c, d"),
        (r"$\mathrm{LoRA}$, $\text{SO}(3)$", "LoRA, SO(3)", "LoRA, SO(3)"),
        ("$150,000$ of $x,y$", "150,000 of x, y", "150,000 of x, y"),
        (r"$\sim$5\%, $\times$2", "~5%, ×2", "about 5%, times 2"),
        (r"$x\sim y$, $\infty$", "x ~ y, ∞", "x about y, infinity"),
    ],
)
def test_formulas_read_as_words(text: str, shown: str, said: str) -> None:
    assert (words(text), words(text, spoken=True)) == (shown, said)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"$\eps$-greedy, $\frac{1}{\eps}$", "eps-greedy, 1/eps"),
        (r"$\frac{a}$", "a"),
        (r"\emph{a} \cite{b} \foo{\bar{c}} \nosuch, 5\% \{d\} e\ f", "a b c nosuch, 5% {d} e f"),
        (r"Poincar\'e, Schr\"{o}dinger, ``so''", "Poincaré, Schrödinger, “so”"),
        ("$5 and $10, or $16 face images at 8$", "$5 and $10, or $16 face images at 8$"),
        ("a_b {c} <d> 100%", "a_b {c} <d> 100%"),
    ],
)
def test_what_cannot_be_drawn_is_left_without_its_commands(text: str, shown: str) -> None:
    assert words(text) == shown


def test_random_formulas_leave_no_command() -> None:
    chance = random.Random(7)
    for _ in range(2_000):
        source = "".join(chance.choices(BITS, k=chance.choice((2, 4, 9, 20))))
        for spoken in (False, True):
            assert "\\" not in words(f"a $x{source}$ b", spoken), source


@pytest.mark.parametrize("command", ["x^{", "x_{", r"\frac{1}{", r"\sqrt{", r"\hat{", r"\sqrt[2]{", "{"])
def test_depth_does_not_multiply_the_time(command: str) -> None:
    for spoken in (False, True):
        for depth in (20, 39, 60, 100):  # where each level doubled the time, the run would end here
            said = words(f"$y{command * depth}x{'}' * depth}$", spoken)
            assert len(said) < 60 * depth


@pytest.mark.parametrize("unit", ["$", r"\a{", r"\a{\b{", r"\'{", r"\a ", "\\", r"$\sim$5", r"$\eps$", r"\emph{"])
def test_long_texts_take_no_time(unit: str) -> None:
    words(unit * 5_000)  # where this were quadratic or worse, the run would end here


def test_a_drawn_formula_has_its_words_for_a_name() -> None:
    assert 'aria-label="x squared"' in rich("$x^2$")
    assert 'aria-label="a less than &quot;b&quot;"' in rich('$a<\\text{"b"}$')
