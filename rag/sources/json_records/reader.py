"""JSON: each object in it is read as the service gives it that it looks like it is from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Protocol

from rag.paper import Paper
from rag.sources.json_records import (
    arxiv_kaggle,
    beir,
    crossref,
    csl_json,
    datacite,
    openalex,
    openreview,
    plain_json,
    semantic_scholar,
    values,
    zotero,
)
from rag.sources.json_records.scan import COMPLETE
from rag.sources.json_records.stream import elements
from rag.sources.json_records.values import Fields
from rag.sources.record import Record
from rag.sources.skipped import Skipped
from rag.sources.text_file import TextFile
from rag.text import in_quotes


class _Service(Protocol):
    def recognises(self, fields: Fields) -> bool: ...

    def record_of(self, fields: Fields, line: int = 0) -> Record: ...


# The first that recognises an object makes its record.
_SERVICES: tuple[_Service, ...] = (
    zotero,
    openreview,
    openalex,
    semantic_scholar,
    arxiv_kaggle,
    beir,
    datacite,
    crossref,
    csl_json,
)
_BEGINS = re.compile(r"\s*+(?:(?:\[|null\b)[\s,]*+)*+\{")
_EMPTY = re.compile(r"\s*+(?:\{\s*+\}|\[\s*+\])\s*+")
_KEY = re.compile(r'[{,]\s*+"(?:[^"\\\n]|\\.){0,200}+"\s*+:')
_LINE = re.compile(r'^[ \t]*+\{\s{0,100}"', re.MULTILINE)
_MESSAGES = ("error", "errors", "message", "detail", "reason", "title")
# Keys of items of Zotero, notes of OpenReview and works of DataCite.
_AROUND = (("key", "version", "data"), ("forum", "content"), datacite.KEYS)
_MAX_KEYS = 8  # that are quoted


def matches(head: str) -> bool:
    """Whether a text with this `head` is JSON with objects in it, or has one on most of its lines."""
    lines = [line for line in head.split("\n") if line.strip()]
    objects = bool(_BEGINS.match(head)) or 2 * len(_LINE.findall(head)) > len(lines)
    return (objects and bool(_KEY.search(head))) or bool(_EMPTY.fullmatch(head))


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """The papers in any JSON, however it is laid out, and a `Skipped` for what is in the place of one.

    Raises UnreadableError where the rest of the file cannot be read, and OSError.
    """
    found = False
    for element in elements(file, _grade):
        if not _is_child(element.value):
            found = True
            yield (
                _paper(element.value, element.line, file)
                if not element.fault
                else Skipped(file.path, element.line, element.fault)
            )
    if not found:
        yield Skipped(file.path, 0, "JSON without any object that has a title and an abstract")


def _grade(keys: Collection[str]) -> int:
    """As `plain_json.grade`; in BEIR the abstract is called text, and some have both within what else they say."""
    grade = plain_json.grade(keys)
    if grade < COMPLETE and any(all(key in keys for key in around) for around in _AROUND):
        return COMPLETE
    return grade + 1 if grade < COMPLETE and "abstract" not in keys and "_id" in keys and "text" in keys else grade


def _is_child(value: Any) -> bool:
    return isinstance(value, Mapping) and (zotero.is_child(value) or openreview.is_reply(value))


def _paper(value: Any, line: int, file: TextFile) -> Paper | Skipped:
    if not isinstance(value, Mapping) or not _grade(value):
        return Skipped(file.path, line, _why_none(value))
    service = next((service for service in _SERVICES if service.recognises(value)), None)
    record_of = service.record_of if service else plain_json.record_of
    return record_of(value, line).finished(file)


def _why_none(value: Any) -> str:
    if value is None:
        return "null in place of a paper"
    if not isinstance(value, Mapping):
        return f"not a JSON object with a title and an abstract, but {in_quotes(str(value))}"
    if message := _message(value):
        return f"not a paper: {in_quotes(message)}"
    keys = ", ".join(list(value)[:_MAX_KEYS])
    return f"an object with neither title nor abstract{f', but {in_quotes(keys)}' if keys else ''}"


def _message(fields: Mapping[str, Any]) -> str:
    """What a service says in place of a paper: ``{"error": "Rate limit exceeded"}`` and its like; "" if nothing."""
    for key in _MESSAGES:
        value = fields.get(key)
        inner = next(iter(values.objects(value)), {})
        if message := values.first(inner, *_MESSAGES) or values.string(value):
            return message
    return ""
