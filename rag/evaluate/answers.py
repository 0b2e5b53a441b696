"""Asks judged questions through the product's own conversations and measures each answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from rag.answer.types import Answer
from rag.answer.writers.quotes import CUT
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.evaluate.questions import Benchmark, Judged
from rag.evaluate.run import Metrics, Outcome, Run, ask_each, missing, numbers
from rag.paper import Paper
from rag.progress import Progress
from rag.query.batch import BatchQuestion
from rag.query.understanding import batch_history
from rag.settings import Settings
from rag.text import normalize

SHARES = ("cite P", "cite R", "evidence R", "verbatim", "refusal right", "unsupported")
METRICS: Metrics = dict.fromkeys(SHARES, np.mean) | dict.fromkeys(("first", "total"), np.median)
BEST = 2  # the grade from which on a paper belongs into the answer


@dataclass(frozen=True)
class Timed:
    """An answer, and after how many seconds the `first` of it came, the titles that match, and its end."""

    answer: Answer
    first: float
    total: float


def run(benchmark: Benchmark, settings: Settings, progress: Progress) -> Run:
    """Asks for answers. SHARES are 0 to 1, `first` and `total` seconds.

    Raises StoreError and ModelError where there is no usable index, embedding or LLM, and what building one raises.
    """
    chat = Library(benchmark.indexed(settings, progress))
    chat.load()
    store = chat.retriever().store
    held = numbers(benchmark, store)

    def ask(asked: BatchQuestion) -> Timed:
        return asyncio.run(timed(chat.conversation(batch_history(asked, store)), asked.question, asked.without))

    def stored(paper: Paper) -> Paper:
        return store.paper(held[benchmark.name(paper)])

    outcomes = [
        Outcome(
            judged,
            scores(judged, reply.answer, benchmark.name, stored) | {"first": reply.first, "total": reply.total},
            notice=reply.answer.notice,
        )
        if reply
        else Outcome(judged, {}, error=error)
        for judged, (reply, error) in zip(benchmark.judged, ask_each(benchmark, ask, progress), strict=True)
    ]
    return Run(outcomes, missing(benchmark, held), METRICS)


async def timed(conversation: Conversation, question: str, without: Collection[str] = ()) -> Timed:
    """The answer of `conversation` to `question` less the filters `without`; raises what `Conversation.ask` does."""
    start, first = time.perf_counter(), 0.0
    async for event in conversation.ask(question, without):
        first = first or time.perf_counter() - start
        if isinstance(event, Answer):
            answer = event
    return Timed(answer, first, time.perf_counter() - start)


def scores(
    judged: Judged, answer: Answer, name: Callable[[Paper], str], stored: Callable[[Paper], Paper]
) -> dict[str, float]:
    """Those of SHARES that there are any things for to have a share in.

    `name` is what the judgements call a paper, `stored` the paper as the index holds it.
    """
    cited = {name(citation.paper) for citation in answer.citations}
    best = min(BEST, max(judged.relevant.values(), default=0))
    said = normalize(" ".join([*(c.quote for c in answer.citations), *(s.text for s in answer.statements)]))
    right = {
        # An answer that cites nothing where it should is as wrong as one that cites only the wrong papers.
        "cite P": [paper in judged.relevant for paper in cited] or [False] if judged.relevant else [],
        "cite R": [paper in cited for paper, grade in judged.relevant.items() if grade >= best],
        "evidence R": [sentence in said for sentence in judged.evidence],
        "verbatim": _verbatim(answer, stored),
        "refusal right": [answer.refused != bool(judged.relevant)],
        "unsupported": [statement.verdict not in ("quote", "supported") for statement in answer.statements],
    }
    return {share: sum(among) / len(among) for share, among in right.items() if among}


def _verbatim(answer: Answer, stored: Callable[[Paper], Paper]) -> list[bool]:
    """For each citation of each sentence, whether what stands in quotation marks stands so in the index."""
    return [
        stored(citation.paper).abstract[citation.start : citation.end] == citation.quote
        and (statement.verdict != "quote" or statement.text.strip(f"{CUT} ") in citation.quote)
        for statement in answer.statements
        for citation in statement.citations
    ]
