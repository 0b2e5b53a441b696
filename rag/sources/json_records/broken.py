"""A JSON object that is broken, not whole, or longer than the window: is it a record, and where does it end?"""

from __future__ import annotations

import re
from functools import cached_property

from rag.sources.errors import UnreadableError
from rag.sources.json_records.scan import Grade, Scan, beginning_like, named, scan
from rag.sources.json_records.window import AHEAD, Window

MAX_RECORD = AHEAD
TOO_LONG = f"more than {MAX_RECORD:,} characters"
_AFTER = re.compile(r"\s*+(?:[\[\]{},]|$|\n)")


class BrokenObject:
    """The object that `window` is at, in which the parser found a `fault` at `place`.

    `like` is what begins like it, as `beginning_like` says.
    """

    def __init__(self, window: Window, grade: Grade, fault: str, place: int) -> None:
        self.like = beginning_like(window)
        self._window, self._grade, self._fault, self._place = window, grade, fault, place
        self._stop = min(len(window.text), window.pos + MAX_RECORD)
        self._following = self._next_like(self._stop)
        start = self._following.start() if self._following else 0
        if start and window.indent() is not None and window.text[start - 1] == "\n":
            # No part of an object begins a line as the object does, so it must have ended.
            self._stop = start

    def has_records(self, *, is_record: bool) -> bool:
        """Whether there are records in it, or may be, so that these are looked at instead.

        If what was parsed ends deep within an object, and nothing says that this `is_record`, the fault is that of a
        part of it.
        """
        sound = scan(self._window.text, self._window.pos, min(self._place, self._stop), self._grade)
        if sound.own:
            return sound.inner > sound.own
        if sound.inner or sound.end == self._window.pos + MAX_RECORD:
            return True
        return sound.depth > 1 and not (self._following or is_record)

    @cached_property
    def seen(self) -> Scan:
        """All of it, as far as it may reach."""
        return scan(self._window.text, self._window.pos, self._stop, self._grade)

    @property
    def is_endless(self) -> bool:
        """Whether it goes on to the end of the window, and nothing like it follows."""
        return self.seen.end == self._stop and not self.like

    def reason(self) -> str:
        """Why it cannot be read, and its title. Raises UnreadableError if it is where a packed file is cut off."""
        text, start, line, seen = self._window.text, self._window.pos, self._window.line, self.seen
        if seen.end == start + MAX_RECORD:
            reason = TOO_LONG
        elif seen.depth and seen.end == self._stop:
            if self.is_endless and self._window.fault:
                raise UnreadableError(self._window.fault, line)
            reason = "cut off at the end of the file" if self.is_endless else "not JSON: it has no end"
        else:
            line += text.count("\n", start, self._place)
            reason = f"not JSON: {self._fault} in line {line}"
        return reason + named(text, start, seen.end)

    def end(self) -> int | None:
        """Where it ends; None if that is not sure, or the next may have begun in it."""
        end = self.seen.end
        return None if self.seen.depth or self._next_like(end) or not _AFTER.match(self._window.text, end) else end

    def _next_like(self, stop: int) -> re.Match[str] | None:
        return self.like.search(self._window.text, self._window.pos + 1, stop) if self.like else None
