"""Asks judged questions of the retriever, as `rag search` does, and scores each ranking."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.chat.library import Library
from rag.chat.ranking import ranked
from rag.evaluate.questions import MAX_GRADE, Benchmark, JudgedQuestion
from rag.evaluate.run import Metrics, Outcome, Run, ask_each, missing_names, numbers_by_name
from rag.progress import Progress
from rag.query.batch import BatchQuestion
from rag.query.understanding import Query, batch_history, understand
from rag.retrieval.hits import Hits
from rag.settings import Settings

RANKING_DEPTH = 20  # papers retrieved: the deepest cutoff of the metrics
RANKING_METRICS: Metrics = dict.fromkeys(("nDCG@10", "recall@10", "recall@20", "MRR@20"), np.mean)
_GAINS = {grade: 2**grade - 1 for grade in range(1, MAX_GRADE + 1)}


def evaluate_rankings(benchmark: Benchmark, settings: Settings, progress: Progress) -> Run:
    """Ranks papers for each question. RANKING_METRICS are 0 to 1; questions without a relevant paper have none.

    The model that `settings` name takes part, unless that is "none". Raises StoreError and ModelError if the index,
    embedding or LLM cannot be used, and as `Benchmark.prepare` does.
    """
    library = Library(benchmark.prepare(settings, progress))
    store = library.retriever().store

    def ask(question: BatchQuestion) -> tuple[Query, Hits]:
        history = batch_history(question, store)
        query = understand(question.question, store, history, question.without)
        return ranked(library, query, history, RANKING_DEPTH, question.without, settings.llm)

    replies = ask_each(benchmark, ask, progress)
    rankings = [[benchmark.name_of(hit.paper) for hit in reply[1].papers] if reply else [] for reply, _ in replies]
    scores = ranking_scores(benchmark.questions, rankings)
    outcomes = [
        _outcome(judged, found, *reply)
        for judged, found, reply in zip(benchmark.questions, scores, replies, strict=True)
    ]
    return Run(outcomes, missing_names(benchmark, numbers_by_name(benchmark, store)), RANKING_METRICS)


def ranking_scores(questions: Sequence[JudgedQuestion], rankings: Sequence[Sequence[str]]) -> list[dict[str, float]]:
    """RANKING_METRICS of each ranking of names, best first; {} for a question without a relevant paper."""
    from ir_measures import RR, R, iter_calc, nDCG

    measures = dict(zip((nDCG(gains=_GAINS) @ 10, R @ 10, R @ 20, RR), RANKING_METRICS, strict=True))
    relevant = {str(n): question.relevant for n, question in enumerate(questions) if question.relevant}
    runs = {str(n): {name: -float(rank) for rank, name in enumerate(names)} for n, names in enumerate(rankings)}
    scores: list[dict[str, float]] = [{} for _ in questions]
    for metric in iter_calc(list(measures), relevant, runs):
        scores[int(metric.query_id)][measures[metric.measure]] = metric.value
    return scores


def _outcome(judged: JudgedQuestion, scores: dict[str, float], reply: tuple[Query, Hits] | None, error: str) -> Outcome:
    if reply is None:
        return Outcome(judged, {}, error=error)
    query, hits = reply
    return Outcome(judged, scores, hits.probability, query.notice)
