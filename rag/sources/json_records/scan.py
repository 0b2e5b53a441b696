"""A look at a JSON object that cannot be parsed: broken, or too long to be held. Where does it end, and what is it?"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from rag.sources.json_records.window import Window
from rag.text import clean_line

MAX_NESTED = 100  # brackets within brackets
_MAX_KEYS = 200  # of an object that are looked at

_OPENING = re.compile(r'\{(\s{0,50})("(?:[^"\\\n]|\\.){0,100}"?)?')
_TITLE = re.compile(r'"title"\s{0,50}:\s{0,50}\[?\s{0,50}"((?:[^"\\\n]|\\.){1,80})', re.IGNORECASE)
_TOKEN = re.compile(r'(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+(?P<end>")?)(?P<key>\s*:)?|(?P<bracket>[\[\]{}])', re.DOTALL)
_CLOSED_BY = {"{": "}", "[": "]"}

Grade = Callable[[Collection[str]], int]  # how much an object with these keys looks like a record; 0 is not at all
COMPLETE = 2  # the grade of one that has all that a record needs


@dataclass(frozen=True, slots=True)
class Scan:
    """Where an object ends or, if `depth` is above 0, where it cannot go on with so many brackets open.

    `own` is its grade, `inner` the best of those in it.
    """

    end: int
    depth: int
    own: int
    inner: int


def scan(text: str, start: int, stop: int, grade: Grade) -> Scan:
    """A look at the object in `text` that begins at `start` and may reach to `stop`."""
    scanner = _Scanner(text, grade)
    for token in _TOKEN.finditer(text, start, stop):
        if token["end"]:
            scanner.string(token)
        elif token["string"]:  # it goes on to `stop`
            break
        elif not scanner.bracket(token["bracket"], token.start()):
            return scanner.result(token.start())
        elif not scanner.opened:
            return scanner.result(token.end())
    return scanner.result(stop)


def beginning_like(window: Window) -> re.Pattern[str] | None:
    """What begins like the object at hand: probably the next of its kind, and no part of one; None if none is ahead.

    That is a line with the same indentation or else, within a line, an object with the same first key.
    """
    opening = _OPENING.match(window.text, window.pos)
    gap, key = opening.groups() if opening else ("", None)
    indent = window.indent()
    patterns = [rf"\{{\s{{0,50}}{re.escape(key)}"] if key else []
    if indent is not None:
        same_line = rf"(?<=\n){indent}\{{"
        unindented = gap.endswith("\n" + indent)  # so that parts of records begin like them
        exactly = f"{same_line}{gap}{re.escape(key or '')}" if unindented else rf'{same_line}{gap}"|(?<=\n)\{{"'
        patterns = [exactly, *patterns, same_line]
    compiled = [re.compile(pattern) for pattern in patterns]
    ahead = (pattern for pattern in compiled if pattern.search(window.text, window.pos + 1))
    beyond = compiled[-1] if indent is not None and not window.ended else None
    return next(ahead, beyond)


def named(text: str, start: int, end: int) -> str:
    """The title of a broken record, as far as it goes, after a colon."""
    found = _TITLE.search(text, start, end)
    return f": {clean_line(found[1])}" if found else ""


@dataclass(slots=True)
class _Open:
    bracket: str
    keys: set[str] = field(default_factory=set)


class _Scanner:
    """The brackets that are open, and the grades of the objects that were closed."""

    def __init__(self, text: str, grade: Grade) -> None:
        self.opened: list[_Open] = []
        self._text, self._grade = text, grade
        self._own = self._inner = 0

    def string(self, token: re.Match[str]) -> None:
        keys = self.opened[-1].keys
        if token["key"] and len(keys) < _MAX_KEYS:
            keys.add(token["string"][1:-1])

    def bracket(self, bracket: str, place: int) -> bool:
        """Opens or closes one; false if it cannot be in JSON here."""
        if bracket in _CLOSED_BY:
            if len(self.opened) == MAX_NESTED or self._misplaced(place):
                return False
            self.opened.append(_Open(bracket))
        elif _CLOSED_BY[self.opened[-1].bracket] == bracket:
            self._close(self.opened.pop())
        else:
            return False
        return True

    def result(self, end: int) -> Scan:
        depth = len(self.opened)
        while self.opened:
            self._close(self.opened.pop())
        return Scan(end, depth, self._own, self._inner)

    def _misplaced(self, place: int) -> bool:
        """Whether something opens in an object that is not the value of a key."""
        before = self._text[max(0, place - 100) : place].rstrip()
        return bool(self.opened) and self.opened[-1].bracket == "{" and not before.endswith(":")

    def _close(self, closed: _Open) -> None:
        grade = self._grade(closed.keys)
        if self.opened:
            self._inner = max(self._inner, grade)
        else:
            self._own = grade
