"""Answers, search results and papers in a file format."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeVar

from rag.answer.types import Answer
from rag.api.results import Results
from rag.export.formats import EXPORTS, PAPER_EXPORTS
from rag.export.json import answer_json, hits_json, notes_json, paper_json
from rag.paper import Paper
from rag.retrieval.hits import Hit, Hits

ExportFormat = Literal["md", "bib", "ris", "csl", "csv", "numbers.csv", "json"]
Writer = TypeVar("Writer", bound=Callable[..., str])
Exportable = Answer | Paper | Hit | Results | Iterable[Answer] | Iterable[Paper] | Iterable[Hit]
_EXPORTED = "give answers, or papers, or what a search found"


def exported(what: Exportable, format: ExportFormat) -> str:
    """`what` as the text of a file; "json" is a line for each answer, paper or search: see docs/scripting.md.

    Raises ValueError for a format that does not exist, or that cannot hold papers; TypeError for what cannot be
    exported, as answers and papers at once.
    """
    answers, papers = _parts(what)
    if format == "json":
        return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in _records(what, answers, papers))
    if papers or isinstance(what, Results):
        return _known(format, PAPER_EXPORTS)(papers)
    return _known(format, {name: entry.answers for name, entry in EXPORTS.items()})(*answers)


def _parts(what: Exportable) -> tuple[list[Answer], list[Paper]]:
    """The answers or else the papers in `what`."""
    one_or_more = [what] if isinstance(what, Answer | Paper | Hit) else what
    if not isinstance(one_or_more, Iterable):
        raise TypeError(f"{type(what).__name__} cannot be exported: {_EXPORTED}")
    items = [one.paper if isinstance(one, Hit) else one for one in one_or_more]
    answers = [one for one in items if isinstance(one, Answer)]
    papers = [one for one in items if isinstance(one, Paper)]
    if len(items) != max(len(answers), len(papers)):
        raise TypeError(f"{type(what).__name__} holds what cannot be exported together: {_EXPORTED}")
    return answers, papers


def _records(what: Exportable, answers: list[Answer], papers: list[Paper]) -> list[dict[str, Any]]:
    if isinstance(what, Results):
        return [hits_json(Hits(what.hits, what.probability, ())) | notes_json(what.filters, what.notice)]
    return [*map(answer_json, answers), *map(paper_json, papers)]


def _known(format: str, formats: Mapping[str, Writer]) -> Writer:
    if format not in formats:
        raise ValueError(f"“{format}” is not a format for this. These are: {', '.join([*formats, 'json'])}")
    return formats[format]
