"""Reads labelled claims: JSON lines {"label", "kind"?, "title"?, "abstract", "evidence", "written"}, or SciFact's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rag.answer.types import Citation
from rag.errors import QuestionError
from rag.evaluate import scifact
from rag.evaluate.labelled import (
    MAX_WRITTEN,
    ClaimFile,
    Label,
    LabelledClaim,
    cited_paper,
    claim_file,
    json_objects,
    required_text,
    text_field,
)
from rag.paper import MAX_ABSTRACT
from rag.text import clean_line, in_quotes

_MAX_NAME_CHARS = 40  # of a label or kind
_LABELS: dict[str, Label] = {"ok": "ok", "wrong": "wrong"}
_LINE_FORMAT = (
    'Each line is {"label": "ok" or "wrong", "kind": ..., "title": ..., "abstract": ..., "evidence": [sentence], '
    '"written": ...}; the folder of SciFact, or its claims_train.jsonl or claims_dev.jsonl, is read too.'
)


def read(path: Path) -> ClaimFile:
    """The claims in `path`: a file in rag's own format, or a folder or a claims file of SciFact.

    Raises QuestionError, naming file and line, for what is neither.
    """
    if path.is_dir():
        return scifact.read(path)
    lines = list(json_objects(path, _LINE_FORMAT))
    if lines and scifact.is_claim(lines[0][1]):
        return scifact.read(path)
    return claim_file(path, (_parse(data, where) for where, data in lines), _LINE_FORMAT)


def _parse(data: dict[str, Any], where: str) -> LabelledClaim:
    written = required_text(data, "written", where, MAX_WRITTEN, _LINE_FORMAT)
    abstract = required_text(data, "abstract", where, MAX_ABSTRACT, _LINE_FORMAT)
    kind = text_field(data, "kind", where, _MAX_NAME_CHARS)
    return LabelledClaim(written, _citations(data, where, abstract), _label(data, where), kind)


def _label(data: dict[str, Any], where: str) -> Label:
    name = required_text(data, "label", where, _MAX_NAME_CHARS, _LINE_FORMAT)
    if name not in _LABELS:
        raise QuestionError(f'{where}: "label" must be "ok" or "wrong", not {in_quotes(name)}.')
    return _LABELS[name]


def _citations(data: dict[str, Any], where: str, abstract: str) -> tuple[Citation, ...]:
    """A citation of each sentence of the "evidence" that a line gives."""
    sentences = data.get("evidence")
    if not isinstance(sentences, list) or not sentences or not all(isinstance(one, str) for one in sentences):
        raise QuestionError(f'{where}: "evidence" must be a list of sentences of the abstract, at least one.')
    paper = cited_paper(data, where, abstract)
    citations = []
    for sentence in dict.fromkeys(map(clean_line, sentences)):
        start = abstract.find(sentence)
        if not sentence or start < 0:
            raise QuestionError(f"{where}: the evidence {in_quotes(sentence)} is not in the abstract.")
        citations.append(Citation(1, paper, start, start + len(sentence)))
    return tuple(citations)
