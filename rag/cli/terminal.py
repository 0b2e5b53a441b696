"""What the commands write to the terminal: progress, answers as they stream, one JSON object a line."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from rag.text import one_line

if TYPE_CHECKING:
    from tqdm import tqdm

    from rag.answer.types import Answer, Event, Statement
    from rag.progress import Progress
    from rag.query.batch import BatchQuestion
    from rag.sources.skipped import Skipped

# Of a stage; else papers.
UNITS = {"reading": " files", "vocabulary": " words", "calibrating": " questions", "asking": " questions"}


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on standard error with rate and time left, one for each stage; nothing where it is not a terminal."""
    from tqdm import tqdm

    bars: dict[str, tqdm[Any]] = {}

    def show(stage: str, done: int, total: int) -> None:
        if stage not in bars:
            unit = UNITS.get(stage, " papers")
            bars[stage] = tqdm(total=total, desc=stage.capitalize(), unit=unit, disable=None, file=sys.stderr)
        bars[stage].update(done - bars[stage].n)
        if done == total:  # its last line stays, and the next stage's bar begins below
            bars[stage].close()

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()


async def show_answer_json(events: AsyncIterator[Event], asked: BatchQuestion) -> None:
    """The finished answer, behind the id of its question."""
    from rag.answer.types import Answer
    from rag.export.json import answer_json

    async for event in events:
        if isinstance(event, Answer):
            show_json(asked.label | answer_json(event))


async def show_export(events: AsyncIterator[Event], format_: str) -> None:
    """The finished answer as one of `rag.export.formats.FORMATS`; on standard error that it is none, for the file may not."""
    from rag.answer.types import Answer
    from rag.export.formats import FORMATS
    from rag.export.phrases import refusal

    async for event in events:
        if isinstance(event, Answer):
            click.echo(FORMATS[format_](event), nl=False)
            show_notice(refusal(event) if event.refused else "")
            show_notice(event.notice)


async def show_answer(events: AsyncIterator[Event]) -> None:
    """The answer as it streams: the count where papers are listed, sentences under titles, what the end brings."""
    from rag.answer.types import Found, Statement
    from rag.cli import render
    from rag.export.phrases import match_count

    last = 0  # the paper under whose title the sentences stand
    headed: set[int] = set()
    async for event in events:
        if isinstance(event, Found):
            show_filters(event.filters)
            if event.intent == "papers" and event.papers:
                click.echo(match_count(len(event.papers), event.searched))
        elif isinstance(event, Statement):
            if event.aspect:
                continue  # its place is in a table, which stands once all of it has come
            numbers = {citation.n for citation in event.citations}
            alone = next(iter(numbers)) if len(numbers) == 1 else 0
            click.echo(render.statement_text(event, headed=bool(alone) and alone != last))
            last, headed = alone, headed | {alone}
        else:
            show_table(event.statements)
            show_titles(event, headed)
            if event.refused:
                click.echo(render.refusal_text(event))
            if event.intent == "papers" and event.related:
                click.echo(render.partial_text(event.related))
            show_notice(event.notice)


def show_titles(answer: Answer, headed: Collection[int]) -> None:
    """The papers that only sentences about several cite, and so have no title above them."""
    from rag.cli import render

    unnamed = {
        one.n: one.paper for s in answer.statements if not s.aspect for one in s.citations if one.n not in headed
    }
    for at, (n, paper) in enumerate(sorted(unnamed.items())):
        click.echo(("" if at else "\n") + render.heading(n, paper))


def show_table(statements: Sequence[Statement]) -> None:
    """The table of a comparison, or of one paper alone what it says of each aspect."""
    from rag.answer.table import split
    from rag.cli import render

    rest, table = split(statements)
    if table:
        click.echo(render.table_text(table))
    else:
        for n, statement in enumerate(one for one in rest if one.aspect):
            click.echo(render.statement_text(statement, headed=n == 0))


def show_filters(filters: Sequence[str]) -> None:
    """Which filters were applied, where any were."""
    from rag.cli import render

    if filters:
        click.echo(render.filters_text(filters))


def show_notice(notice: str) -> None:
    """What was worse than asked for, on standard error."""
    if notice:
        click.echo(one_line(notice), err=True)


def show_skipped(skipped: Sequence[Skipped]) -> None:
    """What a rebuild does not read, on standard error."""
    for one in skipped:
        click.echo(one_line(f"Skipped {one}"), err=True)


def show_json(data: dict[str, Any]) -> None:
    """One object on one line."""
    click.echo(json.dumps(data, ensure_ascii=False))
