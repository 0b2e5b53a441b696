"""Answers as Markdown, each sentence with its citations and what was checked of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rag.answer.table import NOT_STATED, Table, split
from rag.answer.types import Answer, Citation, Statement
from rag.export import escape
from rag.export.bibtex import bibtex
from rag.export.phrases import (
    EVIDENCE_HEADING,
    FILTERS_LABEL,
    NEAREST_HEADING,
    RELATED_HEADING,
    byline,
    check,
    display_title,
    markers,
    match_count,
    refusal,
    summary,
    themes,
)
from rag.export.references import papers_of
from rag.paper import Paper


def markdown(*answers: Answer) -> str:
    """`answers` in order: the question as heading, what is written, the quotes under their papers, then the sources."""
    return "\n\n".join(block for answer in answers for block in _blocks(answer)) + "\n"


def _blocks(answer: Answer) -> Iterator[str]:
    """The parts of `answer`, to be separated by blank lines."""
    yield f"# {escape.markdown(answer.question)}"
    if answer.filters:
        yield f"{FILTERS_LABEL} {', '.join(map(escape.markdown, answer.filters))}"
    if answer.headline and not answer.refused:
        yield escape.markdown(answer.headline)
    if answer.refused:
        yield from _refusal(answer)
    yield from _written(answer)
    if answer.lists_papers and not answer.refused:
        yield match_count(answer.relevant_count, answer.searched)
    if answer.listed:
        yield from _listed(answer)
    rest, compared = split(answer.statements)
    yield from _statements(rest)
    if compared:
        yield _table(compared)
    related = answer.related if answer.lists_papers else ()
    if related:
        yield RELATED_HEADING
        yield from _statements([Statement(citation.quote, (citation,), "quote") for citation in related])
    if answer.notice:
        yield escape.markdown(answer.notice)
    yield from _sources([*answer.citations, *related])


def _written(answer: Answer) -> Iterator[str]:
    """What a model wrote, as running text under its themes, and what it did."""
    for theme, run in themes(answer.written):
        if theme:
            yield f"## {escape.markdown(theme)}"
        yield " ".join(map(_statement, run))
    if answer.effort:
        yield escape.markdown(summary(answer.effort))
    if answer.written:
        yield f"## {EVIDENCE_HEADING}"


def _listed(answer: Answer) -> Iterator[str]:
    """The papers that an answer lists, in its form."""
    if answer.form == "bibtex":
        yield f"```bibtex\n{bibtex(papers_of(answer), abstracts=False)}```"
        return
    for listed in answer.listed:
        paper = listed.paper
        written = escape.markdown(byline(paper))
        yield f"**[{listed.n}]** {_link(paper)}" + (f"  \n{written}" if written else "")
        if answer.form == "abstract":
            yield f"> {escape.markdown(paper.abstract)}"


def _refusal(answer: Answer) -> Iterator[str]:
    yield escape.markdown(refusal(answer))
    if answer.nearest:
        yield NEAREST_HEADING
        yield "\n".join(f"- {_name(paper)}" for paper in answer.nearest)


def _statements(statements: Sequence[Statement]) -> Iterator[str]:
    """Sentences in order; consecutive ones that cite the same single paper are grouped under its title."""
    for numbers, run in groupby(statements, key=lambda statement: {citation.n for citation in statement.citations}):
        sentences = list(run)
        if len(numbers) == 1:
            yield f"**{_name(sentences[0].citations[0].paper)}**"
        yield from map(_statement, sentences)


def _table(compared: Table) -> str:
    """A row for each aspect, a column for each paper. A vertical bar would end a cell, so it becomes an entity."""
    head = ["", *(f"{_name(paper)} [{n}]" for n, paper in compared.papers.items())]
    rows = [
        [aspect, *("<br>".join(map(_statement, cell)) or NOT_STATED for cell in cells)]
        for aspect, cells in compared.rows
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def _statement(statement: Statement) -> str:
    """The sentence with its markers: in quotation marks if it is verbatim, or followed by what was checked of it."""
    text = escape.markdown(statement.text)
    if statement.verdict == "quote":
        return f"“{text}”{markers(statement)}"
    return f"{text}{markers(statement)} ({escape.markdown(check(statement))})"


def _sources(citations: Sequence[Citation]) -> Iterator[str]:
    """Each paper by number, with its authors and year, if known, and its quotes."""
    if citations:
        yield "## Sources"
    for n, run in groupby(sorted(citations, key=lambda citation: citation.n), key=lambda citation: citation.n):
        quotes = list(run)
        paper = quotes[0].paper
        yield f"**[{n}]** {_link(paper)}"
        if written := byline(paper):
            yield escape.markdown(written)
        yield from (f"> “{escape.markdown(citation.quote)}”" for citation in quotes)


def _link(paper: Paper) -> str:
    url = escape.http_url(paper.url)
    return f"[{_name(paper)}](<{url}>)" if url else _name(paper)


def _name(paper: Paper) -> str:
    return escape.markdown(display_title(paper))
