"""Web of Science's tagged text, exported for other tools: two-letter tags, and continued lines indented."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rag.paper import Paper
from rag.sources import identifiers
from rag.sources.markup import plain
from rag.sources.record import Record, year_in
from rag.sources.skipped import Skipped
from rag.sources.tagged.entries import Entry, Layout, papers
from rag.sources.tagged.links import ids_in
from rag.sources.tagged.notices import joined
from rag.sources.tagged.people import authors
from rag.sources.text_file import TextFile

_LAYOUT = Layout(
    first=frozenset({"PT"}),
    last=frozenset({"ER", "EF"}),
    titles=frozenset({"TI"}),
    proof=frozenset({"AB", "AU", "AF"}),
)
_FIRST = re.compile(r"^(?:FN .{1,80}\nVR \d.{0,20}|PT [A-Z](?: [A-Z])?\s{0,5})$", re.MULTILINE)
_FIELD = re.compile(r"([A-Z][A-Z0-9])(?: (.*))?", re.DOTALL)
_END = re.compile(r"(?:ER|EF)\s*")
_INDENTED = re.compile(r"^ {2,4}\S", re.MULTILINE)
# Tags that are taken for such where continued lines are not indented, and may begin with a word like "UV".
_KNOWN = frozenset(
    """FN VR PT AU AF BA BF BE CA GP TI SO SE BS LA DT CT CY CL SP HO DE ID AB C1 C3 RP EM RI OI FU FX CR NR TC Z8
    Z9 ZA ZB ZR ZS U1 U2 PU PI PA SN EI BN J9 JI PD PY VL IS SI PN SU MA BP EP PS AR DI DL D2 EA EY PG P2 WC WE
    SC GA PM UT OA HC HP DA AN AE MC CC MQ""".split()
)
_MAX_HEADER = 10  # lines before the first record
_MIN_TAGGED = 0.1  # of the lines: abstracts are wrapped, and a list of references has one line for each


def matches(head: str) -> bool:
    """Whether `head` begins with the lines that Web of Science begins a file or a record with, and has its fields."""
    found = _FIRST.search(head)
    if not found or head.count("\n", 0, found.start()) > _MAX_HEADER:
        return False
    split = _splitter(head)
    lines = [line for line in head.split("\n") if line.strip()]
    tags = [field[0] for line in lines if (field := split(line))]
    return "PT" in tags and "TI" in tags and len(tags) >= _MIN_TAGGED * len(lines)


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each record that has a title and an abstract, and a `Skipped` for each other."""
    yield from papers(file, file.lines(), _splitter(file.head), _LAYOUT, _record)


def _splitter(head: str) -> Callable[[str], tuple[str, str] | None]:
    return _split if _INDENTED.search(head) else _split_known


def _split(line: str) -> tuple[str, str] | None:
    """The tag and the value, if `line` begins a field or ends a record."""
    field = _FIELD.fullmatch(line)
    if not field or (field[1] in _LAYOUT.last and not _END.fullmatch(line)):
        return None
    return field[1], field[2] or ""


def _split_known(line: str) -> tuple[str, str] | None:
    field = _split(line)
    return field if field and (field[0] in _KNOWN or field[0] in _LAYOUT.last) else None


def _record(entry: Entry) -> Record:
    return Record(
        line=entry.line,
        title=plain(entry.first("TI")),
        abstract=plain(joined(entry.values("AB"))),
        authors=authors(_names(entry)),
        year=next((year for tag in ("PY", "PD", "EA", "EY") if (year := year_in(entry.first(tag)))), None),
        ids=_ids(entry),
        key=entry.first("UT", "AN", "DI"),
    )


def _names(entry: Entry) -> list[str]:
    """The lines of the full names, else of those with initials, then the groups."""
    fields = entry.values("AF") or entry.values("AU") or entry.values("BF") or entry.values("BA")
    return [line for value in [*fields, *entry.values("CA")] for line in value.split("\n")]


def _ids(entry: Entry) -> Iterator[str]:
    for value in entry.values("DI"):
        yield from identifiers.of_doi(value)
    yield from map(identifiers.pmid, entry.values("PM"))
    yield identifiers.pmid(entry.first("UT").removeprefix("MEDLINE:"))
    yield from ids_in(entry.values("AR", "DL"))
