"""One row of a table of delimited values → its cells, by the ways in which quotation marks are used."""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import cache
from typing import NamedTuple

_OPEN = re.compile(r'"(?![^"]*[^\s"]"(?:\W|$))')  # a mark, and not one around the first words of a cell


class State(Enum):
    WHOLE = auto()
    OPEN = auto()  # the text ends within quotation marks
    WRONG = auto()  # text follows the closing mark


class Reading(NamedTuple):
    """A way to read quotation marks.

    `cell` matches a cell within them, its group 2 only if they are closed; `closing` matches a line on which a cell
    from an earlier line is closed.
    """

    cell: re.Pattern[str]
    closing: re.Pattern[str]
    is_standard: bool = False
    swallows: bool = False  # whether it may take the rows that follow for text


@cache
def readings(delimiter: str) -> tuple[Reading, ...]:
    """Marks in a cell are doubled, as they should be; or behind a backslash; or as they are."""
    end = rf'(" *+(?={re.escape(delimiter)}|\Z))'
    doubled = r'((?:[^"]++|"")*+)'
    escaped = r'((?:[^"\\]++|\\(?:.|\Z)|"")*+)'
    standard = Reading(re.compile(f' *+"{doubled}{end}?'), re.compile(f'{doubled}"'), is_standard=True)
    backslash = Reading(re.compile(f' *+"{escaped}{end}?', re.DOTALL), re.compile(f'{escaped}"', re.DOTALL))
    as_they_are = Reading(
        re.compile(f' *+"(?:(.*?){end}|.*)', re.DOTALL), re.compile(f".*?{end}", re.DOTALL), swallows=True
    )
    return standard, backslash, as_they_are


def split(text: str, delimiter: str, reading: Reading) -> tuple[list[str], State, str]:
    """The cells of `text`, as far as `reading` goes, and what is left of it."""
    cells: list[str] = []
    at = 0
    while True:
        if found := reading.cell.match(text, at):
            if not found[2]:
                return cells, State.OPEN if found.end() == len(text) else State.WRONG, text[at:]
            cells.append(found[1].replace('\\"', '"').replace('""', '"'))
            at = found.end()
        else:
            end = text.find(delimiter, at)
            cells.append(text[at : end if end >= 0 else len(text)])
            at = end if end >= 0 else len(text)
        if at >= len(text):
            return cells, State.WHOLE, ""
        at += len(delimiter)


def bare_cells(text: str, delimiter: str) -> tuple[list[str], bool]:
    """The cells of `text` if no quotation mark hides a delimiter, and whether a mark is open that may have done so.

    Marks stay, but for a pair around a cell and one without its other half.
    """
    cells = [_without_pair(cell.strip()) for cell in text.split(delimiter)]
    return [cell.strip('"') if cell.count('"') == 1 else cell for cell in cells], any(map(_OPEN.match, cells))


def _without_pair(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
