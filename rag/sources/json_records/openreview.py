"""OpenReview: a note as its API and openreview-py give it, with its text in "content"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rag.sources.json_records import values
from rag.sources.json_records.values import Fields
from rag.sources.record import Record

_MAX_TIME = 4_102_444_800_000  # the year 2100, in milliseconds since 1970


def recognises(fields: Fields) -> bool:
    """Whether an object is a note."""
    return "forum" in fields and isinstance(fields.get("content"), Mapping)


def is_reply(fields: Fields) -> bool:
    """Whether a note is no paper, but a review, a decision or a comment on one."""
    return recognises(fields) and "id" in fields and fields["id"] != fields["forum"]


def record_of(fields: Fields, line: int = 0) -> Record:
    """The record of a note. Its year is that of publication, or else that in the name of the venue."""
    content = values.inner(fields, "content")
    forum = values.first(fields, "forum")
    return Record(
        line,
        title=values.prose(content.get("title")),
        abstract=values.prose(content.get("abstract")),
        authors=values.people(content.get("authors")),
        year=_year_at(fields.get("pdate")) or values.year(content.get("venue")) or values.year(content.get("venueid")),
        url=f"https://openreview.net/forum?id={forum}" if forum else "",
        key=values.first(fields, "id", "forum"),
    )


def _year_at(time: Any) -> int | None:
    """The year of a `time` in milliseconds since 1970."""
    return datetime.fromtimestamp(time / 1000, UTC).year if type(time) is int and 0 < time < _MAX_TIME else None
