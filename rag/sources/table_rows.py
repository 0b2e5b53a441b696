"""The rows of a table of delimited values, whatever its quotation marks are worth.

csv.reader is not used, because it takes all that follows an unpaired quotation mark for one cell, and because its limit
on the size of a cell is one for the whole process.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from functools import cache
from typing import NamedTuple

from rag.sources.errors import UnreadableError

UNMATCHED = "the quotation marks do not match"
_MAX_CHARS = 1_000_000  # of a row with line ends within quotation marks
_MAX_LOOSE_LINES = 50  # of a row whose inner quotation marks are not doubled
_LOOSELY_READ = 3  # times that a line may be looked at on the average for such rows, so that time stays linear
_MAX_CLOSINGS = 20  # of its lines after which it might be whole


class Row(NamedTuple):
    """The cells of the row that begins on `line`; with a fault, as well as they can be told."""

    line: int
    cells: list[str]
    fault: str = ""


class _State(Enum):
    WHOLE = auto()
    OPEN = auto()  # the text ends within quotation marks
    WRONG = auto()  # text follows the closing mark


class _Reading(NamedTuple):
    """A way to read quotation marks: `cell` matches one within them, its group 2 only if they are closed; `closing`
    matches a line on which a cell from an earlier line may be closed."""

    cell: re.Pattern[str]
    closing: re.Pattern[str]
    swallows: bool  # whether it may take the rows that follow for text


@cache
def _readings(delimiter: str) -> tuple[_Reading, ...]:
    """Marks in a cell are doubled, as they should be; or behind a backslash; or as they are."""
    end = rf'(" *+(?={re.escape(delimiter)}|\Z))'
    doubled = r'((?:[^"]++|"")*+)'
    escaped = r'((?:[^"\\]++|\\(?:.|\Z)|"")*+)'
    return tuple(
        _Reading(re.compile(cell, re.DOTALL), re.compile(closing, re.DOTALL), swallows)
        for cell, closing, swallows in (
            (f' *+"{doubled}{end}?', f'{doubled}"', False),
            (f' *+"{escaped}{end}?', f'{escaped}"', False),
            (f' *+"(?:(.*?){end}|.*)', f".*?{end}", True),
        )
    )


def rows(lines: Iterable[tuple[int, str]], delimiter: str, width: int = 0, heading: int = 0) -> Iterator[Row]:
    """Each row that is not blank in the numbered `lines` of a table with `width` columns, or any number if that is 0.

    Rows as far as the one on line `heading` are left out. Where quotation marks do not match, the line on which the row
    begins is a row with a fault, and the next line is a new row. Raises UnreadableError as `lines` does, after that.
    """
    source = _Lines(iter(lines))
    trusted = True
    starts: set[str] = set()
    while (first := source.next()) is not None:
        number, line = first
        if not line.strip():
            continue
        row = _row(number, line, source, delimiter, width)
        if number <= heading:
            continue
        if trusted:
            starts.add(_start(line))
        elif len(row.cells) < width or _start(line) not in starts:
            row = row._replace(fault=UNMATCHED)  # more likely the rest of the row before
        trusted = not row.fault
        yield row
    if source.fault:
        raise source.fault


def fits(cells: list[str], width: int) -> bool:
    """Whether these are the cells of `width` columns; some exports end lines with more delimiters than columns."""
    return len(cells) >= width and not any(map(str.strip, cells[width:]))


class _Lines:
    """Lines that can be given back. `fault` is what ended them early."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._returned: deque[tuple[int, str]] = deque()
        self.fault: UnreadableError | None = None
        self.loosely = 1_000  # how many lines may be looked at for rows that are read loosely

    def next(self) -> tuple[int, str] | None:
        if self._returned:
            return self._returned.popleft()
        try:
            self.loosely += _LOOSELY_READ
            return next(self._lines, None)
        except UnreadableError as fault:
            self.fault = fault
            return None

    def may_be_loose(self, taken: list[tuple[int, str]]) -> bool:
        """Whether one more line may be looked at for a row that is read loosely and has `taken` so many."""
        self.loosely -= 1
        return self.loosely > 0 and len(taken) < _MAX_LOOSE_LINES

    def is_at_row(self, delimiter: str, width: int) -> bool:
        """Whether the next line has the cells of a row; without one, the row before may be cut off."""
        if (following := self.next()) is None:
            return False
        self.give_back([following])
        return len(following[1].split(delimiter)) >= width or _is_row(following[1], delimiter, width)

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        self._returned.extendleft(reversed(lines))


def _start(line: str) -> str:
    """What kind of character `line` begins with, which rows mostly have in common."""
    return "0" if line[0].isdigit() else "a" if line[0].islower() else "A" if line[0].isalpha() else line[0]


def _row(number: int, line: str, source: _Lines, delimiter: str, width: int) -> Row:
    """The row that begins with `line`, in the first reading that gives as many cells as there are columns."""
    if '"' not in line:
        return Row(number, line.split(delimiter))
    for reading in _readings(delimiter):
        cells, taken = _read(line, source, delimiter, reading, width)
        if cells and (not width or fits(cells, width)):
            return Row(number, cells)
        source.give_back(taken)
    strict, state = _split(line, delimiter, _readings(delimiter)[0].cell)
    bare = [_bare(cell) for cell in line.split(delimiter)]
    if fits(bare, width) and (state is not _State.OPEN or source.is_at_row(delimiter, width)):
        return Row(number, bare)
    return Row(number, strict) if state is _State.WHOLE else Row(number, bare, UNMATCHED)


def _read(
    line: str, source: _Lines, delimiter: str, reading: _Reading, width: int
) -> tuple[list[str], list[tuple[int, str]]]:
    """The cells of the row that begins with `line`, none if this is not the way to read it, and its other lines."""
    taken: list[tuple[int, str]] = []
    closings, left = 0, _MAX_CHARS - len(line)
    cells, state = _split(line, delimiter, reading.cell)
    while state is _State.OPEN and left > 0 and closings < _MAX_CLOSINGS:
        if (reading is not _readings(delimiter)[0] and not source.may_be_loose(taken)) or (
            following := source.next()
        ) is None:
            break
        taken.append(following)
        left -= len(following[1]) + 1
        if reading.swallows and _is_row(following[1], delimiter, width):
            break
        if reading.closing.match(following[1]):
            closings += 1
            cells, state = _split("\n".join([line, *(text for _, text in taken)]), delimiter, reading.cell)
    return cells if state is _State.WHOLE else [], taken


def _is_row(line: str, delimiter: str, width: int) -> bool:
    cells, state = _split(line, delimiter, _readings(delimiter)[0].cell)
    return state is _State.WHOLE and len(cells) == width


def _split(text: str, delimiter: str, quoted: re.Pattern[str]) -> tuple[list[str], _State]:
    """The cells of `text`, as far as they can be read."""
    cells: list[str] = []
    at = 0
    while True:
        if found := quoted.match(text, at):
            if not found[2]:
                return cells, _State.OPEN if found.end() == len(text) else _State.WRONG
            cells.append(found[1].replace('\\"', '"').replace('""', '"'))
            at = found.end()
        else:
            end = text.find(delimiter, at)
            cells.append(text[at : end if end >= 0 else len(text)])
            at = end if end >= 0 else len(text)
        if at >= len(text):
            return cells, _State.WHOLE
        at += len(delimiter)


def _bare(cell: str) -> str:
    """`cell` with its quotation marks as they are, but for a pair around it and one without its other half."""
    text = cell.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    return text.strip('"') if text.count('"') == 1 else text
