"""Finds records in JSON of any length and layout: lines, arrays, objects in a row, wrapped in other objects or not.

The parser of the standard library reads one object at a time from a window on the text, which keeps the memory flat,
takes NaN and lone surrogates as they come, and tells where each record begins. Which objects are records, a
`grade` of their keys decides: of objects within each other, the outermost that has the best one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from rag.sources.errors import UnreadableError
from rag.sources.json_records.scan import MAX_NESTED, Grade, Scan, beginning_like, named, scan
from rag.sources.json_records.window import AHEAD, Window
from rag.sources.text_file import TextFile
from rag.text import MAX_QUOTED_CHARS, in_quotes

COMPLETE = 2  # the grade of an object that has all that a record needs
MAX_RECORD = AHEAD
# Broken objects take time: those that are looked through to the end of the window, and all.
_MAX_ENDLESS, _MAX_IN_A_ROW = 100, 2_000
_SEPARATORS = re.compile(r"[\s,:\x1e]*")
_SCALAR = re.compile(r'(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\w.+-]++)(?=[ \t]*+(?:[\n,:\]}]|\Z))', re.DOTALL)
_NO_BRACKET = re.compile(r"[^\[{}\]\n]*")
_AFTER = re.compile(r"\s*+(?:[\[\]{},]|$|\n)")
_ANY_OBJECT = re.compile(r'\{\s{0,50}"')
_LINE = re.compile(r"(?<=\n)")
_TOO_LONG = f"more than {MAX_RECORD:,} characters"


class Element(NamedTuple):
    """What begins on `line`: a record, something in the place of one, or, with a `fault`, what cannot be parsed."""

    line: int
    value: Any
    fault: str = ""


def elements(file: TextFile, grade: Grade) -> Iterator[Element]:
    """Each record of `file` in order, and each element in the place of one, to be told from it by its grade of 0.

    `grade` says how much an object with certain keys looks like a record, from 0 to COMPLETE. Raises UnreadableError
    where a packed file is cut off or too much is broken, and OSError.
    """
    stream = _Stream(Window(file.chunks()), grade)
    yield from stream.elements()


@dataclass(slots=True)
class _Open:
    bracket: str
    records: bool = False  # whether there are some directly in it, so that what else is there stands in their place


class _Stream:
    """A walk through a text, into arrays and into objects that have records in them."""

    def __init__(self, window: Window, grade: Grade) -> None:
        self._window, self._grade = window, grade
        self._opened: list[_Open] = []
        self._awaited: re.Pattern[str] | None = None  # after a broken object, what the next may begin with
        self._broken = False
        self._endless = self._in_a_row = 0

    def elements(self) -> Iterator[Element]:
        window = self._window
        while (not self._awaited or window.find(self._awaited)) and window.skip(_SEPARATORS):
            character = window.text[window.pos]
            if character == "{":
                yield from self._object()
            elif character == "[":
                yield from self._open("[")
            elif character in "]}":
                self._close("[" if character == "]" else "{")
            else:
                yield from self._scalar()
        if window.fault:
            raise UnreadableError(window.fault, window.line)
        if self._opened and not self._broken:
            yield Element(window.line, None, "cut off at the end of the file: brackets are still open")

    def _object(self) -> Iterator[Element]:
        window = self._window
        try:
            value, end = _parsed(window.text, window.pos)
        except json.JSONDecodeError as error:
            yield from self._unparsed(error.msg, error.pos)
            return
        except RecursionError:
            yield from self._unparsed("brackets are nested too deeply", window.pos)
            return
        own = self._grade(value)
        if own < COMPLETE and _best_within(value, self._grade) > own:
            yield from self._open("{")
        elif own and end - window.pos > MAX_RECORD:
            yield Element(window.line, None, _TOO_LONG + named(window.text, window.pos, end))
            window.move(end)
        else:
            yield from self._found(value, end, record=own > 0)

    def _found(self, value: Any, end: int, *, record: bool) -> Iterator[Element]:
        """A record, or what stands in the place of one; what else is beside an array of records is left out."""
        if self._awaited and not record:
            self._await(_ANY_OBJECT)  # what was found is but a part of the next
            return
        self._awaited = None
        self._in_a_row = 0
        here = self._opened[-1] if self._opened else _Open("[")
        here.records |= record and here.bracket == "["
        if record or here.records or all(one.bracket == "[" for one in self._opened):
            yield Element(self._window.line, value)
        self._window.move(end)

    def _scalar(self) -> Iterator[Element]:
        window = self._window
        found = _SCALAR.match(window.text, window.pos)
        try:
            value = json.loads(found[0], strict=False) if found else None
        except ValueError:
            found = None
        if found and self._opened and self._opened[-1].bracket == "{":
            window.move(found.end())
        elif found:
            yield from self._found(value, found.end(), record=False)
        else:
            yield from self._lost()

    def _lost(self) -> Iterator[Element]:
        """Text that begins no value: the rest of its line if it begins one, else all before the next bracket."""
        window = self._window
        rest = window.text[window.pos : window.pos + MAX_QUOTED_CHARS].partition("\n")[0]
        yield Element(window.line, None, f"not JSON: {in_quotes(rest)}")
        self._broken = True
        begins_line = window.indent() is not None
        window.move(window.pos + 1)
        if begins_line:
            window.find(_LINE)
        else:
            window.skip(_NO_BRACKET)

    def _unparsed(self, fault: str, place: int) -> Iterator[Element]:
        """An object that is broken, not whole, or longer than the window: a record, or one that has records in it."""
        window = self._window
        text, start, line = window.text, window.pos, window.line
        like = beginning_like(window)
        stop = min(len(text), start + MAX_RECORD)
        following = like.search(text, start + 1, stop) if like else None
        if following and window.indent() is not None and text[following.start() - 1] == "\n":
            # No part of an object begins a line as the object does, so it must have ended.
            stop = following.start()
        sound = scan(text, start, min(place, stop), self._grade)
        if self._has_records(sound, one_of_many=following is not None):
            yield from self._open("{")
            return
        seen = scan(text, start, stop, self._grade)
        endless = seen.end == stop and not like
        if seen.end == start + MAX_RECORD:
            reason = _TOO_LONG
        elif seen.depth and seen.end == stop:
            if endless and window.fault:
                raise UnreadableError(window.fault, line)
            reason = "cut off at the end of the file" if endless else "not JSON: it has no end"
        else:
            at = line + text.count("\n", start, place)
            reason = f"not JSON: {fault} in line {at}"
        if seen.own or not self._awaited:
            yield Element(line, None, reason + named(text, start, seen.end))
        self._count(endless=endless)
        swallowed = like and like.search(text, start + 1, seen.end)
        if not (seen.depth or swallowed or self._awaited) and _AFTER.match(text, seen.end):
            window.move(seen.end)
        else:
            self._await(like if like and (seen.own or not self._awaited) else _ANY_OBJECT)

    def _count(self, *, endless: bool) -> None:
        self._broken = True
        self._endless += endless
        self._in_a_row += 1
        if self._endless > _MAX_ENDLESS or self._in_a_row > _MAX_IN_A_ROW:
            raise UnreadableError("not JSON: too many brackets and quotation marks are not closed", self._window.line)

    def _await(self, pattern: re.Pattern[str]) -> None:
        """Goes on where `pattern` next matches."""
        self._window.move(self._window.pos + 1)
        self._awaited = pattern

    def _has_records(self, sound: Scan, *, one_of_many: bool) -> bool:
        """Whether an object that cannot be parsed has records in it, or may have, so that these are looked at instead.

        `sound` is what was parsed of it. If that ends deep within an object, and nothing says that this is a record,
        the fault is that of a part of it.
        """
        if sound.own:
            return sound.inner > sound.own
        if sound.inner or sound.end == self._window.pos + MAX_RECORD:
            return True
        among_records = bool(self._opened) and self._opened[-1].records
        return sound.depth > 1 and not (one_of_many or among_records or self._awaited)

    def _open(self, bracket: str) -> Iterator[Element]:
        window = self._window
        window.move(window.pos + 1)
        self._awaited = None
        self._opened.append(_Open(bracket))
        if len(self._opened) > MAX_NESTED:
            yield Element(window.line, None, "not JSON: brackets are nested too deeply")
            self._opened, self._broken = [], True
            window.find(_LINE)

    def _close(self, bracket: str) -> None:
        """Closes the innermost `bracket` and what is open in it; nothing if none is open, as after a broken record."""
        self._window.move(self._window.pos + 1)
        places = [n for n, one in enumerate(self._opened) if one.bracket == bracket]
        if places:
            del self._opened[places[-1] :]


def _parsed(text: str, start: int) -> tuple[Any, int]:
    """The value that begins at `start`, and where it ends. Raises JSONDecodeError and RecursionError."""
    try:
        return _DECODER.raw_decode(text, start)
    except json.JSONDecodeError:
        raise
    except ValueError:  # a whole number with thousands of digits
        return _DECODER_OF_LONG_NUMBERS.raw_decode(text, start)


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a key that it has twice, the last value that is one."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        fields |= {key: value for key, value in pairs if value not in (None, "")}
    return fields


_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_object_of)
_DECODER_OF_LONG_NUMBERS = json.JSONDecoder(strict=False, object_pairs_hook=_object_of, parse_int=float)


def _best_within(value: dict[str, Any], grade: Grade) -> int:
    """The best grade of the objects in `value`."""
    best, left = 0, list(value.values())
    while left and best < COMPLETE:
        one = left.pop()
        if isinstance(one, dict):
            best = max(best, grade(one))
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
    return best
