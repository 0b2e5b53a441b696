"""Reads HTML as a reader or a browser would: what is seen, and what acts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "img", "input", "link", "meta"}
INLINE = {"a", "em", "mark", "span", "strong"}  # the words before and after are not parted by these
ACTIVE = {"base", "embed", "iframe", "img", "object", "portal", "source", "style", "svg", "template", "track", "video"}
OUR_FILE = re.compile(r"/ui/\w+\.(js|css)|data:,")
LINK = re.compile(
    r"#[\w-]+|/(\?papers=[\da-f.]+)?|/saved|/papers(\.(bib|ris|csl|csv))?(\?[\w.%+=:&~-]*)?(#work)?"
    r"|/c/[\w-]+(/(\d+|all)\.(md|bib|ris|csl|csv)|(/\d+)?/print|#turn-\d+)?|https?://example\.org/.*"
    r"|https://(doi|arxiv)\.org/[^\"'<>\s]+"
)
# Attributes whose values are made of texts of others; all other values are our own.
FROM_TEXT = {
    "aria-label",
    "data-card",
    "data-check",
    "data-name",
    "data-paper",
    "data-papers",
    "data-quote",
    "data-title",
    "data-without",
    "href",
    "id",
    "value",
}


@dataclass
class Element:
    """An element: its exact text is `content`, and `text` is how it reads."""

    tag: str
    attributes: dict[str, str]
    content: str = ""
    _read: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self._read).split())


class Reader(HTMLParser):
    """What `html` holds, with the source of its formulas; fails if an element is left open or closes another."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._whole = Element("", {})
        self._open: list[Element] = [self._whole]
        self.feed(html)
        self.close()
        assert self._open == [self._whole]

    @property
    def text(self) -> str:
        return self._whole.text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        self._part(tag)
        if tag not in VOID:
            self._open.append(self.elements[-1])

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if not self._in_formula or self._open[-1].tag == "annotation":
            for element in self._open:
                element.content += data
                element._read.append(data)

    @property
    def _in_formula(self) -> bool:
        return any(element.tag == "math" for element in self._open)

    def _part(self, tag: str) -> None:
        """Blocks, cells and buttons are set apart from what is around them."""
        if tag not in INLINE and tag != "math" and not self._in_formula:
            for element in self._open:
                element._read.append(" ")

    def all(self, tag: str, class_: str = "") -> list[Element]:
        """The elements of this tag and class, in order."""
        named = (element for element in self.elements if element.tag == tag)
        return [one for one in named if not class_ or class_ in one.attributes.get("class", "").split()]


def read(html: str) -> Reader:
    """What `html` holds; fails if it holds a script, a style or an address that is not of our pages."""
    page = Reader(html)
    for element in page.elements:
        assert element.tag not in ACTIVE
        assert element.tag != "script" or element.attributes["src"].startswith("/ui/")
        assert "http-equiv" not in element.attributes
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            assert name not in ("style", "srcdoc", "srcset", "formaction", "data", "background", "ping")
            if name == "src" or (name == "href" and element.tag == "link"):
                assert OUR_FILE.fullmatch(value)
            elif name == "href":
                assert LINK.fullmatch(value), value
            elif name == "action":
                assert value in ("/papers", "/sign-in", "/sign-out")
    return page


def skeleton(html: str) -> list[tuple[str, dict[str, str]]]:
    """Every element of `html` with its attributes, less the texts of others in them and less formulas and emphasis.

    It is the same whatever the texts say, or one of them has become markup.
    """
    shown, in_formula = [], False
    for element in read(html).elements:
        in_formula = element.tag == "math" or (in_formula and element.tag in FORMULA)
        if not in_formula and element.tag not in ("em", "strong"):
            values = element.attributes.items()
            shown.append((element.tag, {name: "" if name in FROM_TEXT else value for name, value in values}))
    return shown


FORMULA = set(
    """annotation math mfrac mi mn mo mover mroot mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder
    munderover semantics""".split()
)
