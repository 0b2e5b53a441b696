"""BEIR: a document of a corpus, whose abstract is its text."""

from __future__ import annotations

from collections.abc import Iterator

from rag.sources import identifiers
from rag.sources.json_records import values
from rag.sources.json_records.values import Fields
from rag.sources.record import Record


def recognises(fields: Fields) -> bool:
    """Whether an object is a document."""
    return "_id" in fields and "text" in fields and "abstract" not in fields


def record_of(fields: Fields, line: int = 0) -> Record:
    """The record of a document."""
    metadata = {**fields, **values.inner(fields, "metadata")}
    return Record(
        line,
        title=values.prose(fields.get("title")),
        abstract=values.prose(fields.get("text")),
        authors=values.people(metadata.get("authors")),
        year=values.year(metadata.get("year")),
        ids=_ids(fields, metadata),
        url=values.first(metadata, "url"),
        key=values.first(fields, "_id"),
    )


def _ids(fields: Fields, metadata: Fields) -> Iterator[str]:
    yield f"beir:{name}" if (name := values.first(fields, "_id")) else ""
    yield from identifiers.of_doi(values.first(metadata, "doi"))
    yield identifiers.pmid(values.first(metadata, "pubmed_id", "pmid"))
    yield from identifiers.of_address(values.first(metadata, "url"))
