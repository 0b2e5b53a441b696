"""RIS, as Zotero, EndNote, Mendeley, publishers and databases export it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.paper import Paper
from rag.sources import identifiers
from rag.sources.markup import plain
from rag.sources.record import Record, year_in
from rag.sources.skipped import Skipped
from rag.sources.tagged.entries import Entry, Layout, papers
from rag.sources.tagged.links import addresses_in, ids_in
from rag.sources.tagged.notices import joined
from rag.sources.tagged.people import authors
from rag.sources.tagged.ris_lines import FieldSplitter, unglued
from rag.sources.text_file import TextFile

_TITLES = ("TI", "T1", "CT", "ST", "TT")
_ABSTRACTS = ("AB", "N2")  # N2 has notes, where AB has the abstract
_AUTHORS = ("AU", "A1")
_YEARS = ("PY", "DA", "Y1", "YR")  # Y2 is the date of access
_MAY_HAVE_IDS = ("UR", "L1", "L2", "L3", "L4", "LK", "M1", "M3", "N1", "AN", "C2", "C7", "U1", "JO", "JF", "T2")
_LAYOUT = Layout(
    first=frozenset({"TY"}),
    last=frozenset({"ER"}),
    titles=frozenset({*_TITLES, "BT"}),
    proof=frozenset({*_ABSTRACTS, *_AUTHORS}),
)
_BOOKS = ("BOOK", "EBOOK", "EDBOOK", "MANSCPT", "UNPB", "THES", "RPRT", "GEN")  # for others, BT is what they are in
_HEADER = 10  # lines before the first record; where there are more, most of what follows has to be fields
_MIN_TAGGED = 0.02  # of the lines from the first field on; the references of one record may fill hundreds without a tag
_MIN_TAGGED_LATE = 0.5


def matches(head: str) -> bool:
    """Whether `head` has two of the type, the end and the title of a record, near its beginning, and enough fields."""
    split = FieldSplitter()
    lines = [line for line in head.split("\n") if line.strip()]
    tags = [found[0] if (found := split(line)) else "" for line in lines]
    begun = next((place for place, tag in enumerate(tags) if tag), len(tags))
    tagged = [tag for tag in tags[begun:] if tag]
    return (
        sum(not tags.isdisjoint(tagged) for tags in (_LAYOUT.first, _LAYOUT.last, _LAYOUT.titles)) > 1
        and len(tagged) >= (_MIN_TAGGED if begun <= _HEADER else _MIN_TAGGED_LATE) * len(tags[begun:])
        and not any(line.startswith("```") for line in lines)  # an example in Markdown
    )


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each record that has a title and an abstract, and a `Skipped` for each other."""
    yield from papers(file, unglued(file.lines()), FieldSplitter(), _LAYOUT, _record)


def _record(entry: Entry) -> Record:
    return Record(
        line=entry.line,
        title=_title(entry),
        abstract=plain(joined(entry.values("AB") or entry.values("N2"))),
        authors=authors(entry.all_values(*_AUTHORS)),
        year=next((year for tag in _YEARS for value in entry.values(tag) if (year := year_in(value))), None),
        ids=_ids(entry),
        url=next(addresses_in(entry.values("UR") or entry.values("LK", "L2")), ""),
        key=entry.first("ID", "AN", "DO", "UR"),
    )


def _title(entry: Entry) -> str:
    tags = ("TI", "T1", "CT", "BT", "ST", "TT") if entry.first("TY") in _BOOKS else _TITLES
    return plain(entry.first(*tags))


def _ids(entry: Entry) -> Iterator[str]:
    for value in entry.values("DO", "DI"):
        yield from identifiers.of_doi(value)
    yield from map(identifiers.pmid, entry.values("PM"))
    if re.search("pubmed|medline|nlm", " ".join(entry.values("DB", "DP")), re.IGNORECASE):
        yield identifiers.pmid(entry.first("AN"))
    yield from ids_in(entry.values(*_MAY_HAVE_IDS))
