"""LaTeX in titles and abstracts: formulas become MathML, which browsers draw natively, and the rest HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING
from unicodedata import normalize

from markupsafe import Markup

from rag.web.formula_words import formula_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_FORMULA = 500  # characters; of 16,000 formulas in real abstracts four are longer than 300
MAX_DEPTH = 40  # elements within each other

# Dollars delimit a formula by Pandoc's rules, so that "$5 and $6" is none.
_FORMULA = re.compile(
    rf"""
    \$\$ (?P<shown>[^$]{{1,{MAX_FORMULA}}}) \$\$
    | \\\[ (?P<display>.{{1,{MAX_FORMULA}}}?) \\\]
    | \\\( (?P<inline>.{{1,{MAX_FORMULA}}}?) \\\)
    | (?<![\\$]) \$ (?P<command> \\[A-Za-z]{{1,20}}\s? | [^\w\s$\\.,;/-] ) \$ (?=\d)  # $\sim$5, which is no money
    | (?<![\\$]) \$ (?![\s$]) (?P<dollars> (?: \\. | [^$\\] ){{1,{MAX_FORMULA}}} ) (?<!\s) \$ (?![\d$])
    """,
    re.VERBOSE | re.DOTALL,
)
_ARGUMENT = re.compile(r"\\[A-Za-z]+\s*\{[^{}]*\}")
_PROSE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}\s+[A-Za-z]{3,}")  # between two dollars that are money
# A definition can expand without end, and no formula needs a character by its number.
_REFUSED = re.compile(r"\\(def|newcommand|newenvironment|DeclareMathOperator|unicode)(?![A-Za-z])")
_PERCENT = re.compile(r"(?<!\\)%")  # a plain sign in abstracts; TeX would take the rest of the line for a comment

_CHILDREN = {"mfrac": 2, "mover": 2, "mroot": 2, "msub": 2, "msubsup": 3, "msup": 2, "munder": 2, "munderover": 3}
_ELEMENTS = frozenset("mi mn mo mrow mspace msqrt mstyle mtable mtd mtext mtr".split()).union(_CHILDREN)
_ATTRIBUTES = frozenset(
    """accent columnalign displaystyle fence form linebreak linethickness mathvariant maxsize minsize movablelimits
    scriptlevel stretchy width""".split()
)
_VALUE = re.compile(r"[a-z-]{1,12}|[0-3]?(\.\d{1,3})?em|[0-2]")  # no negative width: it would draw over the page

_COMMAND = re.compile(r"\\([A-Za-z]+)|\\([%&_#$])|(?<!`)(``)(?!`)|('')")
_STYLED = re.compile(r"\\(emph|text(?:[a-z]{2})?|underline|mbox)\{([^{}]*)\}|\{\\(em|it|sl|bf|tt|sc|rm)\s++([^{}]*)\}")
_MAX_NESTED = 3  # commands within each other that are taken off what they are around
_ACCENT = re.compile(r"""\\(['"`^~])(?:\{([A-Za-z])\}|([A-Za-z]))""")
_ACCENTS = {"'": "\u0301", '"': "\u0308", "`": "\u0300", "^": "\u0302", "~": "\u0303"}
_UNKNOWN_AROUND = re.compile(r"\\[A-Za-z]{1,20}\*?\s?\{([^{}\\]*)\}")
_UNKNOWN = re.compile(r"\\([A-Za-z]+)[ {}]?")
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_BRACES = str.maketrans("", "", "{}\\")
_TAGS = dict.fromkeys("emph textit textsl em it sl".split(), "em") | {"textbf": "strong", "bf": "strong"}


def rich(text: str) -> Markup:
    """`text` as HTML, escaped; its formulas are MathML, and one that cannot be drawn stays the text it is."""
    shown, position = [], 0
    for start, end, drawn in _formulas(text):
        shown += [_plain(text[position:start]), drawn or escape(text[start:end])]
        position = end
    return Markup("".join(shown) + _plain(text[position:]))


def formulas(text: str) -> list[tuple[int, int]]:
    """Where the formulas of `text` that `rich` draws begin and end. A cut within one would leave two broken halves."""
    return [(start, end) for start, end, drawn in _formulas(text) if drawn]


def words(text: str, spoken: bool = False) -> str:
    """`text` without LaTeX, for a tooltip or a title; if `spoken` for who has it read aloud.

    Formulas are written on one line, as by `formula_text`. Of what cannot be drawn, the words are left.
    """
    shown, position = [], 0
    for match in _FORMULA.finditer(text):
        source = match[str(match.lastgroup)]
        shown += [_unstyled(text[position : match.start()])]
        said = _unstyled(match[0]) if _is_prose(source) else _formula_words(source, spoken)
        start, position = match.span()
        before, after = text[start - 1 : start].isalnum(), text[position : position + 1].isalnum()
        shown += [_apart(said, before, after) if spoken else said]
    return "".join(shown) + _unstyled(text[position:])


def _formulas(text: str) -> Iterator[tuple[int, int, str]]:
    """Each formula of `text`: where it begins and ends, and its MathML, "" where it is none or cannot be drawn."""
    for match in _FORMULA.finditer(text):
        kind = str(match.lastgroup)
        yield match.start(), match.end(), _mathml(match[kind], kind in ("shown", "display"))


@lru_cache(4096)  # the page shows an answer again with each sentence that arrives
def _mathml(source: str, block: bool) -> str:
    try:
        tree = _tree(source, block)
        row = "".join(_element(child, MAX_DEPTH) for child in tree)
        said = escape(formula_text(tree, spoken=True))
    except _faults():
        return ""
    attributes = f'display="{"block" if block else "inline"}" aria-label="{said}"'
    annotation = f'<annotation encoding="application/x-tex">{escape(source)}</annotation>'
    return f"<math {attributes}><semantics>{row}{annotation}</semantics></math>"


@lru_cache(4096)
def _formula_words(source: str, spoken: bool) -> str:
    """The formula of this LaTeX `source` on one line, with unknown commands by their names."""
    try:
        return formula_text(_tree(source, block=False), spoken)
    except _faults():
        return _unstyled(source).translate(_BRACES)


def _tree(source: str, block: bool) -> list[Element]:
    """The elements that draw this LaTeX `source`. Raises one of `_faults` if it is none."""
    from latex2mathml import converter

    if _REFUSED.search(source) or _is_prose(source):
        raise ValueError
    display = "block" if block else "inline"
    return list(converter.convert_to_element(_PERCENT.sub(r"\\%", source), display=display))


def _apart(said: str, before: bool, after: bool) -> str:
    """A formula in words, with spaces where a letter or digit is `before` or `after` it: CO sub 2, about 5."""
    return f"{' ' * (before and said[1:2].isalpha())}{said}{' ' * (after and said[-2:-1].isalpha())}"


def _is_prose(source: str) -> bool:
    """Whether `source` is what stands between two dollars that are money."""
    return _PROSE.search(_ARGUMENT.sub("", source)) is not None


def _faults() -> tuple[type[Exception], ...]:
    """What latex2mathml raises for what is no formula: errors of its own, without a common base, and built-in ones."""
    from latex2mathml import exceptions

    own = [error for error in vars(exceptions).values() if isinstance(error, type) and issubclass(error, Exception)]
    return (*own, ValueError, IndexError, KeyError, TypeError, StopIteration, RecursionError)


def _element(element: Element, depth: int) -> str:
    """`element` as MathML. Raises ValueError if it holds anything that is not drawn, such as an unknown command."""
    text = unescape(element.text or "")
    if element.tag not in _ELEMENTS or depth == 0 or text.startswith("\\"):
        raise ValueError
    if len(element) != _CHILDREN.get(element.tag, len(element)) or not _ATTRIBUTES.issuperset(element.keys()):
        raise ValueError
    harmless = ((name, value) for name, value in element.items() if _VALUE.fullmatch(value))
    attributes = "".join(f' {name}="{value}"' for name, value in harmless)
    inner = escape(text) + "".join(_element(child, depth - 1) for child in element)
    return f"<{element.tag}{attributes}>{inner}</{element.tag}>"


def _plain(text: str) -> str:
    """`text` without formulas as HTML: commands for characters, and for emphasis that holds no further command."""
    return _STYLED.sub(_styled, escape(_COMMAND.sub(_character, text)))


def _unstyled(text: str) -> str:
    """`text` without formulas as `_plain` has it, but without tags, and without the commands that it does not know."""
    text = _STYLED.sub(lambda match: match[2] or match[4] or "", _COMMAND.sub(_character, text))
    if "\\" not in text:
        return text
    text = _ACCENT.sub(lambda match: normalize("NFC", (match[2] or match[3]) + _ACCENTS[match[1]]), text)
    for _ in range(_MAX_NESTED):
        text = _UNKNOWN_AROUND.sub(r"\1", text)
    return _ESCAPED.sub(lambda match: match[1] if match[1] in "{}|" else " ", _UNKNOWN.sub(r"\1", text))


def _character(match: re.Match[str]) -> str:
    name, sign, opening, _ = match.groups()
    if name:
        return _symbols().get(name, match[0])
    return sign or ("“" if opening else "”")


def _styled(match: re.Match[str]) -> str:
    name, inner = match[1] or match[3], match[2] or match[4] or ""
    tag = _TAGS.get(name)
    return f"<{tag}>{inner}</{tag}>" if tag else inner


@cache
def _symbols() -> dict[str, str]:
    r"""The commands that stand for one character, such as ``\alpha``, or for their own name, such as ``\log``."""
    from pylatexenc.latex2text import get_default_latex_context_db

    known = ((spec.macroname, spec.simplify_repl) for spec in get_default_latex_context_db().iter_macro_specs())
    return {
        name: symbol
        for name, symbol in known
        if isinstance(symbol, str) and (symbol == name or re.fullmatch(r"[^\s%]", symbol))
    }
