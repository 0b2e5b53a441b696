"""BEIR: a document of a corpus, whose abstract is its text."""

from __future__ import annotations

from collections.abc import Iterator

from rag.sources import identifiers, json_values
from rag.sources.json_values import Fields
from rag.sources.record import Record


def recognises(fields: Fields) -> bool:
    """Whether an object is a document."""
    return "_id" in fields and "text" in fields and "abstract" not in fields


def record_of(fields: Fields, line: int = 0) -> Record:
    """The record of a document."""
    metadata = {**fields, **json_values.inner(fields, "metadata")}
    return Record(
        line,
        title=json_values.prose(fields.get("title")),
        abstract=json_values.prose(fields.get("text")),
        authors=json_values.people(metadata.get("authors")),
        year=json_values.year(metadata.get("year")),
        ids=_ids(fields, metadata),
        url=json_values.first(metadata, "url"),
        key=json_values.first(fields, "_id"),
    )


def _ids(fields: Fields, metadata: Fields) -> Iterator[str]:
    yield f"beir:{name}" if (name := json_values.first(fields, "_id")) else ""
    yield from identifiers.of_doi(json_values.first(metadata, "doi"))
    yield identifiers.pmid(json_values.first(metadata, "pubmed_id", "pmid"))
    yield from identifiers.of_address(json_values.first(metadata, "url"))
