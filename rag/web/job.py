"""A question being answered: the turns of its conversation, who watches them, and how often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from rag.answer.types import Answer, Working
from rag.errors import QuestionError, RagError
from rag.export.phrases import progress
from rag.web.trouble import answer_for_reader, for_reader
from rag.web.turns import Turn

if TYPE_CHECKING:
    from rag.answer.types import Event
    from rag.web.places import Asking

MAX_WATCHERS = 20  # pages that follow one answer
UPDATE_INTERVAL = 0.05  # seconds between two updates of a page: a reader sees no difference, the machine does
_REST = 2  # how many times as long as an update took none is made: a long answer costs no more than a short one


@dataclass
class Job:
    """The turns of a conversation, the last of which is being answered.

    Once it has `begun`, those before it are there, and the `task` has started. Unless it `tells_all`, errors tell
    nothing that only those can use who run the server.
    """

    asked: Asking
    turns: list[Turn]
    tells_all: bool = True
    task: asyncio.Task[None] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False
    watchers: int = 0

    @property
    def owner(self) -> str:
        return self.asked.owner

    @property
    def turn(self) -> Turn:
        return self.turns[-1]

    def snapshot(self) -> list[Turn]:
        """The turns as they are now."""
        return [*self.turns[:-1], self.turn.copy()]

    def take(self, event: Event) -> None:
        """Adds one event of the answer. Of a model that tells of each word, only what a reader sees is news."""
        before = self.turn.working
        if isinstance(event, Answer) and not self.tells_all:
            event = answer_for_reader(event)
        self.turn.take(event)
        if not (isinstance(event, Working) and before and progress(event) == progress(before)):
            self.notify()

    def told(self, fault: RagError) -> str:
        """What is told of a `fault`."""
        return str(fault) if self.tells_all else for_reader(fault)

    def notify(self) -> None:
        """Wakes everyone who watches."""
        self.changed.set()
        self.changed = asyncio.Event()

    def set_position(self, ahead: int | None) -> None:
        """Notes how many questions are before this one."""
        self.turn.ahead = ahead
        self.notify()

    def set_without_papers(self, without: bool) -> None:
        """Notes whether there are no papers to search, and none on the way."""
        if self.turn.without_papers != without:
            self.turn.without_papers = without
            self.notify()

    def stop(self) -> None:
        """Ends the answer with what it has, as soon as it has begun."""
        self.stopping = True
        if self.task and self.begun.is_set() and self.turn.running:  # cancelled sooner, it would never end
            self.task.cancel()

    async def watch(self, task: asyncio.Task[None]) -> AsyncGenerator[list[Turn]]:
        """The turns as they change, the last time once its `task` has saved them: whoever sees that may ask on."""
        if self.watchers >= MAX_WATCHERS:
            raise QuestionError(f"{MAX_WATCHERS} pages show this answer already. Close one, then reload this page.")
        self.watchers += 1
        try:
            while self.turn.running:
                changed, began = self.changed, monotonic()
                yield self.snapshot()
                took = monotonic() - began
                await changed.wait()
                await asyncio.wait([task], timeout=max(UPDATE_INTERVAL, _REST * took))
            await asyncio.wait([task])
            yield self.turns
        finally:
            self.watchers -= 1
