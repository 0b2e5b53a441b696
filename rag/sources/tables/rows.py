"""The rows of a table of delimited values, whatever its quotation marks are worth.

csv.reader is not used, because it takes all that follows an unpaired quotation mark for one cell, and because its limit
on the size of a cell is one for the whole process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rag.sources.errors import UnreadableError
from rag.sources.tables.cells import Reading, State, bare_cells, readings, split

UNMATCHED = "the quotation marks do not match"
_MAX_CHARS = 1_000_000  # of a row with line ends within quotation marks
_MAX_LOOSE_LINES = 50  # of a row whose inner quotation marks are not doubled
_LOOSELY_READ = 3  # times that a line may be looked at on the average for such rows, so that time stays linear
_MAX_CLOSINGS = 30  # of its lines on which a cell is closed, and another opened


class Row(NamedTuple):
    """The cells of the row that begins on `line`; with a fault, as well as they can be told."""

    line: int
    cells: list[str]
    fault: str = ""


def rows(lines: Iterable[tuple[int, str]], delimiter: str, width: int = 0, heading: int = 0) -> Iterator[Row]:
    """Each row that is not blank in the numbered `lines` of a table with `width` columns, or any number if that is 0.

    Rows as far as the one on line `heading` are left out. Where quotation marks do not match, the line on which the row
    begins is a row with a fault, and the next line is a new row. Raises UnreadableError as `lines` does, after that.
    """
    source = _Lines(iter(lines))
    table = _Table(source, delimiter, width)
    trusted = True
    while (first := source.next()) is not None:
        number, line = first
        if not line.strip():
            continue
        if trusted and number > heading:
            table.starts.add(_start(line))
        row = table.row(number, line)
        if not trusted and not table.may_be_row(line, row.cells):
            row = row._replace(fault=UNMATCHED)  # more likely the rest of the row before
        if number > heading:
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

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        self._returned.extendleft(reversed(lines))


class _Table:
    """Rows of `width` cells. `starts` are the kinds of character that they begin with."""

    def __init__(self, source: _Lines, delimiter: str, width: int) -> None:
        self._source, self._delimiter, self._width = source, delimiter, width
        self._readings = readings(delimiter)
        self.starts: set[str] = set()

    def row(self, number: int, line: str) -> Row:
        """The row that begins with `line`, in the first reading that gives as many cells as there are columns."""
        if '"' not in line:
            return Row(number, line.split(self._delimiter))
        for reading in self._readings:
            cells, taken = self._read(line, reading)
            if cells and (not self._width or fits(cells, self._width)):
                return Row(number, cells)
            self._source.give_back(taken)
        bare, is_open = bare_cells(line, self._delimiter)
        if fits(bare, self._width) and not (is_open and not self._is_at_row()):
            return Row(number, bare)
        cells, state, _ = split(line, self._delimiter, self._readings[0])
        return Row(number, cells) if state is State.WHOLE else Row(number, bare, UNMATCHED)

    def may_be_row(self, line: str, cells: list[str]) -> bool:
        """Whether `line` looks like the beginning of a row with these cells, and not like text of the row before."""
        return len(cells) >= self._width and _start(line) in self.starts

    def _read(self, line: str, reading: Reading) -> tuple[list[str], list[tuple[int, str]]]:
        """The cells of the row that begins with `line`, none if this is not the way to read it, and its other lines."""
        taken: list[tuple[int, str]] = []
        closings, left = 0, _MAX_CHARS - len(line)
        cells, state, rest = split(line, self._delimiter, reading)
        parts = [rest]
        while state is State.OPEN and left > 0 and closings < _MAX_CLOSINGS:
            following = self._source.next() if reading.is_standard or self._source.may_be_loose(taken) else None
            if following is None:
                break
            taken.append(following)
            left -= len(following[1]) + 1
            if reading.swallows and self._is_row(following[1]):
                break
            parts.append(following[1])
            if reading.closing.match(following[1]):
                closings += 1
                more, state, rest = split("\n".join(parts), self._delimiter, reading)
                cells += more
                parts = [rest]
        return cells if state is State.WHOLE else [], taken

    def _is_at_row(self) -> bool:
        """Whether the next line begins a row; without one, the row before may be cut off."""
        if (following := self._source.next()) is None:
            return False
        self._source.give_back([following])
        return self.may_be_row(following[1], following[1].split(self._delimiter))

    def _is_row(self, line: str) -> bool:
        """Whether `line` is a row by itself."""
        cells, state, _ = split(line, self._delimiter, self._readings[0])
        return state is State.WHOLE and len(cells) == self._width and self.may_be_row(line, cells)


def _start(line: str) -> str:
    """What kind of character `line` begins with, which rows mostly have in common, in quotation marks or not."""
    first = line.lstrip('"')[:1]
    return "0" if first.isdigit() else "a" if first.islower() else "A" if first.isalpha() else first
