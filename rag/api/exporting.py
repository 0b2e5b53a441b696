"""Answers, search results and papers in a file format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from rag.answer.types import Answer
from rag.api.results import Results
from rag.export.formats import EXPORTS, PAPER_EXPORTS
from rag.export.json import answer_json, hits_json, notes_json, paper_json
from rag.paper import Paper
from rag.retrieval.hits import Hits

ExportFormat = Literal["md", "bib", "ris", "csl", "csv", "numbers.csv", "json"]
Writer = TypeVar("Writer", bound=Callable[..., str])
Exportable = Answer | Results | Sequence[Answer] | Sequence[Paper]


def exported(what: Exportable, format: ExportFormat) -> str:
    """`what` as the text of a file; "json" is a line for each answer, paper or search: see docs/scripting.md.

    Raises ValueError for a format that does not exist, or that cannot hold papers.
    """
    if format == "json":
        return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in _records(what))
    papers = [one for one in _items(what) if isinstance(one, Paper)]
    if papers or isinstance(what, Results):
        return _known(format, PAPER_EXPORTS)(papers)
    answers = [one for one in _items(what) if isinstance(one, Answer)]
    return _known(format, {name: entry.answers for name, entry in EXPORTS.items()})(*answers)


def _items(what: Exportable) -> Sequence[Answer | Paper]:
    if isinstance(what, Results):
        return what.papers
    return [what] if isinstance(what, Answer) else what


def _records(what: Exportable) -> list[dict[str, Any]]:
    if isinstance(what, Results):
        return [hits_json(Hits(what.hits, what.probability, ())) | notes_json(what.filters, what.notice)]
    return [answer_json(one) if isinstance(one, Answer) else paper_json(one) for one in _items(what)]


def _known(format: str, formats: Mapping[str, Writer]) -> Writer:
    if format not in formats:
        raise ValueError(f"“{format}” is not a format for this. These are: {', '.join([*formats, 'json'])}")
    return formats[format]
