"""Cited sentences as templates/statements.html shows them: in sections on the same papers, as a table, as prose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from rag.answer.table import NOT_STATED, Table, split
from rag.answer.types import Citation, Statement
from rag.export import phrases
from rag.paper import Paper
from rag.web import templates
from rag.web.templates import DIGEST_NOTE


@dataclass(frozen=True, slots=True)
class MarkerView:
    """The link from a sentence to source `n`; `spans` are the offsets of the cited sentences, `quote` their text."""

    n: int
    title: str
    spans: str
    quote: str
    check: str


@dataclass(frozen=True, slots=True)
class StatementView:
    """A sentence with its markers: quoted, or written by a model, and then possibly unverified."""

    text: str
    quoted: bool
    unverified: bool
    markers: tuple[MarkerView, ...]


@dataclass(frozen=True, slots=True)
class GroupView:
    """Sentences in a row that cite the same papers, of which `paper`, number `n`, is the first; `alone` if the only."""

    n: int
    paper: Paper
    alone: bool
    statements: tuple[StatementView, ...]


@dataclass(frozen=True, slots=True)
class RowView:
    """One aspect of a comparison; a cell is empty where that paper's abstract does not state it."""

    aspect: str
    cells: tuple[tuple[StatementView, ...], ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """A comparison: a column for each of the papers, given with their numbers."""

    papers: tuple[tuple[int, Paper], ...]
    rows: tuple[RowView, ...]
    not_stated: str = NOT_STATED


@dataclass(frozen=True, slots=True)
class StatementList:
    """All sentences of an answer."""

    groups: tuple[GroupView, ...]
    table: TableView | None


@dataclass(frozen=True, slots=True)
class ParagraphView:
    """Written sentences in a row on one `theme`, "" for none. Those that are `direct` are the answer in short."""

    theme: str
    statements: tuple[StatementView, ...]
    direct: bool = False


def statement_list(statements: Sequence[Statement]) -> StatementList:
    """`statements` in order; those that compare papers in a table after the others."""
    running, compared = split(statements)
    groups = tuple(_group(list(run)) for _, run in groupby(running, key=_numbers))
    return StatementList(groups, _table(compared) if compared else None)


def paragraphs(written: Sequence[Statement]) -> list[ParagraphView]:
    """The `written` answer: a paragraph for each theme. A first sentence without a theme has one of its own."""
    first = written[:1] if written and not written[0].theme else ()
    direct = [ParagraphView("", (_statement(sentence),), direct=True) for sentence in first]
    rest = phrases.themes(written[len(first) :])
    return direct + [ParagraphView(theme, tuple(map(_statement, run))) for theme, run in rest]


def quoted(citations: Sequence[Citation]) -> StatementList:
    """`citations` as sentences of their own."""
    return statement_list([Statement(citation.quote, (citation,), "quote") for citation in citations])


def statements_html(statements: Sequence[Statement]) -> str:
    """The elements of all `statements`."""
    return templates.fragment("statements.html", "statement_list", statement_list(statements))


def _numbers(statement: Statement) -> tuple[int, ...]:
    """The numbers of the papers that a statement cites, each once."""
    return tuple(dict.fromkeys(citation.n for citation in statement.citations))


def _group(run: Sequence[Statement]) -> GroupView:
    first, numbers = run[0].citations[0], _numbers(run[0])
    return GroupView(first.n, first.paper, len(numbers) == 1, tuple(map(_statement, run)))


def _table(compared: Table) -> TableView:
    rows = (RowView(aspect, tuple(tuple(map(_statement, cell)) for cell in cells)) for aspect, cells in compared.rows)
    return TableView(tuple(compared.papers.items()), tuple(rows))


def _statement(statement: Statement) -> StatementView:
    markers = tuple(_marker(statement, n) for n in _numbers(statement))
    return StatementView(statement.text, statement.verdict == "quote", statement.verdict == "unverified", markers)


def _marker(statement: Statement, n: int) -> MarkerView:
    citations = [citation for citation in statement.citations if citation.n == n]
    paper = citations[0].paper
    spans = " ".join(f"{citation.start}-{citation.end}" for citation in citations)
    quote = " … ".join(citation.quote for citation in citations)
    digest = f"; {DIGEST_NOTE}" if statement.verdict == "quote" and paper.digest else ""
    return MarkerView(n, paper.title, spans, quote, phrases.check(statement) + digest)
