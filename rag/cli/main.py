"""The command line: each command parses, calls, prints. Heavy imports wait until a command needs them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag import __version__
from rag.cli import terminal
from rag.cli.evaluate import evaluate
from rag.cli.options import index_option, json_option, llm_option, settings_with, writer_option
from rag.errors import QuestionError, RagError
from rag.text import one_line

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.query.batch import BatchQuestion
    from rag.settings import Settings


class Commands(click.Group):
    """Turns a fault into one line and exit code 1; --debug shows where it came from."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as fault:  # the outermost place: whatever it is, the user gets one line, not a trace
            if ctx.params.get("debug"):
                raise
            unforeseen = f"{type(fault).__name__}: {fault}. To see where, run: rag --debug {ctx.invoked_subcommand} …"
            raise click.ClickException(one_line(str(fault) if isinstance(fault, RagError) else unforeseen)) from fault


no_filters_option = click.option(
    "--no-filters", is_flag=True, help="Search all papers, whatever the question says: “since 2020”, author:…, year:…"
)
batch_option = click.option(
    "--batch", type=click.Path(path_type=Path), help='File of questions, JSON lines {"id", "question", "history"?}.'
)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--debug", is_flag=True, help="Show stack traces.")
def main(debug: bool) -> None:
    """Ask questions of paper abstracts; every sentence of an answer is cited to the sentence that backs it."""


main.add_command(evaluate, "eval")


@main.command(short_help="Build the index anew.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only tell which papers would be added, changed and removed.")
@index_option
def rebuild(paths: tuple[Path, ...], dry_run: bool, index_dir: Path | None) -> None:
    """Build the index anew from files and folders of listing pages (.txt) and JSONL.

    Without PATHS, from the papers that came with rag and the files that were added in the chat. The index that is there
    answers until the new one is ready.
    """
    settings = settings_with(index_dir=index_dir)
    if dry_run:
        _try_out(list(paths), settings)
    else:
        _rebuild(list(paths), settings)


@main.command(short_help="List the papers nearest to a question.")
@click.argument("question", required=False)
@click.option("--top", type=click.IntRange(1, 200), default=10, show_default=True, help="Papers to show.")
@no_filters_option
@batch_option
@json_option
@index_option
def search(
    question: str | None, top: int, no_filters: bool, batch: Path | None, as_json: bool, index_dir: Path | None
) -> None:
    """List the papers nearest to QUESTION, each with the sentence that matched."""
    questions = _questions(question, batch)
    chat = _chat(settings_with(index_dir=index_dir, llm="none"))
    from rag.cli import render
    from rag.export.json import hits_json, notes_json
    from rag.export.phrases import no_paper
    from rag.query.understanding import batch_history, understand

    retriever = chat.retriever()

    def show(asked: BatchQuestion) -> None:
        query = understand(
            asked.question, retriever.store, batch_history(asked, retriever.store), _without(asked, no_filters)
        )
        hits = retriever.search(query.rewrites, top, query.among)
        if as_json or batch:
            terminal.show_json(asked.label | hits_json(hits) | notes_json(query.filters, query.notice))
        else:
            terminal.show_filters(query.filters)
            click.echo(render.hits_text(hits.papers) if query.searched else no_paper(query.filters))
            terminal.show_notice(query.notice)

    _each(questions, show, bool(batch))


@main.command(short_help="Answer a question, each sentence with its source.")
@click.argument("question", required=False)
@no_filters_option
@batch_option
@json_option
@click.option("--export", type=click.Choice(["md", "bib", "csv"]), help="Print Markdown, BibTeX or CSV, for a file.")
@llm_option
@writer_option
@index_option
def ask(
    question: str | None,
    no_filters: bool,
    batch: Path | None,
    as_json: bool,
    export: str | None,
    llm: str | None,
    writer: str | None,
    index_dir: Path | None,
) -> None:
    """Answer QUESTION from the abstracts, each sentence with its source, or say that they do not answer it."""
    if export and (batch or as_json):
        raise click.UsageError("--export is for one question, without --batch and --json.")
    questions = _questions(question, batch)
    chat = _chat(settings_with(index_dir=index_dir, llm=llm, writer=writer))
    from rag.query.understanding import batch_history

    def show(asked: BatchQuestion) -> None:
        conversation = chat.conversation(batch_history(asked, chat.retriever().store))
        events = conversation.ask(asked.question, _without(asked, no_filters))
        if as_json or batch:
            asyncio.run(terminal.show_answer_json(events, asked))
        elif export:
            asyncio.run(terminal.show_export(events, export))
        else:
            asyncio.run(terminal.show_answer(events))

    _each(questions, show, bool(batch))


@main.command(short_help="List the language models within reach.")
@json_option
@llm_option
def models(as_json: bool, llm: str | None) -> None:
    """List the language models within reach, first the one that writes, and what others lack."""
    settings = settings_with(llm=llm)
    from rag.llm.choices import choices

    for choice in choices(settings.llm):
        terminal.show_json(asdict(choice)) if as_json else click.echo(choice)


@main.command("chat", short_help="Open the chat in the browser.")
@click.option("--host", help="Address to listen on; default 127.0.0.1, this machine only.")
@click.option("--port", type=int, help="Port to listen on; default 7860.")
@llm_option
@writer_option
@index_option
def chat(host: str | None, port: int | None, llm: str | None, writer: str | None, index_dir: Path | None) -> None:
    """Open the chat in the browser; builds the index from the shipped papers if there is none."""
    settings = settings_with(index_dir=index_dir, llm=llm, writer=writer, host=host, port=port)
    from rag.chat.library import Library
    from rag.index import generations
    from rag.web.serve import claim, launch

    claim(settings.host, settings.port)  # first: all that follows takes seconds
    if generations.current(settings.index_dir) is None:
        _rebuild([], settings)
    launch(Library(settings))


def _chat(settings: Settings) -> Library:
    """The models and the index, loaded and known to work before the first question."""
    from rag.chat.library import Library

    chat = Library(settings)
    chat.load()
    return chat


def _rebuild(paths: list[Path], settings: Settings) -> None:
    from rag.chat.rebuild import rebuild

    with terminal.progress_bar() as progress:
        report = rebuild(_sources(paths, settings), settings.index_dir, settings.embedding, progress)
    terminal.show_skipped(report.skipped)
    click.echo(str(report))


def _try_out(paths: list[Path], settings: Settings) -> None:
    from rag.cli import render
    from rag.index import changes

    found = changes.compare(settings.index_dir, _sources(paths, settings))
    terminal.show_skipped(found.skipped)
    click.echo(render.changes_text(found))


def _sources(paths: list[Path], settings: Settings) -> list[Path]:
    from rag.index import uploads
    from rag.settings import shipped

    return paths or uploads.with_added(settings.index_dir, [shipped("papers")])


def _questions(question: str | None, batch: Path | None) -> list[BatchQuestion]:
    from rag.query.batch import BatchQuestion, read

    if (question is None) == (batch is None):
        raise click.UsageError("Give one question in quotes, or a file of them: --batch FILE")
    return read(batch) if batch else [BatchQuestion(question or "")]


def _each(questions: list[BatchQuestion], show: Callable[[BatchQuestion], None], batch: bool) -> None:
    """Shows the reply to each. In a `batch` a question that cannot be asked has its error for one, and others go on."""
    failed = 0
    for asked in questions:
        try:
            show(asked)
        except QuestionError as fault:
            if not batch:
                raise
            failed += 1
            terminal.show_json(asked.label | {"error": str(fault)})
    if failed:
        raise QuestionError(f'{failed} of {len(questions)} questions could not be asked; see their "error".')


def _without(asked: BatchQuestion, no_filters: bool) -> set[str]:
    """The filters of a question that are not to be applied: all or none."""
    from rag.query.understanding import written_filters

    return written_filters(asked.question) if no_filters else set(asked.without)
