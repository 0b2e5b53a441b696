"""Labelled claims: written sentences, each with what it cites and whether that states it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rag.answer.types import Citation
from rag.errors import QuestionError
from rag.paper import MAX_ABSTRACT, MAX_TITLE, Paper
from rag.query import batch
from rag.text import clean_line

Label = Literal["ok", "wrong"]
MAX_CLAIMS = 100_000
MAX_WRITTEN = 2_000  # characters
_MAX_BYTES = 50_000_000  # of a file, which is read as a whole; the corpus of SciFact has about 8,000,000


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """The sentence `written` and its citations, all of one paper.

    The check should pass an "ok" one and must not pass a "wrong" one. `kind` names a group of claims to report on, or
    is "".
    """

    written: str
    citations: tuple[Citation, ...]
    label: Label
    kind: str


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """Claims, at least one, and how many were left out and why, in one line, or ""."""

    claims: list[LabelledClaim]
    notice: str = ""


def json_objects(path: Path, line_format: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The location, "file:line", and the JSON object of each line of `path`.

    Raises QuestionError if it cannot be read, is too large, or has a line that is no JSON object; `line_format` then
    says what is expected.
    """
    if path.exists() and not path.is_file():
        raise QuestionError(f"{path} is not a file. {line_format}")
    if path.is_file() and path.stat().st_size > _MAX_BYTES:
        raise QuestionError(f"{path} has more than {_MAX_BYTES:,} bytes. Split the file.")
    for where, data in batch.json_lines(path):
        if not isinstance(data, dict):
            raise QuestionError(f"{where} is not a JSON object. {line_format}")
        yield where, data


def claim_file(path: Path, claims: Iterable[LabelledClaim], line_format: str, notice: str = "") -> ClaimFile:
    """`claims` of `path`. Raises QuestionError if there are none, or too many."""
    found: list[LabelledClaim] = []
    for claim in claims:
        found.append(claim)
        if len(found) > MAX_CLAIMS:
            raise QuestionError(f"{path} holds more than {MAX_CLAIMS:,} claims. Split the file.")
    if not found:
        raise QuestionError(" ".join(filter(None, [f"{path} holds no claims.", notice, line_format])))
    return ClaimFile(found, notice)


def text_field(data: dict[str, Any], name: str, where: str, most: int) -> str:
    """The field `name` of a line as one line of text of at most `most` characters; "" if it is missing.

    Raises QuestionError, naming `where` the line is, if it is no string, or longer.
    """
    value = data.get(name, "")
    if not isinstance(value, str):
        raise QuestionError(f'{where}: "{name}" must be a string.')
    if len(value) > most:
        raise QuestionError(f'{where}: "{name}" has {len(value):,} characters; at most {most:,} are read.')
    return clean_line(value)


def required_text(data: dict[str, Any], name: str, where: str, most: int, line_format: str) -> str:
    """The field `name` as by `text_field`. Raises QuestionError also if it is missing or blank."""
    if not (text := text_field(data, name, where, most)):
        raise QuestionError(f'{where} has no "{name}". {line_format}')
    return text


def cited_paper(data: dict[str, Any], where: str, abstract: str) -> Paper:
    """The paper with the "title" of a line and this `abstract`. Raises QuestionError if one of them is too long."""
    if len(abstract) > MAX_ABSTRACT:
        raise QuestionError(
            f"{where}: the abstract has {len(abstract):,} characters; at most {MAX_ABSTRACT:,} are read."
        )
    return Paper(text_field(data, "title", where, MAX_ABSTRACT)[:MAX_TITLE] or "Untitled", abstract)
