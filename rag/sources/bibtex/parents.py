"""What entries inherit from those that their "crossref" or "xdata" names, which may come later in the file."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress

from rag.sources.bibtex.scanner import Entry, scan
from rag.sources.errors import UnreadableError
from rag.sources.text_file import TextFile

MAX_PARENTS, MAX_PARENT_CHARS = 100_000, 20_000_000  # of a file together; what is beyond gives nothing to its children

_REFERENCE = re.compile(r"\b(?:crossref|xdata)\s{0,99}=\s{0,99}[{\"]?\s{0,99}([^{}\"\n]{1,1000})", re.IGNORECASE)
_REFERENCES = ("xdata", "crossref")
_DATES = ("year", "date")
_OF_VOLUMES = ("author", *_DATES)  # a volume's title, abstract and identifiers are not those of a paper in it
_OF_DATA = frozenset(
    """abstract author title subtitle year date doi eprint eprinttype archiveprefix pmid url journal journaltitle volume
    number note howpublished""".split()
)


class Parents:
    """The entries of a file that others name. A file without such is read once for it, others twice."""

    def __init__(self, file: TextFile) -> None:
        self._fields: dict[str, Mapping[str, str]] = {}
        wanted = _wanted(file)
        chars = MAX_PARENT_CHARS
        for entry in _entries(file) if wanted else ():
            key = entry.key.casefold()
            if key in wanted and key not in self._fields and chars > 0:
                self._fields[key] = _kept(entry)
                chars -= sum(map(len, self._fields[key].values()))

    def completed(self, entry: Entry) -> Mapping[str, str]:
        """The fields of `entry`, and those that it lacks but its parents have, or theirs."""
        fields = {name: value for name, value in entry.fields.items() if value.strip()}
        keys = deque(_parents_of(fields))
        seen: set[str] = set()
        while keys:
            key = keys.popleft()
            if key not in seen and key in self._fields:
                keys.extend(_parents_of(self._fields[key]))
                fields = _inherited(self._fields[key], fields)
            seen.add(key)
        return fields


def _inherited(parent: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str]:
    """`fields`, and those of `parent` that are not among them; a date and a year are the same."""
    has_date = any(name in fields for name in _DATES)
    return {name: value for name, value in parent.items() if not (has_date and name in _DATES)} | {**fields}


def _wanted(file: TextFile) -> set[str]:
    """The keys that entries of `file` name as their parents."""
    wanted: set[str] = set()
    with suppress(UnreadableError):  # who reads the entries meets it again
        for _, line in file.lines():
            lowered = line.lower()
            if ("crossref" in lowered or "xdata" in lowered) and len(wanted) < MAX_PARENTS:
                for reference in _REFERENCE.finditer(line):
                    wanted.update(_keys(reference[1]))
    return wanted


def _entries(file: TextFile) -> Iterator[Entry]:
    with suppress(UnreadableError):
        for entry in scan(file.lines()):
            if isinstance(entry, Entry):
                yield entry


def _kept(entry: Entry) -> dict[str, str]:
    """The fields of `entry` that its children can have from it, and the names of its own parents."""
    passed_on = _OF_DATA if entry.kind == "xdata" else _OF_VOLUMES
    return {name: entry.fields[name] for name in (*passed_on, *_REFERENCES) if entry.fields.get(name, "").strip()}


def _parents_of(fields: Mapping[str, str]) -> Iterator[str]:
    for name in _REFERENCES:
        yield from _keys(fields.get(name, ""))


def _keys(value: str) -> Iterator[str]:
    """The keys in `value`, which commas separate, in lower case: BibTeX does not tell case apart here."""
    for key in value.split(","):
        if key.strip():
            yield key.strip(" \t\n{}").casefold()
