"""The markup within a line of Markdown: emphasis, links, HTML and escapes → plain text, and where the links lead."""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.sources.identifiers import SICI_PLACE
from rag.sources.markup import plain

_MARKUP = re.compile(r"[*_`\[\\~<&$]")
_TARGET = (  # an address, which may have parentheses, and perhaps a title in quotation marks
    r"""\(\s{0,9}<?([^()\s<>]{0,2000}(?:\([^()\s<>]{0,200}\)[^()\s<>]{0,500})?)>?"""
    r"""(?:\s{1,9}["'(][^"'()\n]{0,500}["')])?\s{0,9}\)"""
)
_LINK = re.compile(rf"\[((?:[^\[\]]|\[[^\[\]]{{0,200}}\]){{0,1000}})\](?:{_TARGET}|\[[^\[\]]{{0,100}}\])")
_IMAGE = re.compile(rf"!\[[^\[\]]{{0,1000}}\](?:{_TARGET}|\[[^\[\]]{{0,100}}\])")
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]{0,500}\|)?([^\[\]|]{1,500})\]\](?!\()")
_ADDRESS = re.compile(  # in which parentheses come in pairs, as they do in DOIs: 10.1016/S0140-6736(20)30183-5
    rf"""https?://(?:[^\s<>()\[\]"']|\([^\s<>()\[\]"']{{1,200}}\)|{SICI_PLACE}){{1,2000}}"""
)
_BRACKETED_ADDRESS = re.compile(rf"<(https?://(?:[^\s<>]|{SICI_PLACE}){{1,2000}})>")
_FOOTNOTE = re.compile(r"\[\^[^\[\]]{1,100}\]")
_ATTRIBUTES = re.compile(r"\{[:#.][^{}\n]{0,300}\}")
_FORMULA = re.compile(r"(\$\$[^$]{1,2000}\$\$|\$[^$\s](?:[^$\n]{0,500}[^$\s])?\$)")
_STARS = re.compile(r"(?<![\\*])(\*{1,3})(?=[^\s*])([^*]{0,2000}[^\s*])\1(?!\*)")
_LINES = re.compile(r"(?<![\\\w])(_{1,3})(?=[^\s_])([^_]{0,2000}[^\s_])\1(?!\w)")
_STRUCK = re.compile(r"~~([^~]{1,2000})~~")
_CODE = re.compile(r"(`{1,2})([^`\n]{1,500})\1")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


class Link(NamedTuple):
    """The text of a link, in Markdown, its address, and where it begins and ends in the line."""

    text: str
    address: str
    start: int
    end: int


def links(text: str) -> list[Link]:
    """The links in a line of Markdown that have a text, in order; images are none."""
    shown = _IMAGE.sub(lambda image: " " * len(image[0]), text)
    return [Link(found[1], found[2] or "", *found.span()) for found in _LINK.finditer(shown)]


def addresses(text: str) -> list[str]:
    """All addresses that `text` links to or shows, those of links first."""
    return [link.address for link in links(text)] + _ADDRESS.findall(text)


def plain_text(text: str) -> str:
    """`text` without the markup of Markdown and HTML, and without images and footnotes. Formulas stay in ``$…$``."""
    if not _MARKUP.search(text):
        return text
    text = _FOOTNOTE.sub("", _IMAGE.sub("", text))
    text = _WIKI_LINK.sub(r"\1", text)
    text = _LINK.sub(_text, _LINK.sub(_text, text))  # twice, for the text of a link may have links in it
    text = _BRACKETED_ADDRESS.sub(r"\1", text)
    parts = _FORMULA.split(text)
    parts[::2] = [_without_emphasis(part) for part in parts[::2]]
    return plain("".join(parts))


def without_attributes(text: str) -> str:
    """`text` without ``{#id .class}``, which some dialects have behind headings."""
    return _ATTRIBUTES.sub("", text)


def _text(link: re.Match[str]) -> str:
    """The text of `link`; of ``[1][2]``, which are citations, all."""
    return link[0] if link[2] is None and link[1].isdigit() else link[1]


def _without_emphasis(text: str) -> str:
    text = _CODE.sub(r"\2", text)
    for _ in range(2):  # emphasis may have emphasis in it
        text = _LINES.sub(r"\2", _STARS.sub(r"\2", text))
    return _ESCAPE.sub(r"\1", _STRUCK.sub(r"\1", text))
