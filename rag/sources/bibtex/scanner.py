"""Lines of BibTeX → its entries. No file is refused: an entry that cannot be read costs no other."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.sources.bibtex.fields import (
    MAX_EXPANDED,
    EndlessError,
    MalformedError,
    Parsed,
    TooLongError,
    closed_early,
    depth_after,
    kind,
    parse,
)
from rag.sources.bibtex.repair import repaired
from rag.sources.bibtex.segments import MAX_ENTRY, Segment, segments
from rag.sources.errors import UnreadableError

MAX_MACROS_CHARS = 10_000_000  # of the macros of a file together
MAX_JOINED = 3  # entries that an entry quotes, as an abstract about BibTeX may
MAX_COMMENTED = 20  # entries in one @comment

_NAME = re.compile(r"@[^{(]{1,99}[{(]\s{0,99}([^\s,={}\"][^,={}\"\n]{0,99})[,\n]")
_TITLE = re.compile(r"\btitle\s{0,99}=\s{0,99}[{\"]{0,3}([^{}\"\n]{1,99})", re.IGNORECASE)
_TOO_LONG = f"its macros stand for more than {MAX_EXPANDED:,} characters"
_MISMATCH = "its braces, quotation marks or commas do not match"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: `kind` and names of `fields` in lower case, values without the braces or quotation marks around them.

    Of a field that occurs several times it is the first that has a value; of "author", all.
    """

    line: int
    kind: str
    key: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry that cannot be read, for `reason`. `name` is its key, its title, or how it begins."""

    line: int
    name: str
    reason: str


def scan(lines: Iterable[tuple[int, str]]) -> Iterator[Entry | Broken]:
    """The entries of `lines`, which are numbered, in order, with macros replaced by what @string says they stand for.

    Raises the UnreadableError of `lines`, after the last entry.
    """
    return _Scanner(lines).entries()


class _Scanner:
    def __init__(self, lines: Iterable[tuple[int, str]]) -> None:
        self._segments = segments(lines)
        self._ahead: deque[Segment] = deque()
        self._fault: UnreadableError | None = None
        self._macros: dict[str, str] = {}
        self._macro_chars_left = MAX_MACROS_CHARS

    def entries(self) -> Iterator[Entry | Broken]:
        while self._peek(0):
            segment = self._ahead.popleft()
            if called := kind(segment.text):
                yield from self._read(segment, called)
        if self._fault:
            raise self._fault

    def _peek(self, n: int) -> Segment | None:
        """The segment after `n` others, if there are so many. What ends the file is kept until these are read."""
        try:
            while len(self._ahead) <= n and self._fault is None:
                self._ahead.append(next(self._segments))
        except StopIteration:
            return None
        except UnreadableError as fault:
            self._fault = fault
        return self._ahead[n] if n < len(self._ahead) else None

    def _read(self, segment: Segment, called: str) -> Iterator[Entry | Broken]:
        if called in ("comment", "preamble"):
            self._pass_over(segment)
            return
        try:
            parsed = self._parsed(segment)
        except TooLongError:
            yield Broken(segment.line, _name(segment.text), _TOO_LONG)
            return
        except MalformedError:
            too_long = f"it has more than {MAX_ENTRY:,} characters"
            yield Broken(segment.line, _name(segment.text), too_long if segment.cut_off else _MISMATCH)
            return
        if called == "string":
            self._define(parsed.fields)
        else:
            yield Entry(segment.line, called, parsed.key, _first_values(parsed.fields))

    def _parsed(self, segment: Segment) -> Parsed:
        """The entry in `segment`, or what can be saved of it. Raises MalformedError."""
        try:
            return self._by_the_rules(segment.text)
        except TooLongError:
            raise
        except EndlessError:
            if joined := self._joined(segment.text):
                return joined
            if segment.cut_off:
                raise
        except MalformedError:
            pass
        return repaired(segment.text, self._macros)

    def _by_the_rules(self, text: str) -> Parsed:
        parsed = parse(text, self._macros)
        if closed_early(text[parsed.end :]):
            raise MalformedError
        return parsed

    def _joined(self, text: str) -> Parsed | None:
        """The entry that begins with `text`, if it ends only after others that it quotes."""
        for n in range(MAX_JOINED):
            following = self._peek(n)
            if following is None:
                return None
            text += following.text
            try:
                parsed = parse(text, self._macros)
            except EndlessError:
                continue
            except MalformedError:
                return None
            self._drop(n + 1)
            return parsed
        return None

    def _pass_over(self, segment: Segment) -> None:
        """Drops what follows `segment` within the same block, if that ends: entries that are commented out."""
        depth = depth_after(segment.text, 0)
        passed = 0
        while depth and passed < MAX_COMMENTED and (following := self._peek(passed)):
            depth = depth_after(following.text, depth)
            passed += 1
        if depth == 0:
            self._drop(passed)

    def _drop(self, count: int) -> None:
        for _ in range(count):
            self._ahead.popleft()

    def _define(self, fields: list[tuple[str, str]]) -> None:
        for name, value in fields:
            self._macro_chars_left -= len(name) + len(value)
            if self._macro_chars_left > 0:
                self._macros[name] = value


def _first_values(fields: list[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in fields:
        known = values.get(name, "")
        if name == "author" and known and value.strip() and value != known:
            values[name] = f"{known} and {value}"
        elif not known.strip():
            values[name] = value
    return values


def _name(text: str) -> str:
    found = _NAME.match(text) or _TITLE.search(text)
    return found[1].strip() if found else text[:80]
