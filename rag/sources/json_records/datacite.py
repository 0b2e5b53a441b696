"""DataCite: the attributes of a work as its API gives them, and Zenodo and other archives with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rag.sources import identifiers
from rag.sources.json_records import values
from rag.sources.json_records.values import Fields
from rag.sources.record import Record

KEYS = ("titles", "descriptions")


def recognises(fields: Fields) -> bool:
    """Whether an object is the attributes of a work."""
    return all(isinstance(fields.get(key), list) for key in KEYS)


def record_of(fields: Fields, line: int = 0) -> Record:
    """The record of a work. Its title is the first of no type: those with one are translations, subtitles and such."""
    titles, descriptions = (values.objects(fields[key]) for key in KEYS)
    untyped = [title for title in titles if not values.first(title, "titleType")]
    return Record(
        line,
        title=values.prose(next((title.get("title") for title in untyped or titles), "")),
        abstract=next(_abstracts(descriptions), ""),
        authors=values.people(fields.get("creators")),
        year=values.year(fields.get("publicationYear")),
        ids=identifiers.of_doi(values.first(fields, "doi")),
        url=values.first(fields, "url"),
        key=values.first(fields, "doi"),
    )


def _abstracts(descriptions: list[Any]) -> Iterator[str]:
    for one in descriptions:
        if values.first(one, "descriptionType") == "Abstract":
            yield values.prose(one.get("description"))
