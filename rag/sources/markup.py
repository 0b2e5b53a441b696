"""HTML, JATS and MathML in titles and abstracts → plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

# Only names of elements, so that "a <b and c> d" stays what it is.
_INLINE = """a abbr alternatives b bdi big bold bold-italic cite code del em email ext-link font i inf inline-formula
    inline-graphic ins italic kbd label math mfenced mfrac mi mn mo monospace mover mpadded mrow ms mspace msqrt mstyle
    msub msubsup msup mtable mtd mtext mtr munder munderover named-content overline q related-article related-object
    roman sans-serif sc scp semantics small span strike strong styled-content sub sup tt u underline uri var xref"""
_BLOCK = """abstract article blockquote body br break caption dd def-item def-list disp-formula disp-quote div dl dt fig
    graphic h1 h2 h3 h4 h5 h6 hr html li list list-item ol p sec section table tbody td th title tr ul"""
_TAG = re.compile(
    rf"</?(?:jats:|mml:|m:)?({'|'.join((_INLINE + ' ' + _BLOCK).split())})(?:\s[^<>]{{0,2000}})?/?>", re.IGNORECASE
)
_BLOCKS = frozenset(_BLOCK.split())
_DROPPED = re.compile(
    r"<(script|style|(?:mml:)?annotation(?:-xml)?)\b[^<>]{0,500}>[^<]{0,10000}</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
_FORMULA_TAG = re.compile(
    r"<(/?)(?:jats:)?(inline-formula|disp-formula|alternatives|tex-math)\b[^<>]{0,500}>", re.IGNORECASE
)
_HEADING = re.compile(r"<((?:jats:)?title)\b[^<>]{0,500}>([^<]{0,200})</\1>", re.IGNORECASE)
_TITLED = re.compile(r"(abstract|summary)\W*", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_ESCAPED_TAG = re.compile(r"&lt;/?[a-z][a-z0-9:-]{0,20}(?:\s(?:[^<>&]|&(?!lt;)){0,500}?)?/?&gt;", re.IGNORECASE)


def plain(text: str) -> str:
    """`text` without tags, its entities decoded; formulas that are given in TeX stand in ``$…$``.

    A heading within an abstract becomes "Methods: ", one that says "Abstract" nothing. Text that was escaped twice is
    decoded twice, if there are tags in it.
    """
    if _ESCAPED_TAG.search(text):
        text = entities(text)
    if "<" in text:
        text = _DROPPED.sub("", _without_comments(text))
        if "tex-math" in text:
            text = _with_formulas(text)
        text = _HEADING.sub(_heading, text)
        text = _TAG.sub(lambda tag: " " if tag[1].lower() in _BLOCKS else "", text)
    return entities(entities(text) if "&amp;" in text else text)


def entities(text: str) -> str:
    """`text` with its entities decoded; only whole ones, so that "?a=1&section=2" stays as it is."""
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text) if "&" in text else text


def _without_comments(text: str) -> str:
    first, *parts = text.split("<!--")
    rests = (part.partition("-->") for part in parts)
    return first + "".join(rest if end else f"<!--{part}" for part, end, rest in rests)


def _with_formulas(text: str) -> str:
    """`text` with the TeX of each formula in place of it, which may be there as MathML as well."""
    parts: list[str] = []
    at = 0
    for start, end, tex in _formulas(text):
        parts += text[at:start], f"${entities(tex).strip().strip('$')}$"
        at = end
    return "".join([*parts, text[at:]])


def _formulas(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each formula starts and ends, and its TeX: the first of those in an element for formulas, or alone."""
    formula: re.Match[str] | None = None
    opened: re.Match[str] | None = None
    found: tuple[int, int, str] | None = None
    for tag in _FORMULA_TAG.finditer(text):
        name, closes = tag[2].lower(), bool(tag[1])
        if name == "tex-math":
            if opened and closes and not found:
                found = opened.start(), tag.end(), text[opened.end() : tag.start()]
            opened = None if closes else tag
        elif not closes:
            formula = formula or tag
        elif formula and name == formula[2].lower():
            if found:
                yield formula.start(), tag.end(), found[2]
            formula = found = None
        if found and not formula:
            yield found
            found = None
    if found:
        yield found


def _heading(found: re.Match[str]) -> str:
    words = found[2].strip()
    if not words or _TITLED.fullmatch(words):
        return " "
    return f" {words} " if words[-1] in ".:?!" else f" {words}: "
