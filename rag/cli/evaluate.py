"""`rag eval`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli import terminal
from rag.cli.options import index_option, json_option, llm_option, settings_with
from rag.errors import QuestionError
from rag.text import count, one_line

if TYPE_CHECKING:
    from rag.evaluate.questions import Benchmark
    from rag.evaluate.run import Run
    from rag.progress import Progress
    from rag.settings import Settings

    Measure = Callable[[Benchmark, Settings, Progress], Run]

_MAX_TITLE_CHARS = 100  # of a missing paper in its message


@click.command("eval", short_help="Measure retrieval or answers on judged questions.")
@click.argument("path", metavar="QUESTIONS", type=click.Path(path_type=Path))
@click.option(
    "--compare",
    type=click.Path(path_type=Path),
    metavar="SETTINGS.toml",
    help="Compare with other settings: a file like rag.toml. What it leaves out stays the same.",
)
@click.option("--answers", is_flag=True, help="Measure answers: what they cite and quote, and how long they take.")
@json_option
@llm_option
@index_option
def evaluate(
    path: Path, compare: Path | None, answers: bool, as_json: bool, llm: str | None, index_dir: Path | None
) -> None:
    """Measure retrieval, or with --answers whole answers, on QUESTIONS: a JSONL file, or a folder in BEIR format.

    \b
    Each line of a file is a question to your index:
      {"id": 1, "question": "…", "relevant": {"title of a paper": 2, …}}
    The grade of a paper is 1 if it is partly relevant and higher if it is more
    so; "relevant" is {} if no paper answers the question. Optional fields are
    "type", which groups questions in the table; "history", the earlier turns, as
    for rag ask --batch; and "evidence", the sentences that a good answer quotes:
    [{"title": "…", "sentence": "…"}, …]

    \b
    A BEIR folder has corpus.jsonl, queries.jsonl, and qrels.tsv or
    qrels/test.tsv. Its corpus gets its own index, which is built once and kept in
    eval/ of the index folder.

    \b
    nDCG@10    are the best papers ranked first? The gain of a paper is 2^grade - 1
    recall@N   share of the relevant papers among the first N
    MRR@20     1 / rank of the first relevant paper
    AUROC      do questions with an answer get a higher probability than those
               without? 0.5 is chance; "-" without questions of both kinds

    \b
    With --answers, each over the questions that it applies to:
    cite P         share of the cited papers that are relevant; 0 if none is cited
    cite R         share of the papers of grade 2 or higher that are cited, or of
                   grade 1 if there are no higher grades
    evidence R     share of the "evidence" found in the quotes or the answer,
                   comparing letters and digits only
    verbatim       share of the quotes that are verbatim in the abstract they cite
    refusal right  share of the questions that are refused if, and only if, no
                   paper is relevant
    unsupported    share of the sentences that are neither a quote nor fully
                   supported by what they cite
    first, total   median seconds until the first result and the end of the answer

    With --compare, p is the probability of such a difference by chance alone.
    """
    if llm and not answers:
        raise click.UsageError("--llm needs --answers: retrieval uses no language model.")
    settings = settings_with(index_dir=index_dir, llm=llm)
    from rag.settings import overridden

    others = [overridden(settings, compare)] if compare else []  # an error in them must not show only after minutes
    from rag.evaluate import beir, questions, report
    from rag.evaluate.answers import evaluate_answers
    from rag.evaluate.rankings import evaluate_rankings

    benchmark = beir.read(path) if path.is_dir() else questions.read(path)
    terminal.show_notice(benchmark.notice)
    measure = evaluate_answers if answers else evaluate_rankings
    runs = [_measure(measure, benchmark, each) for each in (settings, *others)]
    rows = report.compare(*runs) if compare else report.summary(*runs)
    if as_json:
        for row in rows:
            terminal.show_json(row)
    else:
        click.echo(report.table(rows))
    _raise_for_failed(runs)


def _measure(measure: Measure, benchmark: Benchmark, settings: Settings) -> Run:
    with terminal.progress_bar() as progress:
        run = measure(benchmark, settings, progress)
    if run.missing:
        papers = f"{count(len(run.missing), 'judged paper')}, such as “{run.missing[0][:_MAX_TITLE_CHARS]}”"
        click.echo(one_line(f"Missing from the index, so counted as not found: {papers}"), err=True)
    for notice, times in Counter(outcome.notice for outcome in run.outcomes if outcome.notice).items():
        terminal.show_notice(f"{times} of {len(run.outcomes)} answers: {notice}")
    return run


def _raise_for_failed(runs: Sequence[Run]) -> None:
    """Raises QuestionError if there were questions that could not be asked: the numbers leave them out."""
    errors = {n: outcome.error for run in runs for n, outcome in enumerate(run.outcomes) if outcome.error}
    if errors:
        outcomes, first = runs[0].outcomes, min(errors)
        raise QuestionError(
            f"{len(errors)} of {len(outcomes)} questions could not be asked and are left out. "
            f"Question {outcomes[first].judged.question.id}: {errors[first]}"
        )
