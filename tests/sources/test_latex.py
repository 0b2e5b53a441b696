"""LaTeX becomes plain text, formulas stay, and nothing that is not LaTeX gets lost."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest

from rag.export import escape
from rag.sources.latex import address, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"Schr{\"o}der, Schr\"{o}der, Schr\"oder", "Schröder, Schröder, Schröder"),
        (r"{\'E}douard \v{C}ern\'{\i} G{\^\i}r{\c c} {\AA}s", "Édouard Černí Gîrç Ås"),
        (r"\H{o}\k{a}\u{g}\.{z}\r{u}\d{s}\={a}\~n", "őąğżůṣāñ"),
        (r"Nguy\~{\^e}n and {\'{\^e}}", "Nguyễn and ế"),
        (r"Th{\'\u a}ng, {\=\d{a}} and \'\u{a}", "Thắng, ạ̄ and ắ"),
        (r"10\raisebox{-0.5ex}\textasciitilde20, \rotatebox[origin=c]{90}{up}", "10~20, up"),
        (r"Moss\footnote{See \url{http://a.b} and $x_{i}$.} is green\thanks{By {us}}.", "Moss is green."),
        (r"{\o}re, Wei\ss e, {\L}\'od\'z", "øre, Weiße, Łódź"),
        (r"{\textless}5\% {\textgreater} x\_1 \& \#2 \$3", "<5% > x_1 & #2 $3"),
        (r"{\textquotedblleft}a{\textquotedblright}, ``b'', {\textquotesingle}c", "“a”, “b”, 'c"),
        (r"pages 3--5 --- or so, \ldots", "pages 3–5 — or so, …"),
        (r"Fig.~3, 30\,\% and $x$~y", "Fig. 3, 30 % and $x$ y"),
        (r"{\em more} \textbf{bold} {\sc Caps}", "more bold Caps"),
        (r"\ensuremath{\alpha} \alpha \ensuremath{>} \ensuremath{x^2}", "α α > $x^2$"),
        (r"one\\two\newline three\par four", "one two three four"),
        (r"{\noopsort{2001}}2010 \cite[p.~3]{key} \href{http://a.b}{here}", "2010 here"),
        (r"costs $5 -- or $6 -- more", "costs $5 – or $6 – more"),
        (r"\enquote{so} and \frac{1}{2}", "“so” and 1/2"),
    ],
)
def test_commands_become_what_they_typeset(text: str, expected: str) -> None:
    assert " ".join(plain(text).split()) == expected


@pytest.mark.parametrize(
    "formula",
    [
        r"$\mathcal{O}(n \log n)$",
        r"$\alpha_{\text{max}} \leq 0.5$",
        r"$\{a, b\}$",
        r"\(x~y\)",
        r"\[ \frac{a}{b} \]",
        r"$$ a -- b $$",
        r"\begin{align} a &= \textbf{b} \\ c \end{align}",
    ],
)
def test_formulas_are_left_as_they_are(formula: str) -> None:
    assert plain(f"We {{s}}how {formula} here") == f"We show {formula} here"


@pytest.mark.parametrize(
    "text",
    [
        "gains 12% on sets A & B, # 3",
        "costs $5 and $6 more",
        "a ~30% gain (~3 dB) at http://a.org/~user",
        "my_set x^2 a - b | c",
    ],
)
def test_what_is_not_escaped_is_itself(text: str) -> None:
    assert plain(text) == text


def test_braces_that_do_not_match_cost_nothing() -> None:
    assert plain(r"3 to 15{{\%}. The gain} holds}") == "3 to 15%. The gain holds"


def test_an_unknown_command_costs_no_words() -> None:
    assert plain(r"the \foo{bar} of C:\Users\kim") == r"the bar of C:\Users\kim"


def test_quotation_marks_that_json_has_escaped_are_no_accents() -> None:
    assert plain(r"a \"quoted\" word") == 'a "quoted" word'


def test_tags_in_comparison_signs_become_tags() -> None:
    assert plain(r"$\less$i$\greater$x$<$/i$>$ {\textless}p{\textgreater}") == "<i>x</i> <p>"


def test_deep_braces_are_no_recursion() -> None:
    assert "é" in plain("{" * 20_000 + r"\'{" * 20_000 + "e" + "}" * 40_000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\url{http://a.org/{\_}b\%20c--d/\~{}e?f=1\&g=2}", "http://a.org/_b%20c--d/~e?f=1&g=2"),
        (r"http://a.org/{\textasciitilde}b/$\sim$c", "http://a.org/~b/~c"),
        (r"10.5555/a\_(b)8:2{\textless}c{\textgreater}", "10.5555/a_(b)8:2<c>"),
    ],
)
def test_addresses_keep_all_but_the_escapes(text: str, expected: str) -> None:
    assert address(text) == expected


def test_what_the_export_writes_is_read_back() -> None:
    text = "Žižek’s “Größe” – 5 µm < x² & 50% of $\\alpha^2$ {set} a_b ~ \\ π∈Ω"
    expected = text.replace("’", "'")  # which LaTeX writes for both
    assert plain(escape.latex(unicodedata.normalize("NFC", text))) == expected


def test_the_tables_are_loaded_only_when_needed() -> None:
    code = "import sys, rag.sources.latex as latex; latex.plain('a {b} $c$'); print('pylatexenc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
