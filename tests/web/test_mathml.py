"""LaTeX becomes MathML of a few elements, or stays the text it is; none of it steers the page."""

from __future__ import annotations

import random
import re
from html.parser import HTMLParser

import pytest

from rag.web.cards import mark
from rag.web.mathml import MAX_FORMULA, formulas, rich

ELEMENTS = set(
    """annotation em math mfrac mi mn mo mover mroot mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr
    munder munderover semantics strong""".split()
)
ATTRIBUTES = set(
    """accent aria-label columnalign display displaystyle encoding fence form linebreak linethickness mathvariant
    maxsize minsize movablelimits scriptlevel stretchy width""".split()
)
BITS = r"""\frac \sqrt \left( \right) \left \right \begin{matrix} \end{matrix} \text{ \href{ \style{ \class{ \color{
    \newcommand \def \unicode \rule \hspace \substack \genfrac \verb| \limits \overset \big \mathbb{ \bm \tag{ { } [ ]
    ^ _ & % $ \\ \( \) \[ \] < > " ' ` a b 1 2pt -9em . , é \phantom{ \begin{cases} \end{cases} \operatorname{ \moveleft
    \skew \sideset \above \brace \of \root \cfrac \xrightarrow{ \mathchoice \cancel{ \emph{ {\em""".split()


class Reader(HTMLParser):
    """What `html` holds: elements and attributes, the text that is seen and the source beside it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.seen = self.source = ""
        self._open: list[str] = []
        self.feed(str(html))
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["annotation"]:
            self.source += data
        else:
            self.seen += data


def bare(html: str) -> str:
    """`html` without the source of its formulas, their rows and frames."""
    return re.sub(r"<annotation.*?</annotation>|</?(math|semantics|mrow)[^>]*>", "", html)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        (r"a $\gamma$ b", "a <mi>γ</mi> b"),
        ("$x^2$", "<msup><mi>x</mi><mn>2</mn></msup>"),
        (r"$\frac{a}{b}$", "<mfrac><mi>a</mi><mi>b</mi></mfrac>"),
        (r"$\mathbb{R}$", "<mi>ℝ</mi>"),
        (r"\(n<m\)", "<mi>n</mi><mo>&lt;</mo><mi>m</mi>"),
        (r"$\textit{two words here}$", '<mtext mathvariant="italic">two\xa0words\xa0here</mtext>'),
        ("$95%$ of", "<mn>95</mn><mi>%</mi> of"),
    ],
)
def test_formulas_are_drawn(text: str, drawn: str) -> None:
    assert bare(rich(text)) == drawn


def test_a_formula_keeps_its_source_and_says_whether_it_stands_apart() -> None:
    read = Reader(rich(r"$a<b$ $$c$$ \[d\]"))
    assert read.source == "a<bcd"
    assert [value for name, value in read.attributes if name == "display"] == ["inline", "block", "block"]


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $10",
        "from $5-$10, or US$7",
        "$ x$ and $y $",
        "less than $3",
        r"$x",
        "x$",
        r"\(x",
        "$$",
        "$16 pixels) face images by a factor of 8$",
        r"$\eps$",
        r"$\frac{a}$",
        r"$\left(x$",
        r"$x_1_2$",
        r"$\newcommand{\a}{xx}\a$",
        r"$\unicode{x3c}$",
        r"$\phantom{x}$",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\style{position:fixed;top:0}{x}$",
        r"$\class{filter}{x}$",
        f"${'x' * (MAX_FORMULA + 1)}$",
        f"${'{' * 200}x{'}' * 200}$",
        f"${'(' * 20}{'x_{' * 100}{'}' * 100}$",
        "$" + r"\sqrt{" * 80 + "}" * 80 + "$",
        r"\cite{a} and \nosuch, ~10 -- 20 \today",
    ],
)
def test_what_is_no_formula_or_cannot_be_drawn_stays_as_it_is(text: str) -> None:
    read = Reader(rich(text))
    assert (read.seen, read.tags) == (text, [])
    assert formulas(text) == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (r"\emph{a} {\em b} \textit{c}", "<em>a</em> <em>b</em> <em>c</em>"),
        (r"\textbf{a} {\bf <b>}", "<strong>a</strong> <strong>&lt;b&gt;</strong>"),
        (r"\textsc{Foo}-\texttt{bar}", "Foo-bar"),
        (r"10\% \& \$5", "10% &amp; $5"),
        ("``so'' it is", "“so” it is"),
        (r"\alpha-stable, \log n, 5\times", "α-stable, log n, 5×"),
    ],
)
def test_commands_in_the_text_are_carried_out(text: str, html: str) -> None:
    assert rich(text) == html


@pytest.mark.parametrize(
    "text",
    [
        r"$\href{javascript:alert(1)}{x}$",
        "$<script>alert(1)</script>$",
        r'$\style{position:fixed;top:0}{x}\class{filter}{y}\color{red}{z}$',
        r"$\hspace{-50em}\rule{90em}{90em}x$",
        r'$\text{"><img src=x onerror=alert(1)>}$',
        r"$\verb|<b onclick=x>&lt;i&gt;|$",
        r"\emph{<img src=x>} \textbf{\emph{<b>}}",
        '$a" onmouseover="alert(1)$',
    ],
)  # fmt: skip
def test_hostile_formulas_are_harmless(text: str) -> None:
    html = rich(text)
    read = Reader(html)
    assert set(read.tags) <= ELEMENTS
    assert {name for name, _ in read.attributes} <= ATTRIBUTES
    assert [value for _, value in read.attributes if re.search(r"-?\d{2}|-\.|:|;|javascript", value or "")] == []


def test_random_formulas_never_fail_nor_leave_the_few_elements() -> None:
    chance = random.Random(7)
    for _ in range(3_000):
        source = "".join(chance.choices(BITS, k=chance.choice((2, 4, 9, 20))))
        read = Reader(rich(f"a $x{source}$ b"))
        assert set(read.tags) <= ELEMENTS
        assert {name for name, _ in read.attributes} <= ATTRIBUTES


@pytest.mark.parametrize("unit", ["$", "$x", r"\(", r"\[", r"\emph{", "{\\em ", "``", "$x$", "\\", "$\\"])
def test_long_texts_take_no_time(unit: str) -> None:
    Reader(rich(unit * 5_000))  # where this were quadratic or worse, the run would end here


def test_a_mark_takes_a_formula_whole() -> None:
    text = "We use $a. b$ here. Then."  # the sentence splitter cuts within the formula
    first, second = mark(text, [(0, 9), (10, 19)])[0].pieces, mark(text, [(0, 9), (10, 19)])[-1].pieces
    assert [piece.text for piece in first] == ["We use $a. b$"]
    assert second[-1].text == " Then."


def test_a_quote_of_half_a_formula_leaves_it_as_it_is() -> None:
    runs = mark("$a. b. c$", [(4, 6)])
    assert [(run.quoted, [piece.text for piece in run.pieces]) for run in runs] == [
        (False, ["$a. "]),
        (True, ["b."]),
        (False, [" c$"]),
    ]
