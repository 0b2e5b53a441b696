"""Zotero: an item as its API and Better BibTeX give it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rag.sources import identifiers
from rag.sources.json_records import values
from rag.sources.json_records.values import Fields
from rag.sources.record import Record

_OTHERS = ("editor", "translator", "seriesEditor", "reviewedAuthor", "bookAuthor", "contributor")
_CHILDREN = ("attachment", "note", "annotation")
_EXTRA = re.compile(r"^[ \t]{0,9}(DOI|PMID|arXiv)[ \t]{0,9}:[ \t]{0,9}(\S{1,300})", re.IGNORECASE | re.MULTILINE)


def recognises(fields: Fields) -> bool:
    """Whether an object is an item, or the data of one."""
    return "itemType" in fields or "itemType" in values.inner(fields, "data")


def is_child(fields: Fields) -> bool:
    """Whether an item is no work, but a file or a note that belongs to one."""
    return (values.inner(fields, "data") or fields).get("itemType") in _CHILDREN


def record_of(fields: Fields, line: int = 0) -> Record:
    """The record of an item."""
    data = values.inner(fields, "data") or fields
    return Record(
        line,
        title=values.prose(values.first(data, "title", "caseName", "nameOfAct", "subject")),
        abstract=values.prose(data.get("abstractNote")),
        authors=values.people(_authors(data.get("creators")), groups=("name",)),
        year=values.year(data.get("date")) or values.year(values.inner(fields, "meta").get("parsedDate")),
        ids=_ids(data),
        url=values.first(data, "url"),
        key=values.first(data, "citationKey", "key") or values.first(fields, "key"),
    )


def _authors(creators: Any) -> list[Any]:
    """The creators that are authors; of works that have none, those of other kinds, such as inventors."""
    people = values.objects(creators)
    authors = [one for one in people if one.get("creatorType") == "author"]
    return [*authors] or [one for one in people if one.get("creatorType") not in _OTHERS]


def _ids(data: Fields) -> Iterator[str]:
    yield from identifiers.of_doi(values.first(data, "DOI"))
    for key in ("archiveID", "url", "publicationTitle"):
        yield from identifiers.of_address(values.first(data, key))
    for name, value in _EXTRA.findall(values.first(data, "extra")):
        yield from _extra(name.lower(), value)


def _extra(name: str, value: str) -> Iterator[str]:
    if name == "doi":
        yield from identifiers.of_doi(value)
    else:
        yield identifiers.pmid(value) if name == "pmid" else identifiers.arxiv(value)
