"""Answers as CSV, one row per citation, and papers, one row each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from csv import writer
from io import StringIO

from rag.answer.types import Answer, Citation, Statement
from rag.export import escape
from rag.export.phrases import judge_name
from rag.export.references import identifier, own_abstract
from rag.paper import Paper

COLUMNS = "question n title authors year url sentence verdict judge quote start end digest part".split()
PAPER_COLUMNS = "title authors year doi arxiv pmid url abstract source digest".split()


def csv(*answers: Answer) -> str:
    """A header of COLUMNS, then one row for each citation of each sentence.

    `judge` is the model that judged the sentence, empty if none did; `start` and `end` are character offsets of the
    quote in the abstract; `part` is "written" for a sentence of the written answer, "evidence" for one below it. A cell
    that a spreadsheet would take for a formula is prefixed with an apostrophe.
    """
    rows = (
        [*_row(answer, statement, citation), part]
        for answer in answers
        for part, statements in (("written", answer.written), ("evidence", answer.statements))
        for statement in statements
        for citation in statement.citations
    )
    return _table(COLUMNS, rows)


def papers_csv(papers: Sequence[Paper]) -> str:
    """A header of PAPER_COLUMNS, then one row for each of `papers`, with cells as in `csv`.

    A row has the abstract if it is the authors' own; if not, its `digest` is "true".
    """
    return _table(PAPER_COLUMNS, map(_paper_row, papers))


def _table(header: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> str:
    text = StringIO()
    table = writer(text, lineterminator="\n")
    table.writerow(header)
    for row in rows:
        table.writerow([escape.cell(value) if isinstance(value, str) else value for value in row])
    return text.getvalue()


def _row(answer: Answer, statement: Statement, citation: Citation) -> list[str | int | None]:
    paper = citation.paper
    return [
        *(answer.question, citation.n, paper.title, _authors(paper), paper.year, escape.http_url(paper.url)),
        *(statement.text, statement.verdict, judge_name(statement)),
        *(citation.quote, citation.start, citation.end, _digest(paper)),
    ]


def _paper_row(paper: Paper) -> list[str | int | None]:
    ids = (identifier(paper, namespace) for namespace in ("doi", "arxiv", "pmid"))
    return [
        *(paper.title, _authors(paper), paper.year, *ids, escape.http_url(paper.url)),
        *(own_abstract(paper), paper.source, _digest(paper)),
    ]


def _authors(paper: Paper) -> str:
    return "; ".join(paper.authors)


def _digest(paper: Paper) -> str:
    return str(paper.digest).lower()
