"""Asks judged questions in conversations, as `rag ask` does, and scores each answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from rag.answer.types import Answer
from rag.answer.writers.quotes import ELLIPSIS
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.evaluate.questions import Benchmark, JudgedQuestion
from rag.evaluate.run import Metrics, Outcome, Run, ask_each, missing_names, numbers_by_name
from rag.paper import Paper
from rag.progress import Progress
from rag.query.batch import BatchQuestion
from rag.query.understanding import batch_history
from rag.settings import Settings
from rag.text import normalize

_SHARES = ("cite P", "cite R", "evidence R", "verbatim", "refusal right", "unsupported")
ANSWER_METRICS: Metrics = dict.fromkeys(_SHARES, np.mean) | dict.fromkeys(("first", "total"), np.median)
_GRADE_TO_CITE = 2  # the lowest grade of a paper that an answer should cite


@dataclass(frozen=True)
class TimedAnswer:
    """An answer; `first` is the time until its list of papers was known, `total` until it was complete, in seconds."""

    answer: Answer
    first: float
    total: float


def evaluate_answers(benchmark: Benchmark, settings: Settings, progress: Progress) -> Run:
    """Answers each question. Of ANSWER_METRICS, `first` and `total` are seconds, all others are shares from 0 to 1.

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
        scores = answer_scores(judged, timed.answer, benchmark.name_of, stored)
        return Outcome(judged, scores | {"first": timed.first, "total": timed.total}, notice=timed.answer.notice)

    replies = ask_each(benchmark, ask, progress)
    outcomes = [outcome(judged, *reply) for judged, reply in zip(benchmark.questions, replies, strict=True)]
    return Run(outcomes, missing_names(benchmark, indexed), ANSWER_METRICS)


async def timed_answer(conversation: Conversation, question: str, without: Collection[str] = ()) -> TimedAnswer:
    """The answer to `question`, not applying the filters `without`. Raises as `Conversation.ask` does."""
    start, first = time.perf_counter(), 0.0
    async for event in conversation.ask(question, without):
        first = first or time.perf_counter() - start
        if isinstance(event, Answer):
            answer = event
    return TimedAnswer(answer, first, time.perf_counter() - start)


def answer_scores(
    judged: JudgedQuestion, answer: Answer, name_of: Callable[[Paper], str], stored: Callable[[Paper], Paper]
) -> dict[str, float]:
    """Those of the shares that apply to `answer`.

    `name_of` gives the name of a paper in the judgements, `stored` the paper as it is in the index.
    """
    cited = {name_of(citation.paper) for citation in answer.citations}
    lowest_grade = min(_GRADE_TO_CITE, max(judged.relevant.values(), default=0))
    quotes = [citation.quote for citation in answer.citations]
    text = normalize(" ".join([*quotes, *(statement.text for statement in answer.statements)]))
    checks = {
        # An answer that cites nothing, but should, is as wrong as one that cites only wrong papers.
        "cite P": [paper in judged.relevant for paper in cited] or [False] if judged.relevant else [],
        "cite R": [paper in cited for paper, grade in judged.relevant.items() if grade >= lowest_grade],
        "evidence R": [sentence in text for sentence in judged.evidence],
        "verbatim": _verbatim(answer, stored),
        "refusal right": [answer.refused != bool(judged.relevant)],
        "unsupported": [statement.verdict == "unverified" for statement in answer.statements],
    }
    return {name: sum(passed) / len(passed) for name, passed in checks.items() if passed}


def _verbatim(answer: Answer, stored: Callable[[Paper], Paper]) -> list[bool]:
    """For each citation of each statement, whether its quote is verbatim in the index."""
    return [
        stored(citation.paper).abstract[citation.start : citation.end] == citation.quote
        and (statement.verdict != "quote" or statement.text.strip(f"{ELLIPSIS} ") in citation.quote)
        for statement in answer.statements
        for citation in statement.citations
    ]
