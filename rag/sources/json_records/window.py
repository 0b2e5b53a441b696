"""A text of any length, of which a bounded part is held at a time: for parsers that look ahead."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.sources.unpacking import CutOffError

AHEAD = 1_000_000  # characters that are held, at least, of what is left
_BEHIND = 200  # characters that are kept of what was passed, to see how a line begins


class Window:
    """`text` from `chunks`, with the place `pos` in it that has been reached, which is on the `line`, from 1.

    `ended` is true if nothing follows `text`; `fault` then says why, if it is not the end of the file.
    """

    def __init__(self, chunks: Iterator[str]) -> None:
        self.text, self.pos, self.line = "", 0, 1
        self.ended, self.fault = False, ""
        self._chunks = chunks

    def fill(self) -> None:
        """Reads on, if less than AHEAD is left. Raises OSError."""
        left = len(self.text) - self.pos
        if self.ended or left >= AHEAD:
            return
        start = max(0, self.pos - _BEHIND)
        parts = [self.text[start:]]
        while left < 2 * AHEAD and (chunk := self._next()) is not None:
            parts.append(chunk)
            left += len(chunk)
        self.text, self.pos = "".join(parts), self.pos - start

    def move(self, pos: int) -> None:
        """Passes all before `pos`."""
        self.line += self.text.count("\n", self.pos, pos)
        self.pos = pos

    def skip(self, pattern: re.Pattern[str]) -> bool:
        """Passes all that `pattern` matches here; false at the end of the text. Each part of a match must match."""
        while True:
            self.fill()
            found = pattern.match(self.text, self.pos)
            self.move(found.end() if found else self.pos)
            if self.pos < len(self.text) or self.ended:
                return self.pos < len(self.text)

    def find(self, pattern: re.Pattern[str]) -> bool:
        """Moves to the next match of `pattern`, of at most _BEHIND characters; false, at the end, if there is none."""
        while True:
            self.fill()
            if found := pattern.search(self.text, self.pos):
                self.move(found.start())
                return True
            if self.ended:
                self.move(len(self.text))
                return False
            self.move(max(self.pos, len(self.text) - _BEHIND))

    def indent(self) -> str | None:
        """The white space before `pos` on its line; None if there is other text."""
        before = self.text[max(0, self.pos - _BEHIND) : self.pos].rpartition("\n")[2]
        return before if len(before) < _BEHIND and not before.strip() else None

    def _next(self) -> str | None:
        try:
            chunk = next(self._chunks, None)
        except CutOffError as fault:
            self.fault, chunk = str(fault), None
        self.ended = chunk is None
        return chunk
