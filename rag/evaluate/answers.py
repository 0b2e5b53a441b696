"""Asks judged questions in conversations, as `rag ask` does, and scores each answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from dataclasses import dataclass

from rag.answer.types import Answer, Statement, Written
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.evaluate.questions import Benchmark, JudgedQuestion
from rag.evaluate.run import Outcome, Run, ask_each, missing_names, numbers_by_name
from rag.evaluate.scores import ANSWER_METRICS, MODEL_METRICS, answer_scores, effort_scores
from rag.paper import Paper
from rag.progress import Progress
from rag.query.batch import BatchQuestion
from rag.query.understanding import batch_history
from rag.settings import Settings


@dataclass(frozen=True)
class TimedAnswer:
    """An answer, and the `seconds` until something of it was known, by the name of the metric.

    "first" is its list of papers, "first quote" its first quote, "first written" the first sentence that a model wrote,
    "total" all of it; what did not come is left out.
    """

    answer: Answer
    seconds: dict[str, float]


def evaluate_answers(benchmark: Benchmark, settings: Settings, progress: Progress) -> Run:
    """Answers each question. The run has ANSWER_METRICS and, if a model did anything, MODEL_METRICS.

    Raises StoreError and ModelError if the index, embedding or LLM cannot be used, and as `Benchmark.prepare` does.
    """
    library = Library(benchmark.prepare(settings, progress))
    library.load()
    store = library.retriever().store
    indexed = numbers_by_name(benchmark, store)

    def ask(question: BatchQuestion) -> TimedAnswer:
        conversation = Conversation(library, batch_history(question, store))
        return asyncio.run(timed_answer(conversation, question.question, question.without))

    def stored(paper: Paper) -> Paper:
        return store.paper(indexed[benchmark.name_of(paper)])

    def outcome(judged: JudgedQuestion, timed: TimedAnswer | None, error: str) -> Outcome:
        if timed is None:
            return Outcome(judged, {}, error=error)
        answer = timed.answer
        scores = answer_scores(judged, answer, benchmark.name_of, stored) | timed.seconds
        return Outcome(judged, scores | (effort_scores(answer.effort) if answer.effort else {}), notice=answer.notice)

    replies = ask_each(benchmark, ask, progress)
    outcomes = [outcome(judged, *reply) for judged, reply in zip(benchmark.questions, replies, strict=True)]
    with_model = any(timed and timed.answer.effort for timed, _ in replies)
    metrics = {**ANSWER_METRICS, **(MODEL_METRICS if with_model else {})}
    return Run(outcomes, missing_names(benchmark, indexed), metrics)


async def timed_answer(conversation: Conversation, question: str, without: Collection[str] = ()) -> TimedAnswer:
    """The answer to `question`, not applying the filters `without`. Raises as `Conversation.ask` does."""
    start, seconds = time.perf_counter(), dict[str, float]()
    async for event in conversation.ask(question, without):
        passed = time.perf_counter() - start
        seconds.setdefault("first", passed)
        if isinstance(event, Statement):
            seconds.setdefault("first quote", passed)
        elif isinstance(event, Written):
            seconds.setdefault("first written", passed)
        elif isinstance(event, Answer):
            answer = event
    return TimedAnswer(answer, seconds | {"total": time.perf_counter() - start})
