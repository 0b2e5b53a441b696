"""Answers as CSV, one row per citation."""

from __future__ import annotations

from csv import writer
from io import StringIO

from rag.answer.types import Answer, Citation, Statement
from rag.export import escape

COLUMNS = "question n title authors year url sentence verdict quote start end digest".split()


def csv(*answers: Answer) -> str:
    """A header of COLUMNS, then one row for each citation of each statement.

    `start` and `end` are character offsets of the quote in the abstract. A cell that a spreadsheet would take for a
    formula is prefixed with an apostrophe.
    """
    text = StringIO()
    rows = writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for answer in answers:
        for statement in answer.statements:
            rows.writerows(_row(answer, statement, citation) for citation in statement.citations)
    return text.getvalue()


def _row(answer: Answer, statement: Statement, citation: Citation) -> list[str | int | None]:
    paper = citation.paper
    row = [
        *(answer.question, citation.n, paper.title, "; ".join(paper.authors), paper.year, escape.http_url(paper.url)),
        *(statement.text, statement.verdict, citation.quote, citation.start, citation.end, str(paper.digest).lower()),
    ]
    return [escape.cell(value) if isinstance(value, str) else value for value in row]
