"""What a language model does for one answer: reads the question, grades papers, writes; and what that takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from rag.answer.types import Effort
from rag.answer.writers.task import Tally, Writer
from rag.errors import ReplyError
from rag.query.history import History
from rag.query.intent import LISTS
from rag.query.reading import Reading
from rag.query.understanding import Query
from rag.retrieval.grading.grade import Grade
from rag.retrieval.hits import Hits
from rag.retrieval.relevance import is_weak

if TYPE_CHECKING:
    from rag.llm.usage import Usage
    from rag.retrieval.grading.grader import Grader

Item = TypeVar("Item")

UNDERSTANDING_SECONDS = 20.0  # a model that takes longer to say what a question means is not waited for
# Seconds for which papers are graded: where the model is quick, before anything is written, else after it.
QUICK_GRADING_SECONDS, SLOW_GRADING_SECONDS = 20.0, 60.0
ANSWER_SECONDS = 600.0  # for all that a model does for an answer; what it has written by then stays


async def within(seconds: float, items: AsyncGenerator[Item]) -> AsyncGenerator[Item]:
    """Those of `items` that come within `seconds`; what comes later is not waited for."""
    end = time.monotonic() + seconds
    async with aclosing(items):
        while True:
            try:
                yield await asyncio.wait_for(anext(items), end - time.monotonic())
            except (TimeoutError, StopAsyncIteration):
                return


@dataclass
class Assistant:
    """A model at work on one answer. What it is not able to do is None.

    `reads_all` says that it is asked what every question means; else only of one, for papers or a fact, that finds no
    papers much like it. `is_quick` says that it reads fast enough to grade papers before it writes from the best.
    `usage` and `tally` grow as it works; `price` gives US dollars for the usage, None if it is not known.
    """

    name: str
    usage: Usage
    price: Callable[[Usage], float | None]
    reader: Callable[[str, History], Awaitable[Reading]] | None = None
    grader: Grader | None = None
    writer: Writer | None = None
    reads_all: bool = False
    is_quick: bool = True
    tally: Tally = field(default_factory=Tally)

    def reads(self, query: Query, hits: Hits) -> bool:
        """Whether the model is asked what `query` means, which found `hits`."""
        if self.reader is None or query.retold:
            return False
        return (self.reads_all and self.is_quick) or (query.intent in (*LISTS, "fact") and is_weak(hits))

    async def read(self, query: Query, history: History) -> Reading:
        """What the model makes of `query`. Raises ModelError if it fails, ReplyError if it is slow or unclear."""
        assert self.reader
        question = query.question if self.reads_all else query.rewrites[0]
        try:
            async with asyncio.timeout(UNDERSTANDING_SECONDS):
                return await self.reader(question, history)
        except TimeoutError as fault:
            slow = f"{self.name} did not say within {UNDERSTANDING_SECONDS:g} s what the question means."
            raise ReplyError(slow) from fault

    @property
    def is_mute(self) -> bool:
        """Whether nothing came of it so far."""
        return not self.usage.calls

    def grades(self, query: Query, hits: Hits) -> AsyncGenerator[Mapping[int, Grade]]:
        """The model's grades of the best `hits` for `query`, a few at a time, in bounded time. Raises ModelError."""
        assert self.grader
        seconds = QUICK_GRADING_SECONDS if self.is_quick else SLOW_GRADING_SECONDS
        return within(seconds, self.grader.grade(query.rewrites[0], hits.papers[: self.grader.depth]))

    def effort(self, judged: int, seconds: float) -> Effort:
        """What the model has done, of which it `judged` so many papers, in so many `seconds`."""
        return Effort(
            self.name,
            judged,
            self.tally.drafted,
            self.tally.verified,
            self.tally.replaced,
            self.usage.prompt_tokens,
            self.usage.reply_tokens,
            seconds,
            self.usage.thinking_seconds,
            self.price(self.usage),
        )
