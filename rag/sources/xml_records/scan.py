"""Cuts the text of an XML file into the elements that are its records, without parsing it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

MAX_ELEMENT_CHARS = 4_000_000  # an article by thousands of authors with their affiliations has about 2,000,000
PREFIX = r"(?:[\w.-]{1,40}:)?"  # of a name, for its namespace
_MAX_HIDDEN = 100_000  # characters of a comment or CDATA section; what seems longer has no end
_HIDDEN = {"<!--": "-->", "<![CDATA[": "]]>"}


class Span(NamedTuple):
    """The text of a record, the line where it begins, and why it is not whole, or ""."""

    line: int
    text: str
    fault: str = ""


def root(head: str) -> str:
    """The name of the outermost element of the XML whose beginning is `head`; "" if it is not XML."""
    if not head.lstrip().startswith("<"):
        return ""
    found = re.search(rf"<{PREFIX}([A-Za-z_][\w.-]{{0,99}})[\s/>]", re.sub(r"(?s)<!--.*?(?:-->|\Z)", "", head))
    return found[1] if found else ""


class Scanner:
    """Cuts the text that it is fed into records: from a start tag to its end tag, or to where that should have been."""

    def __init__(self, names: Collection[str]) -> None:
        tag = rf"{PREFIX}(?:{'|'.join(names)})"
        self._token = re.compile(rf"<!--|<!\[CDATA\[|<{tag}(?:[\s/][^<>]{{0,2000}})?>|</{tag}\s{{0,100}}>")
        self._text = ""
        self._at = 0  # up to where the text is scanned
        self._start: int | None = None  # of the record that is open
        self._counted, self._line = 0, 1  # a place in the text, and its line
        self._ends: dict[str, int] = {}  # of comments and CDATA sections: searched for once, however many begin

    def feed(self, chunk: str, *, last: bool = False) -> Iterator[Span]:
        self._text += chunk
        self._ends.clear()
        while token := self._next(last):
            if token[0].startswith("</"):
                yield from self._cut(token.end())
            else:
                yield from self._cut(token.start(), "no end tag")
                self._start = token.start()
                if token[0].endswith("/>"):
                    yield from self._cut(token.end())
        if last:
            yield from self._cut(len(self._text), "the file ends in the middle of a record")
        if self._start is not None and len(self._text) - self._start > MAX_ELEMENT_CHARS:
            yield from self._cut(len(self._text), f"a record of more than {MAX_ELEMENT_CHARS:,} characters")
        self._forget()

    def _next(self, last: bool) -> re.Match[str] | None:
        """The next tag of a record outside comments and CDATA sections; None if there is none yet."""
        while found := self._token.search(self._text, self._at):
            self._at = found.end()
            if not (hidden_until := _HIDDEN.get(found[0])):
                return found
            end = self._end_of(hidden_until)
            if end - self._at > _MAX_HIDDEN:
                continue
            if end < len(self._text):
                self._at = end
            elif not last:
                self._at = found.start()
                return None
        tag = self._text.rfind("<", self._at)  # perhaps the first half of one
        self._at = tag if tag >= 0 else len(self._text)
        return None

    def _end_of(self, hidden_until: str) -> int:
        """Where the comment or CDATA section ends that begins before `_at`; the end of the text if it does not."""
        if self._ends.get(hidden_until, -1) < self._at:
            found = self._text.find(hidden_until, self._at)
            self._ends[hidden_until] = found if found >= 0 else len(self._text)
        return self._ends[hidden_until]

    def _cut(self, end: int, fault: str = "") -> Iterator[Span]:
        """The record that is open, as far as `end`, if one is."""
        if self._start is not None:
            self._line += self._text.count("\n", self._counted, self._start)
            self._counted = self._start
            yield Span(self._line, self._text[self._start : end], fault)
            self._start = None

    def _forget(self) -> None:
        """Drops the text that is done with."""
        done = self._at if self._start is None else self._start
        self._line += self._text.count("\n", self._counted, done)
        self._text, self._at, self._counted = self._text[done:], self._at - done, 0
        self._start = None if self._start is None else 0
