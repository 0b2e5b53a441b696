"""What the runs that measure rankings and answers have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from rag.errors import QuestionError
from rag.evaluate.questions import Benchmark, JudgedQuestion
from rag.index.store import Store
from rag.progress import Progress
from rag.query.batch import BatchQuestion

Reply = TypeVar("Reply")
Metrics = Mapping[str, Callable[..., Any]]  # how scores are summarised over questions, by name: by mean or median


@dataclass(frozen=True)
class Outcome:
    """The result for one question.

    `scores` has those metrics of the run that apply to the question. `confidence`, if measured, is the score that
    decides on refusal: the higher, the more likely the question is to be answered; comparable within one run only.
    `notice` is that of the answer. `error` says why the question could not be asked. Both may be "".
    """

    judged: JudgedQuestion
    scores: dict[str, float]
    confidence: float | None = None
    notice: str = ""
    error: str = ""


@dataclass(frozen=True)
class Run:
    """One outcome per question, in order; the judged papers that are not in the index; and the metrics."""

    outcomes: list[Outcome]
    missing: list[str]
    metrics: Metrics


def ask_each(
    benchmark: Benchmark, ask: Callable[[BatchQuestion], Reply], progress: Progress
) -> list[tuple[Reply | None, str]]:
    """For each question the reply of `ask` and "", or None and the error if it cannot be asked."""
    replies: list[tuple[Reply | None, str]] = []
    for done, judged in enumerate(benchmark.questions):
        progress("asking", done, len(benchmark.questions))
        try:
            replies.append((ask(judged.question), ""))
        except QuestionError as fault:
            replies.append((None, str(fault)))
    progress("asking", len(replies), len(replies))
    return replies


def numbers_by_name(benchmark: Benchmark, store: Store) -> dict[str, int]:
    """The number in `store` of each paper, by its name in the judgements."""
    return {benchmark.name_of(store.paper(n)): n for n in range(1, store.paper_count + 1)}


def missing_names(benchmark: Benchmark, indexed: Mapping[str, int]) -> list[str]:
    """The names of judged papers that are not among those `indexed`."""
    judged = dict.fromkeys(name for question in benchmark.questions for name in question.relevant)
    return [name for name in judged if name not in indexed]
