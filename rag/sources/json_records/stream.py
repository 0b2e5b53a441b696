"""Finds records in JSON of any length and layout: lines, arrays, objects in a row, wrapped in other objects or not.

The parser reads one object at a time from a window on the text, which keeps the memory flat and tells where each record
begins. Which objects are records, a `grade` of their keys decides: of objects within each other, the outermost that has
the best one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from rag.sources.errors import UnreadableError
from rag.sources.json_records.brackets import Brackets
from rag.sources.json_records.broken import MAX_RECORD, TOO_LONG, BrokenObject
from rag.sources.json_records.objects import best_within, parsed
from rag.sources.json_records.scan import COMPLETE, Grade, named
from rag.sources.json_records.window import Window
from rag.sources.text_file import TextFile
from rag.text import MAX_QUOTED_CHARS, in_quotes

# Broken objects take time: those that are looked through to the end of the window, and all.
_MAX_ENDLESS, _MAX_IN_A_ROW = 100, 2_000
_SEPARATORS = re.compile(r"[\s,:\x1e]*")
_SCALAR = re.compile(r'(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\w.+-]++)(?=[ \t]*+(?:[\n,:\]}]|\Z))', re.DOTALL)
_NO_BRACKET = re.compile(r"[^\[{}\]\n]*")
_ANY_OBJECT = re.compile(r'\{\s{0,50}"')
_LINE = re.compile(r"(?<=\n)")


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
    return _Stream(Window(file.chunks()), grade).elements()


class _Stream:
    """A walk through a text, into arrays and into objects that have records in them."""

    def __init__(self, window: Window, grade: Grade) -> None:
        self._window, self._grade = window, grade
        self._brackets = Brackets()
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
                window.move(window.pos + 1)
                self._brackets.close("[" if character == "]" else "{")
            else:
                yield from self._scalar()
        if window.fault:
            raise UnreadableError(window.fault, window.line)
        if self._brackets and not self._broken:
            yield Element(window.line, None, "cut off at the end of the file: brackets are still open")

    def _object(self) -> Iterator[Element]:
        window = self._window
        try:
            value, end = parsed(window.text, window.pos)
        except json.JSONDecodeError as error:
            yield from self._unparsed(error.msg, error.pos)
            return
        except RecursionError:
            yield from self._unparsed("brackets are nested too deeply", window.pos)
            return
        own = self._grade(value)
        if own < COMPLETE and best_within(value, self._grade, COMPLETE) > own:
            yield from self._open("{")
        elif own and end - window.pos > MAX_RECORD:
            yield Element(window.line, None, TOO_LONG + named(window.text, window.pos, end))
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
        if self._brackets.add(record=record):
            yield Element(self._window.line, value)
        self._window.move(end)

    def _scalar(self) -> Iterator[Element]:
        window = self._window
        found = _SCALAR.match(window.text, window.pos)
        try:
            value = json.loads(found[0], strict=False) if found else None
        except ValueError:
            found = None
        if found and self._brackets.innermost == "{":
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
        """An object that cannot be parsed: a record, or one that has records in it."""
        broken = BrokenObject(self._window, self._grade, fault, place)
        if broken.has_records(is_record=self._brackets.has_records or self._awaited is not None):
            yield from self._open("{")
            return
        reason, end = broken.reason(), broken.end()
        is_part = self._awaited is not None and not broken.seen.own  # of the next
        if not is_part:
            yield Element(self._window.line, None, reason)
        self._count(endless=broken.is_endless)
        if end and not self._awaited:
            self._window.move(end)
        else:
            self._await(_ANY_OBJECT if is_part else broken.like or _ANY_OBJECT)

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

    def _open(self, bracket: str) -> Iterator[Element]:
        window = self._window
        window.move(window.pos + 1)
        self._awaited = None
        if not self._brackets.open(bracket):
            yield Element(window.line, None, "not JSON: brackets are nested too deeply")
            self._broken = True
            window.find(_LINE)
