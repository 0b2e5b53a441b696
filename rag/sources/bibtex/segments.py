"""A stream of BibTeX cut into segments, each from where an entry seems to begin to where the next one does.

Braces alone do not tell where an entry ends, because they often do not match; where another begins, reading can go on.
A line within an abstract may look like the start of an entry too: who parses the segments joins them again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import NamedTuple

from rag.sources.errors import UnreadableError

MAX_ENTRY = 1_000_000  # characters
NAME = r"[^\s=,;{}\"#%()@\\][^\s=,;{}\"#@\\]{0,80}(?:[ \t]{1,9}[^\s=,;{}\"#@\\]{1,80}){0,4}"  # of a field

# All that BibTeX, BibLaTeX and their tools know. Other kinds are read too, where more shows that an entry begins.
KINDS = frozenset(
    """article artwork audio bibnote blog book bookinbook booklet collection comment commentary conference data dataset
    electronic image inbook incollection inproceedings inreference jurisdiction legislation letter manual mastersthesis
    misc movie music mvbook mvcollection mvproceedings mvreference newspaper online paper patent performance periodical
    phdthesis preamble preprint presentation proceedings reference report review set software standard string
    suppbook suppcollection suppperiodical techreport thesis unpublished video webpage website www xdata""".split()
)
_KIND = r"@[ \t]{0,9}(?P<kind>[A-Za-z][\w-]{0,40})"
_START = re.compile(rf"{_KIND}[ \t]{{0,99}}(?P<bracket>[{{(])")
_KIND_ALONE = re.compile(rf"\s{{0,99}}{_KIND}\s{{0,99}}")  # its bracket is on the next line
_LINE_OR_ENTRY_BEFORE = re.compile(r"(?:^|[})])[\s,;]{0,99}$")
_WORD_BEFORE = re.compile(r"[\w@.\\]$")
_KEY_AND_FIELD = re.compile(rf"[^={{}}\"]{{0,300}},\s{{0,99}}(?:$|{NAME}\s{{0,99}}=)")
_BEFORE, _AFTER = 100, 1_000  # characters around a place that are looked at: more than the patterns can match


class Segment(NamedTuple):
    """The text from the start of an entry, in `line`; `cut_off` if it exceeds MAX_ENTRY and the rest is left out."""

    line: int
    text: str
    cut_off: bool = False


class _Growing:
    """A segment whose end is not read yet."""

    def __init__(self, line: int) -> None:
        self._line, self._text, self._left = line, StringIO(), MAX_ENTRY

    def add(self, text: str) -> None:
        if self._left > 0:
            self._text.write(text[: self._left])
        self._left -= len(text)

    def finished(self) -> Segment:
        return Segment(self._line, self._text.getvalue(), self._left < 0)


def segments(lines: Iterable[tuple[int, str]]) -> Iterator[Segment]:
    """The segments of `lines`, which are numbered; text before the first is left out.

    Raises the UnreadableError of `lines`, after the last segment.
    """
    current: _Growing | None = None
    try:
        for number, line in lines:
            at = 0
            for start in starts(line):
                if current:
                    current.add(line[at:start])
                    yield current.finished()
                current, at = _Growing(number), start
            if current:
                current.add(f"{line[at:]}\n")
    except UnreadableError:
        if current:
            yield current.finished()
        raise
    if current:
        yield current.finished()


def starts(line: str) -> Iterator[int]:
    """Where in `line` entries seem to begin; nowhere in one that is commented out."""
    if "@" not in line or line.lstrip().startswith("%"):
        return
    if (alone := _KIND_ALONE.fullmatch(line)) and _is_known(alone):
        yield line.index("@")
    for found in _START.finditer(line):
        if _begins_entry(line, found):
            yield found.start()


def _begins_entry(line: str, found: re.Match[str]) -> bool:
    before = line[max(0, found.start() - _BEFORE) : found.start()]
    after = line[found.end() : found.end() + _AFTER]
    has_key = _KEY_AND_FIELD.match(after) is not None
    if _LINE_OR_ENTRY_BEFORE.search(before):
        is_likely = found["bracket"] == "{" or _is_known(found)
        return _is_certain(found) or (is_likely and (has_key or not after.strip()))
    return has_key and _is_known(found) and found["bracket"] == "{" and not _WORD_BEFORE.search(before)


def _is_certain(found: re.Match[str]) -> bool:
    """Whether a kind and a bracket at the start of a line are enough, whatever follows."""
    return _is_known(found) and (found["bracket"] == "{" or found["kind"].lower() in ("string", "comment", "preamble"))


def _is_known(found: re.Match[str]) -> bool:
    return found["kind"].lower() in KINDS
