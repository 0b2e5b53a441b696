"""CSL-JSON: an item as Zotero, pandoc and DOI content negotiation give it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rag.sources import identifiers
from rag.sources.json_records import values
from rag.sources.json_records.values import Fields
from rag.sources.record import Record, year_in

_DATES = ("issued", "published", "published-print", "published-online", "posted", "original-date", "event-date")
_OTHER_NAMES = ("authors", "year", "date", "ids")  # of fields, which it does not have
_DATE_TEXTS = ("raw", "literal", "year", "date-time")


def recognises(fields: Fields) -> bool:
    """Whether an object is an item: its date or its first author is given in parts, or it has a type and neither."""
    author = next(iter(values.objects(fields.get("author"))), {})
    in_parts = bool(values.objects(fields.get("issued"))) or any(key in author for key in ("family", "literal"))
    return in_parts or ("type" in fields and fields.keys().isdisjoint(_OTHER_NAMES))


def record_of(fields: Fields, line: int = 0) -> Record:
    """The record of an item."""
    return Record(
        line,
        title=values.prose(fields.get("title")),
        abstract=values.prose(fields.get("abstract")),
        authors=values.people(fields.get("author"), groups=("literal", "name")),
        year=published(fields),
        ids=ids_of(fields),
        url=values.first(fields, "URL", "url"),
        key=values.first(fields, "citation-key", "id", "DOI"),
    )


def published(fields: Fields) -> int | None:
    """The year of the first date of publication that has one."""
    return next((year for key in _DATES if (year := _year(fields.get(key)))), None)


def ids_of(fields: Fields) -> Iterator[str]:
    """The identifiers, each of which may stand in several places, with or without its namespace."""
    yield from identifiers.of_doi(values.first(fields, "DOI", "doi"))
    yield identifiers.pmid(values.first(fields, "PMID", "pmid"))
    yield identifiers.pmc(values.first(fields, "PMCID", "pmcid"))
    yield identifiers.arxiv(values.first(fields, "arXiv", "arxiv", "eprint"))
    for key in ("URL", "number", "note", "archive_location", "archive-location"):
        yield identifiers.arxiv_in(values.string(fields.get(key)))


def _year(date: Any) -> int | None:
    """The year of ``{"date-parts": [[2021, 3]]}``, of a text or a number in its place, or of the first of several."""
    if isinstance(date, list):
        date = date[0] if date else None
    if not isinstance(date, Mapping):
        return values.year(date)
    texts = (values.string(date.get(key)) for key in _DATE_TEXTS)
    return values.year(date.get("date-parts")) or next(filter(None, map(year_in, texts)), None)
