"""JSONL: one JSON object per line, with "title", "abstract" and any other field of a `Paper`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from rag.paper import Paper
from rag.sources.skipped import Skipped, rejection
from rag.sources.text_file import TextFile
from rag.text import clean_line

_YEARS = range(1000, 2101)
_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


class LineError(Exception):
    """The reason why a line is not a paper."""


def matches(head: str) -> bool:
    """Whether `text`, the content of a file, is JSONL."""
    return head.lstrip().startswith("{")


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each valid line and a `Skipped` for each other; blank lines and unknown fields are ignored."""
    for number, line in file.lines():
        if line.strip():
            try:
                yield _paper(_object(line), file.name)
            except LineError as error:
                yield Skipped(file.path, number, str(error))


def _object(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise LineError(f"not JSON: {error.msg} at character {error.pos + 1}") from None
    except (ValueError, RecursionError):  # a number with thousands of digits, or as many nested brackets
        raise LineError("not JSON: a number is too long, or brackets are nested too deeply") from None
    if not isinstance(value, dict):
        raise LineError("not a JSON object with a title and an abstract")
    return value


def _paper(fields: dict[str, Any], file_name: str) -> Paper:
    title, abstract = _text(fields, "title"), _text(fields, "abstract")
    if reason := rejection(title, abstract):
        raise LineError(reason)
    return Paper(
        title=title,
        abstract=abstract,
        authors=_texts(fields, "authors"),
        year=_year(fields),
        ids=_texts(fields, "ids"),
        url=_url(fields),
        source=_text(fields, "source") or file_name,
        digest=_flag(fields, "digest"),
    )


def _text(fields: dict[str, Any], field: str) -> str:
    value = fields.get(field)
    if value is not None and not isinstance(value, str):
        raise LineError(f'"{field}" is not a string')
    return clean_line(value or "")


def _texts(fields: dict[str, Any], field: str) -> tuple[str, ...]:
    value = fields.get(field)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise LineError(f'"{field}" is not a list of strings')
    return tuple(text for item in value if (text := clean_line(item)))


def _year(fields: dict[str, Any]) -> int | None:
    value = fields.get("year")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise LineError('"year" is not a whole number')
    if value not in _YEARS:
        raise LineError(f'"year" is not between {_YEARS[0]} and {_YEARS[-1]}')
    return value


def _url(fields: dict[str, Any]) -> str:
    value = _text(fields, "url")
    if value and not _WEB_ADDRESS.fullmatch(value):
        raise LineError('"url" is not an http or https URL')
    return value


def _flag(fields: dict[str, Any], field: str) -> bool:
    value = fields.get(field)
    if value is not None and not isinstance(value, bool):
        raise LineError(f'"{field}" is not true or false')
    return bool(value)
