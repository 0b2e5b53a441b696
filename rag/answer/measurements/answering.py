"""The answer to a question for numbers: which papers are read for them, the table, and its first line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer.evidence import matching
from rag.answer.measurements.table import measured, papers_in
from rag.answer.measurements.wanted import Wanted, wanted
from rag.answer.retrieve import Retrieved
from rag.answer.types import Measurement
from rag.index.phrases import papers_with
from rag.index.store import Store
from rag.language.sentences import Span
from rag.paper import Paper
from rag.query.intent import compares_unnamed
from rag.query.titles import names_paper
from rag.query.understanding import Query
from rag.text import count, in_quotes

MAX_MEASURED_PAPERS = 150  # papers; the best, where more may state what is asked
MIN_ROWS = 2  # of a table that is not about the papers of the last answer; a single number is quoted


@dataclass(frozen=True, slots=True)
class Measured:
    """The `rows` of a table, whose citations have no number yet, and its first line."""

    rows: tuple[Measurement, ...]
    headline: str


@dataclass(frozen=True, slots=True)
class _Read:
    """The `papers` that are read for numbers, of `total`, and what they are in words, after their number."""

    papers: Sequence[Paper]
    told: str
    total: int


def measure(found: Retrieved, store: Store, cited: Sequence[Paper], max_papers: int | None = None) -> Measured | None:
    """The numbers that the question of `found` asks for, of at most `max_papers` papers; None if it asks for none.

    None too where no paper states them, or a quote says as much as a table would. `cited` are the papers of the last
    answer, which "they" are.
    """
    query = found.query
    asked = wanted(query.rewrites[-1]) if query.intent not in ("comparison", "definition") else None
    if asked is None or query.retold or query.wished:
        return None
    read = _read(found, asked, store, cited)
    rows = measured(asked, _with_spans(read.papers, store))
    least = 1 if len(read.papers) > 1 and compares_unnamed(query.rewrites[-1]) else MIN_ROWS
    if len(rows) < least:
        return None
    stating = papers_in(rows)[:max_papers]
    kept = tuple(row for row in rows if row.citation.paper in stating)
    return Measured(kept, _headline(asked, len(papers_in(rows)), read))


def _with_spans(papers: Sequence[Paper], store: Store) -> list[tuple[Paper, list[Span]]]:
    """Each of `papers` that is in `store`, as it is there, with its sentences."""
    numbers = list(dict.fromkeys(min(found) for paper in papers if (found := store.numbers_of([paper]))))
    return list(zip(store.papers(numbers), store.spans(numbers), strict=True))


def _read(found: Retrieved, asked: Wanted, store: Store, cited: Sequence[Paper]) -> _Read:
    query = found.query
    if cited and compares_unnamed(query.rewrites[-1]):
        return _of(_allowed(query, cited, store), "of the last answer")
    if query.scoped:
        return _of([hit.paper for hit in found.hits.papers], "asked")
    if named := [hit.paper for hit in found.hits.papers if names_paper(query.question, hit.paper)]:
        return _of(named, "named")
    if asked.dataset:
        return _mentioning(asked.dataset, found, store)
    return _of([hit.paper for hit in matching(found.hits)] if found.selection.relevant else [], "that match")


def _of(papers: Sequence[Paper], told: str) -> _Read:
    return _Read(papers[:MAX_MEASURED_PAPERS], told, len(papers))


def _mentioning(dataset: str, found: Retrieved, store: Store) -> _Read:
    """The papers that mention `dataset`, or where none has all of its name, its first word; the best hits first."""
    name = dataset if papers_with(dataset, store) else dataset.split()[0]
    ranks = {hit.number: n for n, hit in enumerate(found.hits.papers)}
    numbers = sorted(
        filter(found.query.allows, papers_with(name, store)), key=lambda number: ranks.get(number, len(ranks) + number)
    )
    papers = store.papers(numbers[:MAX_MEASURED_PAPERS])
    return _Read(papers, f"that mention {in_quotes(name)}", len(numbers))


def _allowed(query: Query, papers: Sequence[Paper], store: Store) -> list[Paper]:
    """Those of `papers` that pass the filters of `query`."""
    return [paper for paper in papers if all(query.allows(number) for number in store.numbers_of([paper]))]


def _headline(asked: Wanted, stating: int, read: _Read) -> str:
    on = (" on it" if f"“{asked.dataset}”" in read.told else f" on {asked.dataset}") if asked.dataset else ""
    name = f"how many {asked.name}" if asked.sense == "count" else asked.name
    if read.total == 1:
        return f"{in_quotes(read.papers[0].title)} states {name}{on}."
    verb = "states" if stating == 1 else "state"
    of = f"the best {len(read.papers):,} of " if len(read.papers) < read.total else ""
    return f"{stating:,} of {of}{count(read.total, 'paper')} {read.told} {verb} {name}{on}."


def numbered(rows: Sequence[Measurement], numbers: dict[Paper, int]) -> tuple[Measurement, ...]:
    """`rows` whose citations have the `numbers` of their papers."""
    return tuple(replace(row, citation=replace(row.citation, n=numbers[row.citation.paper])) for row in rows)
