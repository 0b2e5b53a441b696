"""A comparison as a table: a row for each aspect, a column for each paper, in each cell the sentences that tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.aspects import ASPECTS
from rag.answer.types import Statement
from rag.paper import Paper

NOT_STATED = "Nothing found in the abstract."


@dataclass(frozen=True, slots=True)
class Table:
    """`papers` by citation number, and for each of the rows an aspect with one cell for each paper, in that order."""

    papers: dict[int, Paper]
    rows: tuple[tuple[str, tuple[tuple[Statement, ...], ...]], ...]


def split(statements: Sequence[Statement]) -> tuple[list[Statement], Table | None]:
    """The sentences of an answer that read in a row, and the table of those that have their place in one.

    A table has two papers at least; of a single one all sentences read in a row.
    """
    placed = [statement for statement in statements if statement.aspect]
    papers = {statement.citations[0].n: statement.citations[0].paper for statement in placed}
    if len(papers) < 2:
        return list(statements), None
    cells = {
        aspect: tuple(tuple(s for s in placed if s.aspect == aspect and s.citations[0].n == n) for n in papers)
        for aspect in ASPECTS
    }
    rows = tuple((aspect, row) for aspect, row in cells.items() if any(row))
    return [statement for statement in statements if not statement.aspect], Table(papers, rows)
