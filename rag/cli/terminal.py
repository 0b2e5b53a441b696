"""What commands print: progress, answers as they are streamed, and JSON lines."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from rag.cli import render
from rag.text import one_line

if TYPE_CHECKING:
    from tqdm import tqdm

    from rag.answer.types import Answer, Event
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
    "downloading": " MB",
}


def end_on_sigterm() -> None:
    """Has SIGTERM, by which service managers and containers stop a program, end this one as Ctrl+C does: with status 0.

    The first process of a container would ignore it.
    """

    def end(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not cut short how it ends
        sys.exit()

    signal.signal(signal.SIGTERM, end)


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


async def show_answer(events: AsyncIterator[Event]) -> Answer:
    """Prints the answer as it is streamed, and returns it; see `rag.cli.streamed.StreamedAnswer`."""
    from rag.answer.types import Answer
    from rag.cli.streamed import StreamedAnswer

    shown = StreamedAnswer()
    try:
        async for event in events:
            shown.take(event)
    finally:
        shown.clear()
    assert isinstance(event, Answer)  # the last event is
    return event


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
    """Prints `data` on one line; what the output's encoding may lack is escaped, so that nothing is lost."""
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    click.echo(json.dumps(data, ensure_ascii=not is_unicode))
