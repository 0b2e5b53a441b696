"""The block of YAML that many Markdown files begin with, as labelled texts: ``title: Moss at the Door``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from rag.sources.text.labels import label_of

_MAX_LINES = 1_000
_MARK = "---"
_KEY = re.compile(r"[\w-]{1,40}:(?:\s|$)")
_YAML = re.compile(r"\s*(?:-\s.*|[\w-]{1,40}:(?:\s.*)?|)|\s+\S.*|#.*", re.DOTALL)

Lines = Iterator[tuple[int, str]]


def front_matter(lines: Iterable[tuple[int, str]]) -> tuple[dict[str, list[str]], Lines]:
    """The texts of each labelled field in the block that numbered `lines` begin with, and the lines behind it.

    Without such a block, these are all lines.
    """
    rest = iter(lines)
    read = list(islice(rest, 1))
    if not read or read[0][1].strip() != _MARK:
        return {}, chain(read, rest)
    for number, line in islice(rest, _MAX_LINES):
        read.append((number, line))
        if line.strip() in (_MARK, "...") and any(_KEY.match(line) for _, line in read):
            return _fields(line for _, line in read[1:-1]), rest
        if not _YAML.fullmatch(line):
            break
    return {}, chain(read, rest)


def _fields(lines: Iterable[str]) -> dict[str, list[str]]:
    """The values of known keys. Lines that are indented, or items of a list, belong to the key above them."""
    fields: dict[str, list[str]] = {}
    last = "other"
    for line in lines:
        goes_on = line[:1].isspace() or line.startswith("-")
        label = None if goes_on else label_of(line)
        if not goes_on:
            last = label.field if label else "other"
        value = label.value if label else line if last == "authors" else line.strip()
        if value:
            fields.setdefault(last, []).append(value)
    return fields
