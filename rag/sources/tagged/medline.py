"""MEDLINE's tagged text, as PubMed (.nbib), ERIC and KoreaMed export it, and Ovid in its own variety."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from rag.paper import Paper
from rag.sources import identifiers
from rag.sources.markup import plain
from rag.sources.record import Record, year_in
from rag.sources.skipped import Skipped
from rag.sources.tagged.entries import Entry, Layout, papers
from rag.sources.tagged.links import addresses_in, ids_in
from rag.sources.tagged.notices import joined
from rag.sources.tagged.people import authors
from rag.sources.text_file import TextFile

_TITLES = ("TI", "BTI", "TT")
_ABSTRACTS = ("AB", "OAB")
_FULL_NAMES = ("FAU", "FA", "CN")  # CN is a group
_NAMES = ("AU", "CN")
_LAYOUT = Layout(
    first=frozenset({"PMID", "OWN", "VN"}),
    titles=frozenset(_TITLES),
    proof=frozenset({*_ABSTRACTS, "FAU", "AU"}),
    once=frozenset({"PMID", "OWN", "VN", "TI", "AB"}),
)
_FIRST = re.compile(r"^([ \t]{0,8})(?:PMID ?- ?\d|OWN {0,2}- \w|VN {1,2}- Ovid)", re.MULTILINE)
_RIS = re.compile(r"^TY {1,2}- ", re.MULTILINE)
_FIELD = re.compile(r"([A-Z][A-Z0-9]{1,4})([ \t]{0,3})-(?:\s(.*)|$)", re.DOTALL)
_WIDTH = 4  # of a tag with the spaces behind it
_NARROW = re.compile(r"^[ \t]{0,8}(?:VN|TI|AB) - ", re.MULTILINE)
_MAX_HEADER = 20  # lines before the first record
_MIN_TAGGED = 0.1  # of the lines: abstracts are wrapped
_NO_TITLE = ("", "[Not Available]")
_SECTION = re.compile(r"\s{1,5}\[[A-Z][A-Za-z ]{2,30}\]\.?$")  # "[Article]", which Ovid adds to titles
_DEGREES = re.compile(r"([^,]{1,100}, [^,]{2,100}?)(?:,? (?:MD|PhD|MPH|MSc|BSc|MA|MS|RN|DrPH|FACSM|FRCP)\b\.?){1,6}")
_YEAR_IN_SOURCE = re.compile(r"\b((?:1[89]|20)\d\d);")  # "June 2015;58(6):688-696"
_LEADING_YEAR = re.compile(r"\d{4}(?!\d)")


def matches(head: str) -> bool:
    """Whether `head` has fields of MEDLINE records, among them the first one of a record and a title."""
    first = _FIRST.search(head)
    if not first or head.count("\n", 0, first.start()) > _MAX_HEADER or _RIS.search(head):
        return False
    split = _splitter(head)
    lines = [line for line in head.split("\n") if line.strip()]
    tags = [found[0] for line in lines if (found := split(line))]
    return not _LAYOUT.titles.isdisjoint(tags) and len(tags) >= _MIN_TAGGED * len(lines)


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each record that has a title and an abstract, and a `Skipped` for each other."""
    yield from papers(file, file.lines(), _splitter(file.head), _LAYOUT, _record)


def _splitter(head: str) -> Callable[[str], tuple[str, str] | None]:
    found = _FIRST.search(head)
    return partial(_split, found[1] if found else "", 0 if _NARROW.search(head) else _WIDTH)


def _split(indent: str, width: int, line: str) -> tuple[str, str] | None:
    """The tag and the value, if `line` begins with both. Lines that continue a value are indented further."""
    field = _FIELD.match(line.removeprefix(indent))
    if not field:
        return None
    tag, gap, value = field.groups()
    return (tag, value or "") if len(tag) + len(gap) >= (width or len(tag) + 1) or tag == "PMID" else None


def _record(entry: Entry) -> Record:
    pmid = _pmid(entry)
    number = pmid.removeprefix("pmid:")
    page = f"https://pubmed.ncbi.nlm.nih.gov/{number}/" if number else ""
    return Record(
        line=entry.line,
        title=plain(_title(entry)),
        abstract=plain(joined(entry.values("AB") or entry.values("OAB"))),
        authors=authors(_names(entry)),
        year=_year(entry),
        ids=[pmid, *_ids(entry)],
        url=page or next(addresses_in(entry.values("LID", "AID")), ""),
        key=number or entry.first("OID", "AN", "UI"),
    )


def _title(entry: Entry) -> str:
    """The title, else the one of the book, else the one in the language of the paper; without its full stop."""
    titles = [" ".join(entry.first(tag).split()) for tag in _TITLES]
    found = (title if title.endswith("..") else title.removesuffix(".") for title in titles)
    title = next((title for title in found if title not in _NO_TITLE), "")
    return _SECTION.sub("", title).removesuffix(".") if entry.has({"VN"}) else title


def _names(entry: Entry) -> list[str]:
    names = entry.values(*_FULL_NAMES) if entry.has({"FAU", "FA"}) else entry.values(*_NAMES)
    if not entry.has({"VN"}):
        return names
    return [_DEGREES.sub(r"\1", name) for name in names]


def _pmid(entry: Entry) -> str:
    if found := identifiers.pmid(entry.first("PMID", "PM")):
        return found
    return identifiers.pmid(entry.first("UI")) if "MEDLINE" in entry.first("DB") else ""


def _ids(entry: Entry) -> Iterator[str]:
    yield from ids_in(entry.values("AID", "LID", "DO", "DI"))
    yield from map(identifiers.pmc, entry.values("PMC"))


def _year(entry: Entry) -> int | None:
    """The year of publication. ERIC writes "Article 1023 2019", so that only a year that comes first is sure."""
    for date in entry.values("DP", "YR"):
        words = date.split()
        if year := year_in(date if _LEADING_YEAR.match(date) else words[-1]) or year_in(date):
            return year
    if found := _YEAR_IN_SOURCE.search(entry.first("SO")):
        return int(found[1])
    return next((year for tag in ("DEP", "EDAT", "CRDT") if (year := year_in(entry.first(tag)[:4]))), None)
