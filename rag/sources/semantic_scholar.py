"""Semantic Scholar: a paper as its API and its data sets give it."""

from __future__ import annotations

from collections.abc import Iterator

from rag.sources import identifiers, json_values
from rag.sources.json_values import Fields
from rag.sources.record import Record

_KEYS = ("paperId", "corpusId", "corpusid")


def recognises(fields: Fields) -> bool:
    """Whether an object is a paper."""
    return any(key in fields for key in _KEYS)


def record_of(fields: Fields, line: int = 0) -> Record:
    """The record of a paper. A `tldr` is a machine's summary, which never stands in for the abstract."""
    return Record(
        line,
        title=json_values.prose(fields.get("title")),
        abstract=json_values.prose(fields.get("abstract")),
        authors=json_values.people(fields.get("authors")),
        year=json_values.year(fields.get("year")) or json_values.year(_either(fields, "publicationDate")),
        ids=_ids(fields),
        url=json_values.first(fields, "url"),
        key=json_values.first(fields, *_KEYS),
    )


def _ids(fields: Fields) -> Iterator[str]:
    ids = {key.casefold(): value for key, value in json_values.inner(fields, "externalIds").items()}
    ids |= {key.casefold(): value for key, value in json_values.inner(fields, "externalids").items()}
    yield identifiers.arxiv(json_values.first(ids, "arxiv"))
    yield from identifiers.of_doi(json_values.first(ids, "doi"))
    yield identifiers.pmid(json_values.first(ids, "pubmed"))
    yield identifiers.pmc(f"PMC{json_values.first(ids, 'pubmedcentral')}")


def _either(fields: Fields, key: str) -> object:
    """The value of a key that the API writes in camel case and the data sets in lower case."""
    return fields.get(key) or fields.get(key.lower())
