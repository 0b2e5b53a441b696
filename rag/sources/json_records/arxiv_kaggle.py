"""arXiv's snapshot on Kaggle: its metadata, a paper a line, in TeX and wrapped by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rag.sources import identifiers, latex
from rag.sources.author_lists import authors_in
from rag.sources.json_records import values
from rag.sources.json_records.values import Fields
from rag.sources.record import Record

_NOTES = re.compile(r"\([^()]*\)")  # affiliations and collaborations
_MAX_NESTED = 3  # of notes
_FIVE_DIGITS_SINCE = 1501  # January 2015; before, numbers have four
_CENTURY_TURNS = 91  # arXiv began in 1991


def recognises(fields: Fields) -> bool:
    """Whether an object is a paper of the snapshot."""
    if "authors_parsed" in fields or all(key in fields for key in ("id", "categories", "update_date")):
        return True
    return "versions" in fields and bool(identifiers.arxiv(values.string(fields.get("id"))))


def record_of(fields: Fields, line: int = 0) -> Record:
    """The record of a paper. Its year is that of its first version; `update_date` may be decades later."""
    name = identifiers.arxiv(_id(fields.get("id")))
    return Record(
        line,
        title=latex.plain(values.string(fields.get("title"))),
        abstract=latex.plain(values.string(fields.get("abstract"))),
        authors=_authors(fields),
        year=_first_version(fields.get("versions")) or _year_in_id(name),
        ids=[name, *identifiers.of_doi(values.string(fields.get("doi")))],
        url=f"https://arxiv.org/abs/{name.removeprefix('arxiv:')}" if name else "",
        key=_id(fields.get("id")),
    )


def _id(value: Any) -> str:
    """The id; also if it was taken for a number, and lost zeros, as 704.1 for ``0704.1000``."""
    if not isinstance(value, float):
        return values.string(value)
    return f"{value:010.5f}" if value >= _FIVE_DIGITS_SINCE else f"{value:09.4f}"


def _authors(fields: Fields) -> Iterator[str]:
    """The names in parts, ``["Family", "Given", "Suffix", …]``, or else in a text, "A. Lind, B. Okaf and C. Palm"."""
    parsed = fields.get("authors_parsed")
    if not isinstance(parsed, list) or not parsed:
        text = latex.plain(values.string(fields.get("authors")))
        for _ in range(_MAX_NESTED):
            text = _NOTES.sub("", text)
        yield from authors_in(" ".join(text.split()))
        return
    for parts in parsed:
        if isinstance(parts, list):
            family, given, suffix = (values.string(part).strip() for part in [*parts, "", "", ""][:3])
            yield latex.plain(" ".join(part for part in (given, family, suffix) if part))


def _first_version(versions: Any) -> int | None:
    return next((values.year(version.get("created")) for version in values.objects(versions)), None)


def _year_in_id(name: str) -> int | None:
    """The year of ``arxiv:0704.0001`` or ``arxiv:math/0309136``, both of which begin with it."""
    digits = re.search(r"\d\d", name)
    if not digits:
        return None
    return int(digits[0]) + (1900 if int(digits[0]) >= _CENTURY_TURNS else 2000)
