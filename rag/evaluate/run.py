"""Asks judged questions through the product's own retrieval and scores each ranking; what every run has in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from rag.chat.library import Library
from rag.errors import QuestionError
from rag.evaluate.questions import MAX_GRADE, Benchmark, Judged
from rag.index.store import Store
from rag.progress import Progress
from rag.query.batch import BatchQuestion
from rag.query.understanding import batch_history, understand
from rag.retrieval.hits import Hits
from rag.settings import Settings

Reply = TypeVar("Reply")
Metrics = Mapping[str, Callable[..., Any]]  # the name of a number and how those of questions become one: mean or median

TOP = 20  # papers asked for: the deepest cutoff of METRICS
METRICS: Metrics = dict.fromkeys(("nDCG@10", "recall@10", "recall@20", "MRR@20"), np.mean)
GAINS = {grade: 2**grade - 1 for grade in range(1, MAX_GRADE + 1)}


@dataclass(frozen=True)
class Outcome:
    """What became of a question.

    `scores` has those of the run's metrics that have a number for it. `confidence`, where it is measured, is what
    decides about refusal: the higher, the likelier is the question to be answered; comparable only within one run.
    `notice` tells what was worse than asked for, `error` why the question could not be asked; else they are "".
    """

    judged: Judged
    scores: dict[str, float]
    confidence: float | None = None
    notice: str = ""
    error: str = ""


@dataclass(frozen=True)
class Run:
    """One outcome for each question in order, the judged names that the index does not hold, and what was measured."""

    outcomes: list[Outcome]
    missing: list[str]
    metrics: Metrics


def run(benchmark: Benchmark, settings: Settings, progress: Progress) -> Run:
    """Asks for papers. METRICS are 0 to 1, and for questions with a relevant paper only.

    Raises StoreError and ModelError where there is no usable index or embedding, and what building one raises.
    """
    retriever = Library(benchmark.indexed(settings, progress)).retriever()

    def ask(asked: BatchQuestion) -> Hits:
        query = understand(asked.question, retriever.store, batch_history(asked, retriever.store), asked.without)
        return retriever.search(query.rewrites, TOP, query.among)

    replies = ask_each(benchmark, ask, progress)
    rankings = [[benchmark.name(hit.paper) for hit in hits.papers] if hits else [] for hits, _ in replies]
    outcomes = [
        Outcome(judged, found, hits.probability) if hits else Outcome(judged, {}, error=error)
        for judged, found, (hits, error) in zip(
            benchmark.judged, scores(benchmark.judged, rankings), replies, strict=True
        )
    ]
    return Run(outcomes, missing(benchmark, numbers(benchmark, retriever.store)), METRICS)


def ask_each(
    benchmark: Benchmark, ask: Callable[[BatchQuestion], Reply], progress: Progress
) -> list[tuple[Reply | None, str]]:
    """What `ask` replies to each question, or None and why it could not be asked: the others are asked all the same."""
    replies: list[tuple[Reply | None, str]] = []
    for done, judged in enumerate(benchmark.judged):
        progress("asking", done, len(benchmark.judged))
        try:
            replies.append((ask(judged.asked), ""))
        except QuestionError as fault:
            replies.append((None, str(fault)))
    progress("asking", len(replies), len(replies))
    return replies


def scores(judged: Sequence[Judged], rankings: list[list[str]]) -> list[dict[str, float]]:
    """METRICS of each ranking, names best first, by the judgements of its question; {} where none is relevant."""
    from ir_measures import RR, R, iter_calc, nDCG

    measures = dict(zip((nDCG(gains=GAINS) @ 10, R @ 10, R @ 20, RR), METRICS, strict=True))
    relevant = {str(n): question.relevant for n, question in enumerate(judged) if question.relevant}
    ranked = {str(n): {name: -float(rank) for rank, name in enumerate(names)} for n, names in enumerate(rankings)}
    found: list[dict[str, float]] = [{} for _ in judged]
    for metric in iter_calc(list(measures), relevant, ranked):
        found[int(metric.query_id)][measures[metric.measure]] = metric.value
    return found


def numbers(benchmark: Benchmark, store: Store) -> dict[str, int]:
    """The number in `store` of each paper by its judged name."""
    return {benchmark.name(store.paper(n)): n for n in range(1, store.paper_count + 1)}


def missing(benchmark: Benchmark, held: Mapping[str, int]) -> list[str]:
    """The judged names that are not among those `held`."""
    named = dict.fromkeys(name for question in benchmark.judged for name in question.relevant)
    return [name for name in named if name not in held]
