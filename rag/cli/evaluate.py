"""The command that measures, and what it prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli import terminal
from rag.cli.options import index_option, json_option, llm_option, settings_with
from rag.errors import QuestionError
from rag.text import one_line

if TYPE_CHECKING:
    from rag.evaluate.questions import Benchmark
    from rag.evaluate.run import Run
    from rag.progress import Progress
    from rag.settings import Settings

    Measure = Callable[[Benchmark, Settings, Progress], Run]


@click.command(short_help="Measure retrieval, or answers, on judged questions.")
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
def evaluate(
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
    settings = settings_with(index_dir=index_dir, llm=llm)
    from rag.settings import overridden

    others = [overridden(settings, compare)] if compare else []  # what is wrong with them shows before minutes of work
    from rag.evaluate import beir, questions, report, run
    from rag.evaluate.answers import run as measure_answers

    benchmark = beir.read(judged) if judged.is_dir() else questions.read(judged)
    terminal.show_notice(benchmark.notice)
    measure = measure_answers if answers else run.run
    runs = [_evaluated(measure, benchmark, each) for each in (settings, *others)]
    rows = report.compare(*runs) if compare else report.summary(*runs)
    if not as_json:
        click.echo(report.table(rows))
    for row in rows if as_json else ():
        terminal.show_json(row)
    _fail_for(runs)


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
