"""The numbers that papers state of what a question asks for, as the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.answer.measurements.stated import Stated, stated_in
from rag.answer.measurements.wanted import Wanted
from rag.answer.types import Citation, Measurement
from rag.language.sentences import Span
from rag.paper import Paper

MAX_ROWS = 200
MAX_ROWS_OF_PAPER = 12


def measured(wanted: Wanted, papers: Iterable[tuple[Paper, Sequence[Span]]]) -> list[Measurement]:
    """What `papers`, given with their sentences, state of what is `wanted`, with citations that have no number yet."""
    rows: list[Measurement] = []
    for paper, spans in papers:
        likely = [span for span in spans if wanted.may_be_in(paper.abstract[span.start : span.end])]
        found = [_row(paper, stated) for stated in stated_in(paper, likely) if wanted.matches(stated)]
        rows += list(dict.fromkeys(found))[:MAX_ROWS_OF_PAPER]
        if len(rows) >= MAX_ROWS:
            break
    return rows[:MAX_ROWS]


def papers_in(rows: Sequence[Measurement]) -> list[Paper]:
    """The papers of `rows`, each once, in order."""
    return list(dict.fromkeys(row.citation.paper for row in rows))


def _row(paper: Paper, stated: Stated) -> Measurement:
    value = stated.value
    return Measurement(
        Citation(0, paper, stated.span.start, stated.span.end),
        stated.tie.quantity,
        value.shown,
        value.number * value.unit.factor,
        value.unit.base or value.unit.name,
        stated.tie.change,
        stated.context.dataset,
        _condition(paper, stated.context.condition),
    )


def _condition(paper: Paper, condition: str) -> str:
    """`condition` without the paper's own name as that of whose value it is."""
    parts = condition.split("; ")
    is_own = parts[0].lower() in paper.title.lower() or parts[0].lower() == paper.short_name.lower()
    return "; ".join(parts[1:] if is_own else parts)
