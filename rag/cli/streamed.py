"""An answer on a terminal, printed as it is streamed."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence

import click

from rag.answer.table import split
from rag.answer.types import Answer, Event, Found, Statement, Working, Written
from rag.cli import render
from rag.export.phrases import match_count, progress, theme_name
from rag.query.intent import LISTS
from rag.text import one_line


class StreamedAnswer:
    """Prints the events of one answer: the quotes under the titles of their papers, then what a model writes.

    What the model does meanwhile is on standard error, on a line of its own that is rewritten, if that is a terminal.
    """

    def __init__(self) -> None:
        self._quotes: list[Statement] = []
        self._quotes_complete = False
        self._written: list[Statement] = []
        self._current = 0  # the number of the paper whose title was printed last, 0 after a sentence on several papers
        self._titled: set[int] = set()
        self._progress = ""

    def take(self, event: Event) -> None:
        """Prints what `event` adds."""
        if isinstance(event, Working) and progress(event) == self._progress:
            return
        self.clear()
        if isinstance(event, Found):
            show_found(event)
        elif isinstance(event, Statement):
            self._quotes.append(event)
            if not event.aspect:  # those with an aspect are printed once all are there, as a table
                self._quote(event)
        else:
            self._complete_quotes()
            if isinstance(event, Working):
                self._work(event)
            elif isinstance(event, Written):
                self._write(event.statement)
            else:
                self._end(event)

    def clear(self) -> None:
        """Takes the line of progress away."""
        if self._progress:
            click.echo(f"\r{' ' * len(self._progress)}\r", nl=False, err=True)
        self._progress = ""

    def _quote(self, statement: Statement) -> None:
        numbers = _numbers([statement])
        number = numbers.pop() if len(numbers) == 1 else 0
        click.echo(render.statement_text(statement, with_title=number not in (0, self._current)))
        self._current = number
        self._titled.add(number)

    def _complete_quotes(self) -> None:
        if not self._quotes_complete:
            show_table(self._quotes)
        self._quotes_complete = True

    def _work(self, working: Working) -> None:
        if sys.stderr.isatty():
            self._progress = progress(working)
            click.echo(self._progress, nl=False, err=True)

    def _write(self, statement: Statement) -> None:
        before = theme_name(self._written[-1]) if self._written else ""
        if not self._written:
            click.echo("\nWritten answer:")
        if theme_name(statement) not in ("", before):
            click.echo(f"\n{render.fill(theme_name(statement), '  ')}")
        self._written.append(statement)
        quoted = {citation for quote in self._quotes for citation in quote.citations}
        click.echo(render.written_text(statement, quoted))

    def _end(self, answer: Answer) -> None:
        """Prints what the whole `answer` has besides what was printed."""
        self._correct(answer)
        for statement in answer.written:
            if statement not in self._written:
                self._write(statement)
        show_titles(answer, self._titled)
        if answer.wish:
            click.echo(render.listed_text(answer))
        if answer.refused:
            click.echo(render.refusal_text(answer))
        if answer.lists_papers and answer.related:
            click.echo(render.related_text(answer.related))
        if answer.effort:
            click.echo(render.effort_text(answer.effort))
        if answer.notice:
            click.echo(one_line(answer.notice), err=True)

    def _correct(self, answer: Answer) -> None:
        """Prints the papers that match though they were not printed, and which of those printed do not match."""
        before, now = _numbers(self._quotes), _numbers(answer.statements)
        if gone := [statement for statement in self._quotes if not _numbers([statement]) & now]:
            click.echo(render.unmatched_text(gone))
        if not before and now:
            papers = tuple(dict.fromkeys(one.paper for said in answer.statements for one in said.citations))
            show_found(Found(papers, answer.searched, (), answer.intent, answer.headline))
        elif before != now and now and answer.lists_papers:
            click.echo(f"\n{match_count(answer.relevant_count, answer.searched)}")
        new = [statement for statement in answer.statements if _numbers([statement]) - before]
        if before and new:
            click.echo("\nThese match as well:")
        self._quotes += new
        for statement in new:
            if not statement.aspect:
                self._quote(statement)
        if any(statement.aspect for statement in new):
            show_table(answer.statements)


def show_found(found: Found) -> None:
    """Prints the filters that were applied, and for a question about papers how many match."""
    if found.filters:
        click.echo(render.filters_text(found.filters))
    if found.headline and found.papers:
        click.echo(render.fill(found.headline, ""))
    if found.intent in LISTS and found.papers:
        click.echo(match_count(len(found.papers), found.searched))
    if found.measurements:
        click.echo(render.measurements_text(found.measurements))
        click.echo("\nThe sentences that state these numbers:")


def show_titles(answer: Answer, titled: Collection[int]) -> None:
    """Prints the titles of papers that are cited only together with others, and so are not among `titled`."""
    sentences = (*(statement for statement in answer.statements if not statement.aspect), *answer.written)
    cited = (citation for statement in sentences for citation in statement.citations)
    untitled = {citation.n: citation.paper for citation in cited if citation.n not in titled}
    for position, (n, paper) in enumerate(sorted(untitled.items())):
        click.echo(("" if position else "\n") + render.heading(n, paper))


def show_table(statements: Sequence[Statement]) -> None:
    """Prints the comparison in `statements` as a table, or as a list if it is of a single paper."""
    others, table = split(statements)
    if table:
        click.echo(render.table_text(table))
    else:
        for n, statement in enumerate(statement for statement in others if statement.aspect):
            click.echo(render.statement_text(statement, with_title=n == 0))


def _numbers(statements: Sequence[Statement]) -> set[int]:
    """The numbers of the papers that `statements` cite."""
    return {citation.n for statement in statements for citation in statement.citations}
