"""Answers as files for other programs, each sentence with its citation: Markdown, BibTeX and CSV. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from csv import writer
from io import StringIO
from itertools import groupby

from rag import escape, render
from rag.bibtex import bibtex
from rag.citations import Answer, Citation, Statement
from rag.papers import Paper
from rag.table import UNSAID, Table, split

COLUMNS = "question n title authors year url sentence verdict quote start end digest".split()


def markdown(*answers: Answer) -> str:
    """`answers` in turn: the question as heading, sentences with markers under their papers, and the sources."""
    return "\n\n".join(block for answer in answers for block in _blocks(answer)) + "\n"


def csv(*answers: Answer) -> str:
    """COLUMNS, then a row for each citation of each sentence; `start` and `end` are places in the abstract.

    What a spreadsheet would take for a formula begins with an apostrophe.
    """
    text = StringIO()
    rows = writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for answer in answers:
        for statement in answer.statements:
            rows.writerows(_row(answer, statement, citation) for citation in statement.citations)
    return text.getvalue()


FORMATS: dict[str, Callable[..., str]] = {"md": markdown, "bib": bibtex, "csv": csv}  # by the ending of a file's name


def _row(answer: Answer, statement: Statement, citation: Citation) -> list[str | int | None]:
    paper = citation.paper
    row = [
        *(answer.question, citation.n, paper.title, "; ".join(paper.authors), paper.year, escape.web(paper.url)),
        *(statement.text, statement.verdict, citation.quote, citation.start, citation.end, str(paper.digest).lower()),
    ]
    return [escape.cell(value) if isinstance(value, str) else value for value in row]


def _blocks(answer: Answer) -> Iterator[str]:
    """What blank lines set apart."""
    yield f"# {escape.markdown(answer.question)}"
    if answer.filters:
        yield f"Only papers: {', '.join(map(escape.markdown, answer.filters))}"
    if answer.refused:
        yield from _refusal(answer)
    elif answer.kind == "papers":
        yield render.matching(answer.matching, answer.searched)
    rest, compared = split(answer.statements)
    yield from _statements(rest)
    if compared:
        yield _table(compared)
    partial = answer.partial if answer.kind == "papers" else ()
    if partial:
        yield "Partly:"
        yield from _statements([Statement(one.quote, (one,), "quote") for one in partial])
    if answer.notice:
        yield escape.markdown(answer.notice)
    yield from _sources([*answer.citations, *partial])


def _refusal(answer: Answer) -> Iterator[str]:
    yield escape.markdown(render.refusal(answer))
    if answer.nearest:
        yield "Nearest papers:"
        yield "\n".join(f"- {_name(paper)}" for paper in answer.nearest)


def _statements(statements: Sequence[Statement]) -> Iterator[str]:
    """Sentences in order; those in a row on one paper stand under its title."""
    for numbers, run in groupby(statements, key=lambda statement: {citation.n for citation in statement.citations}):
        sentences = list(run)
        if len(numbers) == 1:
            yield f"**{_name(sentences[0].citations[0].paper)}**"
        yield from map(_statement, sentences)


def _table(compared: Table) -> str:
    """A row for each aspect, a column for each paper. A bar would end a cell."""
    head = ["", *(f"{_name(paper)} [{n}]" for n, paper in compared.papers.items())]
    rows = [
        [aspect, *("<br>".join(map(_statement, cell)) or UNSAID for cell in cells)] for aspect, cells in compared.rows
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def _statement(statement: Statement) -> str:
    text = escape.markdown(statement.text)
    markers = "".join(f" [{n}]" for n in dict.fromkeys(citation.n for citation in statement.citations))
    return (f"“{text}”" if statement.verdict == "quote" else text) + markers


def _sources(citations: Sequence[Citation]) -> Iterator[str]:
    """Each paper by number, with what is known of it and its quotes."""
    if citations:
        yield "## Sources"
    for n, run in groupby(sorted(citations, key=lambda citation: citation.n), key=lambda citation: citation.n):
        quotes = list(run)
        paper = quotes[0].paper
        yield f"**[{n}]** {_link(paper)}"
        if by := ", ".join([*paper.authors, *([str(paper.year)] if paper.year else [])]):
            yield escape.markdown(by)
        yield from (f"> “{escape.markdown(citation.quote)}”" for citation in quotes)


def _link(paper: Paper) -> str:
    url = escape.web(paper.url)
    return f"[{_name(paper)}](<{url}>)" if url else _name(paper)


def _name(paper: Paper) -> str:
    return escape.markdown(render.name(paper))
