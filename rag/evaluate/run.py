"""Asks judged questions through the product's own retrieval and scores each ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.chat import Chat
from rag.evaluate.questions import MAX_GRADE, Benchmark, Judged
from rag.index.build import Progress
from rag.query import understand
from rag.retrieve import Hits, HybridRetriever
from rag.settings import Settings

TOP = 20  # papers asked for: the deepest cutoff of METRICS
METRICS = ("nDCG@10", "recall@10", "recall@20", "MRR@20")
GAINS = {grade: 2**grade - 1 for grade in range(1, MAX_GRADE + 1)}


@dataclass(frozen=True)
class Outcome:
    """What retrieval made of a question.

    `scores` has each of METRICS, 0 to 1, and is empty where no paper is relevant. `confidence` is what decides about
    refusal: the higher, the likelier is the question to be answered; comparable only within one run.
    """

    judged: Judged
    scores: dict[str, float]
    confidence: float


@dataclass(frozen=True)
class Run:
    """One outcome for each question in order, and the judged names that the index does not hold."""

    outcomes: list[Outcome]
    missing: list[str]


def run(benchmark: Benchmark, settings: Settings, progress: Progress) -> Run:
    """Asks each question of the index that `settings` give for `benchmark`.

    Raises StoreError and ModelError where there is no usable index or embedding, and what building one raises.
    """
    retriever = Chat(benchmark.indexed(settings, progress)).retriever()
    found: list[Hits] = []
    for done, question in enumerate(benchmark.judged):
        progress("asking", done, len(benchmark.judged))
        query = understand(question.asked.question, retriever.store, question.asked.earlier)
        found.append(retriever.search(query.phrasings, TOP, query.among))
    progress("asking", len(found), len(found))
    rankings = [[benchmark.name(hit.paper) for hit in hits.papers] for hits in found]
    scored = zip(benchmark.judged, scores(benchmark.judged, rankings), map(_confidence, found), strict=True)
    return Run([Outcome(*parts) for parts in scored], _missing(benchmark, retriever))


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


def _confidence(hits: Hits) -> float:
    return hits.probability


def _missing(benchmark: Benchmark, retriever: HybridRetriever) -> list[str]:
    held = {benchmark.name(retriever.store.paper(n)) for n in range(1, retriever.store.papers + 1)}
    named = dict.fromkeys(name for question in benchmark.judged for name in question.relevant)
    return [name for name in named if name not in held]
