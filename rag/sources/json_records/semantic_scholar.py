"""Semantic Scholar: a paper as its API and its data sets give it."""

from __future__ import annotations

from collections.abc import Iterator

from rag.sources import identifiers
from rag.sources.json_records import values
from rag.sources.json_records.values import Fields
from rag.sources.record import Record

_KEYS = ("paperId", "corpusId", "corpusid")


def recognises(fields: Fields) -> bool:
    """Whether an object is a paper."""
    return any(key in fields for key in _KEYS)


def record_of(fields: Fields, line: int = 0) -> Record:
    """The record of a paper. A `tldr` is a machine's summary, which never stands in for the abstract."""
    return Record(
        line,
        title=values.prose(fields.get("title")),
        abstract=values.prose(fields.get("abstract")),
        authors=values.people(fields.get("authors")),
        year=values.year(fields.get("year")) or values.year(_either(fields, "publicationDate")),
        ids=_ids(fields),
        url=values.first(fields, "url"),
        key=values.first(fields, *_KEYS),
    )


def _ids(fields: Fields) -> Iterator[str]:
    ids = {key.casefold(): value for key, value in values.inner(fields, "externalIds").items()}
    ids |= {key.casefold(): value for key, value in values.inner(fields, "externalids").items()}
    yield identifiers.arxiv(values.first(ids, "arxiv"))
    yield from identifiers.of_doi(values.first(ids, "doi"))
    yield identifiers.pmid(values.first(ids, "pubmed"))
    yield identifiers.pmc(f"PMC{values.first(ids, 'pubmedcentral')}")


def _either(fields: Fields, key: str) -> object:
    """The value of a key that the API writes in camel case and the data sets in lower case."""
    return fields.get(key) or fields.get(key.lower())
