"""OpenAlex: a work as its API, its snapshot and pyalex give it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rag.sources import identifiers
from rag.sources.json_records import values
from rag.sources.json_records.values import Fields
from rag.sources.record import Record

_MAX_WORDS = 20_000  # of an abstract


def recognises(fields: Fields) -> bool:
    """Whether an object is a work."""
    return "abstract_inverted_index" in fields or "openalex.org/" in values.string(fields.get("id"))


def record_of(fields: Fields, line: int = 0) -> Record:
    """The record of a work. Its publication date may be a guess, so a missing year is left so."""
    abstract = from_inverted_index(fields.get("abstract_inverted_index")) or values.string(fields.get("abstract"))
    places = [values.inner(fields, "primary_location"), *values.objects(fields.get("locations"))]
    addresses = [values.first(place, "landing_page_url") for place in places]
    return Record(
        line,
        title=values.prose(values.first(fields, "title", "display_name")),
        abstract=values.prose(abstract),
        authors=values.people(_authors(fields)),
        year=values.year(fields.get("publication_year") or fields.get("year")),
        ids=_ids(fields, addresses),
        url=next(filter(None, [*addresses, *map(values.string, (fields.get("doi"), fields.get("id")))]), ""),
        key=values.string(fields.get("id")),
    )


def from_inverted_index(index: Any) -> str:
    """The text that an index, word → places, was made from; "" if it is none. Missing places are left out.

    It may be JSON within JSON, or have a frame: ``{"IndexLength": 2, "InvertedIndex": {"Moss": [0, 1]}}``.
    """
    if isinstance(index, str):
        try:
            index = json.loads(index)
        except (ValueError, RecursionError):
            return ""
    if not isinstance(index, Mapping):
        return ""
    words = values.inner(index, "InvertedIndex") or index
    placed = sorted((place, str(word)) for word, places in words.items() for place in _numbers(places))
    return " ".join(word for _, word in placed[:_MAX_WORDS])


def _numbers(places: Any) -> list[int]:
    return [place for place in places if type(place) is int] if isinstance(places, list) else []


def _authors(fields: Fields) -> Any:
    authorships = values.objects(fields.get("authorships"))
    return [{**one, **values.inner(one, "author")} for one in authorships] or fields.get("authors")


def _ids(fields: Fields, addresses: list[str]) -> Iterator[str]:
    ids = values.inner(fields, "ids")
    yield from identifiers.of_doi(values.first(fields, "doi") or values.first(ids, "doi"))
    for address in addresses:
        yield identifiers.arxiv_in(address)
    yield identifiers.pmid(values.first(ids, "pmid"))
    yield identifiers.openalex(values.first(fields, "id") or values.first(ids, "openalex"))
