"""What `rag eval` prints: the numbers of retrieval, answers, or the check of written sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli import terminal
from rag.errors import QuestionError
from rag.text import count, one_line

if TYPE_CHECKING:
    from rag.evaluate.questions import Benchmark
    from rag.evaluate.report import Row
    from rag.evaluate.run import Run
    from rag.progress import Progress
    from rag.settings import Settings

    Measure = Callable[[Benchmark, Settings, Progress], Run]

_MAX_TITLE_CHARS = 100  # of a missing paper in its message


def show_question_numbers(path: Path, settings: Settings, compare: Path | None, answers: bool, as_json: bool) -> None:
    """Prints the numbers of retrieval, or of `answers`, on the questions in `path`, compared with those of `compare`.

    The model that `settings` or `compare` name takes part, unless it is "none". Raises QuestionError, after the numbers
    of the others are printed, if there are questions that cannot be asked.
    """
    from rag.settings import overridden

    others = [overridden(settings, compare)] if compare else []  # an error in them must not show only after minutes
    from rag.evaluate import beir, questions, report
    from rag.evaluate.answers import evaluate_answers
    from rag.evaluate.rankings import evaluate_rankings

    benchmark = beir.read(path) if path.is_dir() else questions.read(path)
    terminal.show_notice(benchmark.notice)
    measure = evaluate_answers if answers else evaluate_rankings
    runs = [_measure(measure, benchmark, each) for each in (settings, *others)]
    _show_rows(report.compare(*runs) if compare else report.summary(*runs), as_json)
    _raise_for_failed(runs)


def show_claim_numbers(path: Path, settings: Settings, with_llm: bool, as_json: bool) -> None:
    """Prints how many of the claims in `path` pass the check, by label and kind.

    The judge is the model of `settings.llm` if `with_llm`, or the cross-encoder of `settings.verify`; without one, the
    rules are measured alone. Raises QuestionError if the claims cannot be read, ModelError if the judge fails.
    """
    from rag.evaluate import claims, verdicts

    read = claims.read(path)
    terminal.show_notice(read.notice)
    judge = verdicts.open_judge(settings, with_llm)  # before the rules are measured, so that it fails at once
    if with_llm and not judge:
        terminal.show_notice("Measured by the rules alone: with these llm and verify, no model judges.")
    with terminal.progress_bar() as progress:
        checked = verdicts.check(read.claims, progress)
        if judge:
            checked = verdicts.judge_rest(checked, judge, progress)
    _show_rows(verdicts.verdict_rows(checked, with_judge=judge is not None), as_json)


def _show_rows(rows: list[Row], as_json: bool) -> None:
    from rag.evaluate.report import table

    if as_json:
        for row in rows:
            terminal.show_json(row)
    else:
        click.echo(table(rows))


def _measure(measure: Measure, benchmark: Benchmark, settings: Settings) -> Run:
    with terminal.progress_bar() as progress:
        run = measure(benchmark, settings, progress)
    if run.missing:
        papers = f"{count(len(run.missing), 'judged paper')}, such as “{run.missing[0][:_MAX_TITLE_CHARS]}”"
        click.echo(one_line(f"Missing from the index, so counted as not found: {papers}"), err=True)
    for notice, times in Counter(outcome.notice for outcome in run.outcomes if outcome.notice).items():
        terminal.show_notice(f"{times} of {len(run.outcomes)} questions: {notice}")
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
