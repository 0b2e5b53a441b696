"""A comparison as a table: a row for each aspect, a column for each paper, in each cell the statements about both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.aspects import ASPECTS
from rag.answer.types import Statement
from rag.paper import Paper

NOT_STATED = "Nothing found in the abstract."


@dataclass(frozen=True, slots=True)
class Table:
    """`papers` are the columns, by citation number. Each row is an aspect and a cell for each paper, in that order."""

    papers: dict[int, Paper]
    rows: tuple[tuple[str, tuple[tuple[Statement, ...], ...]], ...]


def split(statements: Sequence[Statement]) -> tuple[list[Statement], Table | None]:
    """The running text of an answer, and the table of its statements that have an aspect.

    A table has at least two papers; the statements about a single one are all running text.
    """
    in_table = [statement for statement in statements if statement.aspect]
    papers = {statement.citations[0].n: statement.citations[0].paper for statement in in_table}
    if len(papers) < 2:
        return list(statements), None
    cells = {
        aspect: tuple(tuple(s for s in in_table if s.aspect == aspect and s.citations[0].n == n) for n in papers)
        for aspect in ASPECTS
    }
    rows = tuple((aspect, row) for aspect, row in cells.items() if any(row))
    return [statement for statement in statements if not statement.aspect], Table(papers, rows)
