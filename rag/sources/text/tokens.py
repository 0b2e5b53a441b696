"""Markdown as tokens: lines, and what does not end with a line, which are code, comments and <details>."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from rag.sources.text.bounds import MAX_CHARACTERS

_FENCE = re.compile(r"\s{0,20}(`{3,}|~{3,})")
_COMMENT = re.compile("(<!--|-->)")
_TAG = re.compile(r"(</?(?:details|summary)\b[^<>]{0,300}>)", re.IGNORECASE)


class Token(NamedTuple):
    """A line, or part of one between tags; a fence that begins code, and each line of it; what <details> consist of."""

    kind: Literal["line", "fence", "code", "details", "summary", "/details"]
    line: int
    text: str = ""


class Tokens:
    """The tokens of numbered `lines`, of which those of comments are none."""

    def __init__(self, lines: Iterable[tuple[int, str]]) -> None:
        self._lines = lines
        self._fence = ""
        self._in_comment = False
        self._begins = 0  # the line where the code or the comment does
        self._summary: list[str] | None = None
        self._room = 0  # in the summary

    def __iter__(self) -> Iterator[Token]:
        previous = ""
        for number, line in self._lines:
            if line or previous:  # there may be millions of blank lines
                yield from self._tokens(number, line[:MAX_CHARACTERS])
            previous = line

    @property
    def unclosed(self) -> int:
        """The line where a code block or a comment begins that has not ended; 0 if there is none."""
        return self._begins if self._fence or self._in_comment else 0

    def _tokens(self, number: int, line: str) -> Iterator[Token]:
        if self._fence:
            yield from self._code(number, line)
        elif (fence := _FENCE.match(line)) and not self._in_comment:
            self._fence, self._begins = fence[1], number
            yield Token("fence", number)
        else:
            yield from self._markup(number, self._without_comments(number, line))

    def _code(self, number: int, line: str) -> Iterator[Token]:
        if line.strip().startswith(self._fence) and not line.strip().strip(self._fence[0]):
            self._fence = ""
        else:
            yield Token("code", number, line)

    def _without_comments(self, number: int, line: str) -> str:
        if not self._in_comment and "<!--" not in line:
            return line
        kept: list[str] = []
        for part in _COMMENT.split(line):
            if part == "<!--" and not self._in_comment:
                self._in_comment, self._begins = True, number
            elif part == "-->" and self._in_comment:
                self._in_comment = False
            elif not self._in_comment:
                kept.append(part)
        return "".join(kept)

    def _markup(self, number: int, line: str) -> Iterator[Token]:
        """Splits `line` at the tags of <details>, which may all be on it."""
        parts = _TAG.split(line) if "<" in line else [line]
        for part in parts:
            if _TAG.fullmatch(part):
                yield from self._tag(number, part.lower())
            elif self._summary is not None:
                self._room -= len(part) + 1
                self._summary += [part] if self._room > 0 else []
            elif part.strip() or len(parts) == 1:
                yield Token("line", number, part)

    def _tag(self, number: int, tag: str) -> Iterator[Token]:
        if tag.startswith("<summary"):
            self._summary, self._room = [], MAX_CHARACTERS
        elif tag.startswith("</summary"):
            yield Token("summary", number, " ".join(self._summary or []))
            self._summary = None
        else:
            yield Token("details" if tag.startswith("<details") else "/details", number)
