"""Text whose fields begin with a tag at the start of a line, such as RIS: lines → entries of tags and values.

Exporters leave out the ends of records, put text between them, and break values over lines without indenting these. So
a line without a tag continues the field before it, and only tags and lines between records end an entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from rag.paper import Paper
from rag.sources.errors import UnreadableError
from rag.sources.record import Record
from rag.sources.skipped import Skipped
from rag.sources.text_file import TextFile
from rag.text import clean_line

Splitter = Callable[[str], tuple[str, str] | None]  # a line → its tag and value, if a field begins there

_MAX_CHARS = 1_000_000  # of an entry
_FIELD_COST = 50  # characters that a line counts for besides its own, so that short lines are limited too
_MARKS = "\ufeff\u200b"  # a byte order mark stands within a file where files were joined
_BETWEEN = re.compile(
    r"(?:\d{1,7}\.|<\d{1,7}\s?\.?\s?>|Record #?\d{1,7} of \d{1,7}\b.{0,80})\s*$"
)  # numbers of records


@dataclass(frozen=True, slots=True)
class Layout:
    """What the tags of a format mean: `first` begin a record and `last` end one.

    `proof` are tags of which one, besides a title, makes a record of an entry that none of `first` begins. If there are
    tags that a record has only `once`, a blank line ends it too, unless what follows may belong to it.
    """

    first: frozenset[str]
    titles: frozenset[str]
    proof: frozenset[str]
    last: frozenset[str] = frozenset()
    once: frozenset[str] = frozenset()


@dataclass(slots=True)
class Entry:
    """The fields of a record, each a tag and the lines of its value; `fault` says why they are not all of it."""

    line: int
    fields: list[tuple[str, list[str]]] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    fault: str = ""
    ended: bool = False
    _chars: int = 0

    def has(self, tags: Iterable[str]) -> bool:
        """Whether there is a field with one of `tags`, be it empty."""
        return not self.tags.isdisjoint(tags)

    def all_values(self, *tags: str) -> list[str]:
        """The values of all fields with one of `tags`, in the order of the file; "\\n" is between lines."""
        return ["\n".join(lines).strip() for tag, lines in self.fields if tag in tags]

    def values(self, *tags: str) -> list[str]:
        """The same without empty ones."""
        return list(filter(None, self.all_values(*tags)))

    def first(self, *tags: str) -> str:
        """The first value of the first of `tags` that has one, or ""."""
        return next((value for tag in tags for value in self.values(tag)), "")

    def begin(self, tag: str, value: str) -> None:
        """Adds a field."""
        if self._has_room(value):
            self.fields.append((tag, [value]))
            self.tags.add(tag)

    def extend(self, line: str) -> None:
        """Adds a line to the last field, if there is one."""
        if self.fields and self._has_room(line):
            self.fields[-1][1].append(line.strip())

    def append(self, other: Entry) -> None:
        """Adds the fields of `other`."""
        for tag, lines in other.fields:
            self.begin(tag, "\n".join(lines))
        self.fault = self.fault or other.fault

    def _has_room(self, text: str) -> bool:
        self._chars += len(text) + _FIELD_COST
        if self._chars > _MAX_CHARS:
            self.fault = f"a record of more than {_MAX_CHARS:,} characters"
        return not self.fault


def papers(
    file: TextFile,
    lines: Iterable[tuple[int, str]],
    split: Splitter,
    layout: Layout,
    record_of: Callable[[Entry], Record],
) -> Iterator[Paper | Skipped]:
    """A `Paper` for each record in `lines` of `file` that has a title and an abstract, and a `Skipped` for each other.

    Raises UnreadableError where the lines do, after the records before.
    """
    for entry in _entries(_UntilFault(lines), split, layout):
        if entry.fault:
            name = clean_line(entry.first(*layout.titles))[:80]
            yield Skipped(file.path, entry.line, f"{entry.fault}: {name}" if name else entry.fault)
        elif entry.has(layout.first) or (entry.has(layout.titles) and entry.has(layout.proof)):
            yield record_of(entry).finished(file)


class _UntilFault:
    """Lines up to the one that cannot be read, and the `fault` there."""

    def __init__(self, lines: Iterable[tuple[int, str]]) -> None:
        self._lines = lines
        self.fault: UnreadableError | None = None

    def __iter__(self) -> Iterator[tuple[int, str]]:
        try:
            yield from self._lines
        except UnreadableError as fault:
            self.fault = fault


def _entries(lines: _UntilFault, split: Splitter, layout: Layout) -> Iterator[Entry]:
    entry: Entry | None = None
    for block in _blocks(lines, split, layout):
        if entry and _continues(block, entry, layout):
            entry.append(block)
        else:
            if entry:
                yield entry
            entry = block
    if entry:
        if lines.fault and not entry.ended:
            entry.fault = "a record that is cut off"
        yield entry
    if lines.fault:
        raise lines.fault


def _blocks(lines: Iterable[tuple[int, str]], split: Splitter, layout: Layout) -> Iterator[Entry]:
    """Runs of fields that belong to one record for sure: each may be a whole one, or go on in the next."""
    block = Entry(0)
    is_open, after_blank = False, True
    for number, raw in lines:
        line = raw.lstrip(_MARKS)
        if not line.strip():
            after_blank = True
        elif after_blank and _BETWEEN.fullmatch(line.strip()):
            is_open = False
        elif not (found := split(line)):
            if is_open:
                block.extend(line)
            after_blank = False
        elif found[0] in layout.last:
            if not block.tags <= layout.first:  # else the fields are yet to come: a tool has written the end too early
                block.ended = True
                yield block
                block, is_open = Entry(0), False
        else:
            if _begins(found[0], block, layout, after_blank):
                yield block
                block = Entry(0)
            block.line = block.line or number
            block.begin(*found)
            is_open, after_blank = True, False
    if block.fields or block.fault:
        yield block


def _begins(tag: str, block: Entry, layout: Layout, after_blank: bool) -> bool:
    """Whether a record, or a block, begins with `tag`, so that `block` ends before it.

    A record may have other fields before the one that should be its first, but none after the same one again.
    """
    if block.fault and tag in layout.first:
        return True
    if not block.fields or (block.tags <= layout.first and not after_blank):
        return False
    if layout.once:
        return after_blank or tag in layout.first
    return tag in layout.first and (after_blank or tag in block.tags)


def _continues(block: Entry, entry: Entry, layout: Layout) -> bool:
    """Whether `block` may go on with the record of `entry`: nothing in it recurs that a record has once."""
    return bool(layout.once) and not (block.tags & entry.tags & layout.once)
