"""The command line: each command parses, calls, prints. Heavy imports wait until a command needs them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag import __version__, terminal
from rag.errors import QuestionError, RagError
from rag.papers import one_line

if TYPE_CHECKING:
    from rag.batch import Asked
    from rag.chat import Chat
    from rag.evaluate.questions import Benchmark
    from rag.evaluate.run import Run
    from rag.index.build import Progress
    from rag.settings import Settings

    Measure = Callable[[Benchmark, Settings, Progress], Run]


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


index_option = click.option("--index", "index_dir", type=click.Path(path_type=Path), help="Folder of the index.")
llm_option = click.option(
    "--llm",
    help="bundled, none, gguf:PATH, ollama:MODEL, openai-like:URL#MODEL, openai:MODEL, anthropic:MODEL or "
    "gemini:MODEL; see rag models.",
)
writer_option = click.option(
    "--writer",
    type=click.Choice(["auto", "quotes", "sentences", "synthesis"]),
    help="How the LLM writes: not at all, a sentence at a time, or from all evidence at once. By its size if auto.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
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


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@index_option
def rebuild(paths: tuple[Path, ...], index_dir: Path | None) -> None:
    """Build the index anew from files and folders of listing pages (.txt) and JSONL.

    Without PATHS, from the papers that came with rag. The index that is there answers until the new one is ready.
    """
    _rebuild(list(paths), _settings(index_dir=index_dir))


@main.command()
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
    chat = _chat(_settings(index_dir=index_dir, llm="none"))
    from rag import render
    from rag.query import past, understand

    retriever = chat.retriever()

    def show(asked: Asked) -> None:
        query = understand(asked.question, retriever.store, past(asked, retriever.store), _without(asked, no_filters))
        hits = retriever.search(query.phrasings, top, query.among)
        if as_json or batch:
            terminal.show_json(asked.label | render.hits_json(hits) | render.told(query.filters, query.notice))
        else:
            terminal.show_filters(query.filters)
            click.echo(render.hits_text(hits.papers) if query.searched else render.no_paper(query.filters))
            terminal.show_notice(query.notice)

    _each(questions, show, bool(batch))


@main.command()
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
    chat = _chat(_settings(index_dir=index_dir, llm=llm, writer=writer))
    from rag.query import past

    def show(asked: Asked) -> None:
        conversation = chat.conversation(past(asked, chat.retriever().store))
        events = conversation.ask(asked.question, _without(asked, no_filters))
        if as_json or batch:
            asyncio.run(terminal.show_answer_json(events, asked))
        elif export:
            asyncio.run(terminal.show_export(events, export))
        else:
            asyncio.run(terminal.show_answer(events))

    _each(questions, show, bool(batch))


@main.command()
@json_option
@llm_option
def models(as_json: bool, llm: str | None) -> None:
    """List the language models within reach, first the one that writes, and what others lack."""
    settings = _settings(llm=llm)
    from rag.llm.choices import choices

    for choice in choices(settings.llm):
        terminal.show_json(asdict(choice)) if as_json else click.echo(choice)


@main.command("eval")
@click.argument("judged", metavar="QUESTIONS", type=click.Path(path_type=Path))
@click.option(
    "--compare",
    type=click.Path(path_type=Path),
    metavar="SETTINGS.toml",
    help="Ask under these settings as well, and show both: a file like rag.toml; what it leaves out stays as it is.",
)
@click.option("--answers", is_flag=True, help="Measure whole answers: what they cite and quote, and their seconds.")
@json_option
@llm_option
@index_option
def eval_(
    judged: Path, compare: Path | None, answers: bool, as_json: bool, llm: str | None, index_dir: Path | None
) -> None:
    """Measure retrieval, or answers, on judged QUESTIONS: a JSONL file, or a folder in BEIR format.

    \b
    A file has one question a line, asked of your index:
      {"id": 1, "question": "…", "relevant": {"title of a paper": 2, …}}
    A grade is 1 for a paper that touches the question and more for a better one;
    "relevant" is {} where no paper answers. "type" groups questions in the table,
    "history" holds earlier turns, as for rag ask --batch. "evidence" holds what
    a good answer quotes: [{"title": "…", "sentence": "…"}, …]

    \b
    A BEIR folder holds corpus.jsonl, queries.jsonl, and qrels.tsv or
    qrels/test.tsv. Its corpus gets an index of its own, built once, in eval/ of
    the index folder.

    \b
    nDCG@10    are the best papers first? A paper gains 2^grade - 1
    recall@N   share of the relevant papers among the first N
    MRR@20     1 / rank of the first relevant paper
    AUROC      do questions that have an answer look answerable, and others not?
               0.5 is chance; "-" without questions of both kinds

    \b
    With --answers, asked as by rag ask; a number is of the questions it fits:
    cite P         share of the cited papers that are relevant; 0 if none is cited
    cite R         share of the papers of grade 2 and more that are cited, or of
                   the highest grade where that is 1
    evidence R     share of "evidence" that stands in the quotes or the answer,
                   by letters and digits
    verbatim       share of the quotes that stand so in the abstract they cite
    refusal right  refused if, and only if, no paper is relevant
    unsupported    share of the sentences that are neither a quote nor checked
                   to say what they cite
    first, total   seconds to the first sentence and to the last; the median

    With --compare, p is how often chance alone would make such a difference.
    """
    if llm and not answers:
        raise click.UsageError("--llm is for --answers: retrieval asks no model.")
    settings = _settings(index_dir=index_dir, llm=llm)
    from rag.settings import changed

    others = [changed(settings, compare)] if compare else []  # what is wrong with them shows before minutes of work
    from rag.evaluate import answers as answering
    from rag.evaluate import beir, questions, report, run

    benchmark = beir.read(judged) if judged.is_dir() else questions.read(judged)
    measure = answering.run if answers else run.run
    runs = [_evaluated(measure, benchmark, each) for each in (settings, *others)]
    rows = report.compare(*runs) if compare else report.summary(*runs)
    if not as_json:
        click.echo(report.table(rows))
    for row in rows if as_json else ():
        terminal.show_json(row)
    _fail_for(runs)


@main.command("chat")
@click.option("--host", help="Address to listen on; default 127.0.0.1, this machine only.")
@click.option("--port", type=int, help="Port to listen on; default 7860.")
@llm_option
@writer_option
@index_option
def chat_(host: str | None, port: int | None, llm: str | None, writer: str | None, index_dir: Path | None) -> None:
    """Open the chat in the browser; builds the index from the shipped papers if there is none."""
    settings = _settings(index_dir=index_dir, llm=llm, writer=writer, host=host, port=port)
    from rag.chat import Chat
    from rag.index import generations
    from rag.ui import claim, launch

    claim(settings.host, settings.port)  # first: all that follows takes seconds
    if generations.current(settings.index_dir) is None:
        _rebuild([], settings)
    launch(Chat(settings))


def _settings(**overrides: Any) -> Settings:
    from rag import settings

    return settings.load(**overrides)


def _chat(settings: Settings) -> Chat:
    """The models and the index, loaded and known to work before the first question."""
    from rag.chat import Chat

    chat = Chat(settings)
    chat.load()
    return chat


def _rebuild(paths: list[Path], settings: Settings) -> None:
    from rag.index import build
    from rag.settings import shipped

    with terminal.progress_bar() as progress:
        report = build.rebuild(paths or [shipped("papers")], settings.index_dir, settings.embedding, progress)
    for skipped in report.skipped:
        click.echo(one_line(f"Skipped {skipped}"), err=True)
    click.echo(str(report))


def _evaluated(measure: Measure, benchmark: Benchmark, settings: Settings) -> Run:
    with terminal.progress_bar() as progress:
        done = measure(benchmark, settings, progress)
    if lost := done.missing:
        of = f"{len(lost)} judged paper{'' if len(lost) == 1 else 's'}"
        click.echo(one_line(f"Not in the index, so never found: {of}, such as {lost[0][:100]}"), err=True)
    for notice, times in Counter(one.notice for one in done.outcomes if one.notice).items():
        terminal.show_notice(f"{times} of {len(done.outcomes)} answers: {notice}")
    return done


def _fail_for(runs: list[Run]) -> None:
    """Ends the command with status 1, after the numbers, where they leave out questions that could not be asked."""
    errors = {n: one.error for each in runs for n, one in enumerate(each.outcomes, 1) if one.error}
    if errors:
        first = runs[0].outcomes[min(errors) - 1].judged.asked.id
        raise QuestionError(
            f"{len(errors)} of {len(runs[0].outcomes)} questions could not be asked and are left out; "
            f"of {first}: {errors[min(errors)]}"
        )


def _questions(question: str | None, batch: Path | None) -> list[Asked]:
    from rag.batch import Asked, read

    if (question is None) == (batch is None):
        raise click.UsageError("Give one question in quotes, or a file of them: --batch FILE")
    return read(batch) if batch else [Asked(question or "")]


def _each(questions: list[Asked], show: Callable[[Asked], None], batch: bool) -> None:
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


def _without(asked: Asked, no_filters: bool) -> set[str]:
    """The filters of a question that are not to be applied: all or none."""
    from rag.query import narrowing

    return narrowing(asked.question) if no_filters else set()
