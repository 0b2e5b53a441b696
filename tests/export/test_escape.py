"""Hostile and mathematical text in each format, read back by a parser of that format."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from rag.export import escape

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "![pixel](http://evil.invalid/x.png)",
    "[click](javascript:alert(1))",
    "<https://evil.invalid>",
    "[a]: http://evil.invalid",
    "# Not a heading",
    "- not a list",
    "+ not a list",
    "1. not a list",
    "12) not a list",
    "> not a quote",
    "***",
    "---",
    "```not code```",
    "~~~ not code",
    "*a* _b_ **c** ~~d~~ `e`",
    "&lt;b&gt; &#60;b&#62; &copy=1;",
    "a | b | c",
    r"back\slash \* \\ \[",
    "<!-- comment --> <script>alert(1)</script>",
    "$![x](http://evil.invalid)$",
    "$<b>$ and $`c`$",
]
FORMULAS = [r"$\beta$-VAE", r"SE$(3)$", r"$O(n \log n)$", r"$\mathcal{N}(0, \sigma^2)$", r"$x_{1}$", r"$\{a\}$"]
NO_FORMULAS = [
    r"$\input{/etc/passwd}$",
    r"$^^5cinput{x}$",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\csname input\endcsname$",
    r"$a}{b$",
    "$5 and 10% of $6",
    r"$a \unknown$",
    "$a % b$",
]
PARAGRAPH = {"paragraph_open", "inline", "text", "text_special", "paragraph_close"}


def rendered(markdown: str) -> tuple[str, set[str]]:
    """The text that `markdown` renders as, and the types of its elements."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    inside = [child for token in tokens for child in token.children or ()]
    return "".join(token.content for token in inside), {token.type for token in [*tokens, *inside]}


def depths(latex: str) -> list[int]:
    """How many braces are open after each brace, as BibTeX counts: a backslash does not escape them."""
    braces = re.findall("[{}]", latex)
    return [braces[:n].count("{") - braces[:n].count("}") for n in range(1, len(braces) + 1)]


@pytest.mark.parametrize("text", [*HOSTILE, *NO_FORMULAS])
def test_markdown_shows_foreign_text_as_text(text: str) -> None:
    for line in (text, f"Before {text}"):
        text_shown, elements = rendered(escape.markdown(line))
        assert (text_shown, elements - PARAGRAPH) == (line, set())


def test_syntax_of_other_markdown_dialects_is_escaped() -> None:
    assert escape.markdown("see http://evil.invalid or www.evil.invalid") == (
        r"see http\://evil.invalid or www\.evil.invalid"
    )
    assert escape.markdown("costs $5") == r"costs \$5"
    assert escape.markdown("<b>") == r"&lt;b\>"
    assert escape.markdown("{: onclick=x}") == r"\{: onclick=x\}"


@pytest.mark.parametrize("text", FORMULAS)
def test_harmless_formulas_are_kept(text: str) -> None:
    assert escape.markdown(text) == text
    assert escape.latex(text) == text


@pytest.mark.parametrize("text", NO_FORMULAS)
def test_what_only_looks_like_a_formula_is_escaped(text: str) -> None:
    written = escape.latex(text)
    assert not re.search(r"\\(input|href|csname|unknown)|\^\^|(?<!\\)[$%]", written)
    assert min(depths(written), default=0) >= 0


@pytest.mark.parametrize("text", [*HOSTILE, *NO_FORMULAS, "}{", "{", "}", "\\", r"\{", r"a\\}"])
def test_braces_are_always_balanced_for_bibtex(text: str) -> None:
    assert ([0, *depths(escape.latex(text))])[-1] == 0
    assert min([0, *depths(escape.latex(text))]) == 0


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("Müller & Łukasz: 50% of a_b #1", r"M{\"u}ller \& {\L}ukasz: 50\% of a\_b \#1"),
        ("Mu\u0308ller", r"M{\"u}ller"),
        ("α ≤ β", r"{\ensuremath{\alpha}} {\ensuremath{\leq}} {\ensuremath{\beta}}"),
        ("~^\\", r"{\textasciitilde}{\textasciicircum}{\textbackslash}"),
        ("“the” author’s 中文 – 2", "``the'' author's 中文 -- 2"),
        ('the "best"', 'the "best"'),
    ],
)
def test_latex_typesets_every_character(text: str, latex: str) -> None:
    assert escape.latex(text) == latex


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "\r\n=1"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert escape.cell(text) == f"'{text.strip()}"
    assert escape.cell(f"a{text.strip()}") == f"a{text.strip()}"


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://a.b/c_d?e=1&f=%20#g", "https://a.b/c_d?e=1&f=%20#g"),
        ("HTTP://a.b", "HTTP://a.b"),
        ("http://a.b/<x>{y}\\", "http://a.b/%3Cx%3E%7By%7D%5C"),
        ("http://a.b/ü?c&copy;", "http://a.b/%C3%BC?c&copy%3B"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_are_kept_and_encoded(url: str, written: str) -> None:
    assert escape.http_url(url) == written


def test_control_characters_and_line_breaks_are_removed() -> None:
    for function in (escape.markdown, escape.latex, escape.cell):
        assert function("a\n\n# b\x1b[2J\u2028c").count("\n") == 0
        assert "\x1b" not in function("a\n\n# b\x1b[2J\u2028c")


@pytest.mark.parametrize("text", ["a|b", r"a\|b", "$|x|$", "a \\", "||"])
def test_a_vertical_bar_in_a_cell_shows_as_itself(text: str) -> None:
    cell = escape.markdown_cell(escape.markdown(text))
    text_shown, elements = rendered(f"| h | i |\n| --- | --- |\n| {cell} | end |")
    assert text_shown == f"hi{text}end"
    assert not {"image", "link_open", "html_inline"} & elements
