"""Crossref: a work as its API gives it, which is CSL-JSON with lists of titles."""

from __future__ import annotations

from typing import Any

from rag.sources.json_records import csl_json, values
from rag.sources.json_records.values import Fields
from rag.sources.record import Record
from rag.text import normalize


def recognises(fields: Fields) -> bool:
    """Whether an object is a work."""
    return "DOI" in fields and isinstance(fields.get("title", []), list)


def record_of(fields: Fields, line: int = 0) -> Record:
    """The record of a work. Its title is the first of several, which are translations, with its subtitle."""
    record = csl_json.record_of(fields, line)
    record.title = _with_subtitle(_first(fields.get("title")), _first(fields.get("subtitle")))
    return record


def _first(titles: Any) -> str:
    titles = titles if isinstance(titles, list) else [titles]
    return next((text for title in titles if (text := values.prose(title).strip())), "")


def _with_subtitle(title: str, subtitle: str) -> str:
    """Both, unless the title has the subtitle in it already, or is missing."""
    if not title or not normalize(subtitle) or normalize(subtitle) in normalize(title):
        return title
    return f"{title}{' ' if title[-1] in ':?!.' else ': '}{subtitle}"
