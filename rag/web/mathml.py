"""LaTeX as titles and abstracts hold it: formulas as MathML, which browsers draw by themselves, the rest as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LONGEST = 500  # characters of a formula; of 16,000 in real abstracts four are longer than 300
DEEPEST = 40  # elements within each other

# A formula within dollars as Pandoc knows one, so that "$5 and $6" is none.
_FORMULA = re.compile(
    rf"""
    \$\$ (?P<shown>[^$]{{1,{LONGEST}}}) \$\$
    | \\\[ (?P<display>.{{1,{LONGEST}}}?) \\\]
    | \\\( (?P<inline>.{{1,{LONGEST}}}?) \\\)
    | (?<![\\$]) \$ (?![\s$]) (?P<dollars> (?: \\. | [^$\\] ){{1,{LONGEST}}} ) (?<!\s) \$ (?![\d$])
    """,
    re.VERBOSE | re.DOTALL,
)
_ARGUMENT = re.compile(r"\\[A-Za-z]+\s*\{[^{}]*\}")
_PROSE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}\s+[A-Za-z]{3,}")  # between two dollars that are money
# What defines commands can grow without end, and a character by its number is nothing that a formula needs.
_REFUSED = re.compile(r"\\(def|newcommand|newenvironment|DeclareMathOperator|unicode)(?![A-Za-z])")
_PERCENT = re.compile(r"(?<!\\)%")  # a sign in abstracts; to TeX the rest of the line were a comment

_CHILDREN = {"mfrac": 2, "mover": 2, "mroot": 2, "msub": 2, "msubsup": 3, "msup": 2, "munder": 2, "munderover": 3}
_ELEMENTS = frozenset("mi mn mo mrow mspace msqrt mstyle mtable mtd mtext mtr".split()).union(_CHILDREN)
_ATTRIBUTES = frozenset(
    """accent columnalign displaystyle fence form linebreak linethickness mathvariant maxsize minsize movablelimits
    scriptlevel stretchy width""".split()
)
_VALUE = re.compile(r"[a-z-]{1,12}|[0-3]?(\.\d{1,3})?em|[0-2]")  # no negative width: it would write over the page

_COMMAND = re.compile(r"\\([A-Za-z]+)|\\([%&_#$])|(?<!`)(``)(?!`)|('')")
_STYLED = re.compile(r"\\(emph|text(?:[a-z]{2})?|underline|mbox)\{([^{}]*)\}|\{\\(em|it|sl|bf|tt|sc|rm)\s+([^{}]*)\}")
_TAGS = dict.fromkeys("emph textit textsl em it sl".split(), "em") | {"textbf": "strong", "bf": "strong"}


def rich(text: str) -> str:
    """HTML of `text`, all of it escaped; formulas are MathML, and one that cannot be drawn stays as it is."""
    shown, at = [], 0
    for start, end, drawn in _found(text):
        shown += [_words(text[at:start]), drawn or escape(text[start:end])]
        at = end
    return "".join(shown) + _words(text[at:])


def formulas(text: str) -> list[tuple[int, int]]:
    """Where the formulas of `text` that `rich` draws begin and end. Who cuts within one cuts it to pieces."""
    return [(start, end) for start, end, drawn in _found(text) if drawn]


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    """Each formula of `text`: where it begins and ends, and its MathML, "" for what is none or cannot be drawn."""
    for match in _FORMULA.finditer(text):
        kind = str(match.lastgroup)
        yield match.start(), match.end(), _mathml(match[kind], kind in ("shown", "display"))


@lru_cache(4096)  # the page shows an answer anew with each sentence that comes
def _mathml(source: str, block: bool) -> str:
    from latex2mathml import converter

    if _REFUSED.search(source) or _PROSE.search(_ARGUMENT.sub("", source)):
        return ""
    display = "block" if block else "inline"
    try:
        tree = converter.convert_to_element(_PERCENT.sub(r"\\%", source), display=display)
        row = "".join(_element(child, DEEPEST) for child in tree)
    except _faults():
        return ""
    told = f'<annotation encoding="application/x-tex">{escape(source)}</annotation>'
    return f'<math display="{display}"><semantics>{row}{told}</semantics></math>'


def _faults() -> tuple[type[Exception], ...]:
    """What latex2mathml raises for a formula that is none: its own faults, of no common kind, and some of Python."""
    from latex2mathml import exceptions

    own = [one for one in vars(exceptions).values() if isinstance(one, type) and issubclass(one, Exception)]
    return (*own, ValueError, IndexError, KeyError, TypeError, StopIteration, RecursionError)


def _element(element: Element, depth: int) -> str:
    """`element` as MathML. Raises ValueError where it holds what is not drawn, such as an unknown command."""
    text = unescape(element.text or "")
    if element.tag not in _ELEMENTS or depth == 0 or text.startswith("\\"):
        raise ValueError
    if len(element) != _CHILDREN.get(element.tag, len(element)) or not _ATTRIBUTES.issuperset(element.keys()):
        raise ValueError
    kept = ((name, value) for name, value in element.items() if _VALUE.fullmatch(value))
    attributes = "".join(f' {name}="{value}"' for name, value in kept)
    inner = escape(text) + "".join(_element(child, depth - 1) for child in element)
    return f"<{element.tag}{attributes}>{inner}</{element.tag}>"


def _words(text: str) -> str:
    """HTML of `text` without formulas: commands for characters and for emphasis, where nothing is within them."""
    return _STYLED.sub(_styled, escape(_COMMAND.sub(_character, text)))


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
    r"""The commands that are one character, such as ``\alpha``, or a word as they stand, such as ``\log``."""
    from pylatexenc.latex2text import get_default_latex_context_db

    known = ((spec.macroname, spec.simplify_repl) for spec in get_default_latex_context_db().iter_macro_specs())
    return {name: to for name, to in known if isinstance(to, str) and (to == name or re.fullmatch(r"[^\s%]", to))}
