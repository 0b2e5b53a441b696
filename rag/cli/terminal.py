"""What commands print: progress, answers as they are streamed, and JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from rag.cli import render
from rag.text import one_line

if TYPE_CHECKING:
    from tqdm import tqdm

    from rag.answer.types import Answer, Event, Found, Statement
    from rag.export.formats import Format
    from rag.progress import Progress
    from rag.query.batch import BatchQuestion
    from rag.retrieval.hits import Hit
    from rag.sources.skipped import Skipped

# What each stage counts, if not papers.
_UNITS = {
    "reading": " files",
    "vocabulary": " words",
    "calibrating": " questions",
    "asking": " questions",
    "checking": " claims",
    "judging": " claims",
}


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar per stage, on standard error; nothing if that is not a terminal."""
    from tqdm import tqdm

    bars: dict[str, tqdm[Any]] = {}

    def show(stage: str, done: int, total: int) -> None:
        if stage not in bars:
            unit = _UNITS.get(stage, " papers")
            bars[stage] = tqdm(total=total, desc=stage.capitalize(), unit=unit, disable=None, file=sys.stderr)
        bars[stage].update(done - bars[stage].n)
        if done == total:  # leaves the finished bar on its line and starts the next one below
            bars[stage].close()

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()


async def show_answer_json(events: AsyncIterator[Event], question: BatchQuestion) -> None:
    """Prints the complete answer as JSON, after the id of its question."""
    from rag.answer.types import Answer
    from rag.export.json import answer_json

    async for event in events:
        if isinstance(event, Answer):
            show_json(question.label | answer_json(event))


async def show_export(events: AsyncIterator[Event], format_: Format) -> None:
    """Prints the complete answer in `format_`, and on standard error a refusal: not every format can express it."""
    from rag.answer.types import Answer
    from rag.export.phrases import refusal

    async for event in events:
        if isinstance(event, Answer):
            show_file(format_.answers(event))
            show_notice(refusal(event) if event.refused else "")
            show_notice(event.notice)


def show_papers(hits: Sequence[Hit], export: str) -> None:
    """Prints the papers of `hits` in the format that is called `export`."""
    from rag.export.formats import PAPER_EXPORTS

    show_file(PAPER_EXPORTS[export]([hit.paper for hit in hits]))


def show_file(text: str) -> None:
    """Prints `text` as it is to be in a file: its line ends are not changed to those of the system."""
    click.echo(text.encode(), nl=False)


async def show_answer(events: AsyncIterator[Event]) -> None:
    """Prints the answer as it is streamed, its sentences grouped under the titles of their papers."""
    from rag.answer.types import Found, Statement

    current = 0  # the number of the paper whose title was printed last, 0 after a sentence on several papers
    titled: set[int] = set()
    async for event in events:
        if isinstance(event, Found):
            show_found(event)
        elif not isinstance(event, Statement):
            show_rest(event, titled)
        elif not event.aspect:  # those with an aspect are printed at the end, as a table
            numbers = {citation.n for citation in event.citations}
            number = numbers.pop() if len(numbers) == 1 else 0
            click.echo(render.statement_text(event, with_title=number not in (0, current)))
            current = number
            titled.add(number)


def show_found(found: Found) -> None:
    """Prints the filters that were applied, and for a question about papers how many match."""
    from rag.export.phrases import match_count
    from rag.query.intent import LISTS

    show_filters(found.filters)
    if found.headline and found.papers:
        click.echo(render.fill(found.headline, ""))
    if found.intent in LISTS and found.papers:
        click.echo(match_count(len(found.papers), found.searched))


def show_rest(answer: Answer, titled: Collection[int]) -> None:
    """Prints what follows the statements. `titled` are the numbers of the papers whose titles were printed."""
    show_table(answer.statements)
    show_titles(answer, titled)
    if answer.wish:
        click.echo(render.listed_text(answer))
    if answer.refused:
        click.echo(render.refusal_text(answer))
    if answer.lists_papers and answer.related:
        click.echo(render.related_text(answer.related))
    show_notice(answer.notice)


def show_titles(answer: Answer, titled: Collection[int]) -> None:
    """Prints the titles of papers that are cited only together with others, and so are not among `titled`."""
    cited = (citation for statement in answer.statements if not statement.aspect for citation in statement.citations)
    untitled = {citation.n: citation.paper for citation in cited if citation.n not in titled}
    for position, (n, paper) in enumerate(sorted(untitled.items())):
        click.echo(("" if position else "\n") + render.heading(n, paper))


def show_table(statements: Sequence[Statement]) -> None:
    """Prints the comparison in `statements` as a table, or as a list if it is of a single paper."""
    from rag.answer.table import split

    others, table = split(statements)
    if table:
        click.echo(render.table_text(table))
    else:
        for n, statement in enumerate(statement for statement in others if statement.aspect):
            click.echo(render.statement_text(statement, with_title=n == 0))


def show_filters(filters: Sequence[str]) -> None:
    """Prints the filters that were applied, if any."""
    if filters:
        click.echo(render.filters_text(filters))


def show_notice(notice: str) -> None:
    """Prints `notice`, if any, on standard error."""
    if notice:
        click.echo(one_line(notice), err=True)


def show_skipped(skipped: Sequence[Skipped]) -> None:
    """Prints the records that a rebuild leaves out, on standard error."""
    for record in skipped:
        click.echo(one_line(f"Skipped {record}"), err=True)


def is_interactive() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def show_json(data: dict[str, Any]) -> None:
    """Prints `data` on one line."""
    click.echo(json.dumps(data, ensure_ascii=False))
