"""Questions at work. Each goes on whether or not its page is open, and is kept when it is asked and when it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.errors import ConversationError, QuestionError, RagError
from rag.web.conversations import MOST_TURNS, Conversations
from rag.web.queue import FairQueue
from rag.web.turns import Choices, Turn, replies

if TYPE_CHECKING:
    from rag.chat.library import Library

BROKEN = "Something broke inside the program. The terminal it runs in says what."
AT_ONCE = 2  # questions searched, and answers written: more at a time only make everybody's first word later
MOST_WAITING = 100  # questions; whoever comes then is told to come again
PACE = 0.05  # seconds between two updates of a page: a reader sees no difference, the machine does


@dataclass
class Job:
    """The turns of a conversation, the last of which is being answered."""

    owner: str
    turns: list[Turn]
    task: asyncio.Task[None] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def turn(self) -> Turn:
        return self.turns[-1]

    def tell(self) -> None:
        """Wakes all who watch."""
        self.changed.set()
        self.changed = asyncio.Event()

    def wait(self, ahead: int | None) -> None:
        """Notes how many questions are before this one."""
        self.turn.ahead = ahead
        self.tell()


class Jobs:
    """All questions being answered, of all users. For the event loop of the server only."""

    def __init__(self, chat: Library, kept: Conversations) -> None:
        self.chat = chat
        self.kept = kept
        self._jobs: dict[str, Job] = {}
        self._searching, self._writing = FairQueue(AT_ONCE), FairQueue(AT_ONCE)

    async def turns(self, owner: str, name: str) -> list[Turn]:
        """The turns of a conversation as far as they are. Raises ConversationError as `Conversations.load`."""
        job = self._jobs.get(name)
        if job and job.owner == owner:
            return job.turns
        return await asyncio.to_thread(self.kept.load, owner, name)

    async def ask(self, owner: str, name: str, question: str, choices: Choices, at: int | None = None) -> None:
        """Begins to answer `question` in the conversation `name`, in place of the turn `at` and all after it.

        Raises QuestionError while that conversation is being answered, where it is full, and where too many wait.
        """
        if name in self._jobs:
            raise QuestionError("This conversation is still being answered. Wait for it, or press Stop.")
        if len(self._searching) + len(self._writing) >= MOST_WAITING:
            raise QuestionError(f"{MOST_WAITING} questions are waiting already. Ask again in a minute.")
        self._jobs[name] = job = Job(owner, [Turn(question, choices)])  # before the first await: nobody else begins it
        try:
            before = await self._before(owner, name, at)
            job.turns = [*before, job.turn]
            await self._keep(name, job)
        except BaseException:
            del self._jobs[name]
            raise
        job.task = asyncio.create_task(self._answer(name, job))
        await asyncio.sleep(0)  # it runs from here on: a task that is cancelled before would not end its job

    async def watch(self, owner: str, name: str) -> AsyncGenerator[list[Turn]]:
        """The turns of a conversation after each change to the last, until that is answered; at least once."""
        job = self._jobs.get(name)
        while job and job.owner == owner and job.turn.running:
            changed = job.changed
            yield job.turns
            await changed.wait()
            await asyncio.sleep(PACE)
        yield job.turns if job and job.owner == owner else await self.turns(owner, name)

    def stop(self, owner: str, name: str) -> None:
        """Ends the answer that is being written with what it has; the model is told to stop."""
        job = self._jobs.get(name)
        if job and job.owner == owner and job.task and job.turn.running:
            job.task.cancel()

    async def delete(self, owner: str, name: str) -> None:
        """Ends what is being answered in a conversation, and forgets it."""
        self.stop(owner, name)
        job = self._jobs.get(name)
        if job and job.owner == owner and job.task:
            await asyncio.wait([job.task])  # it is kept once more when it ends, and would come back
        await asyncio.to_thread(self.kept.delete, owner, name)

    async def judge(self, owner: str, name: str, n: int, good: bool, note: str) -> list[Turn]:
        """Keeps what the user thinks of the answer to turn `n`; all turns. Raises QuestionError where there is none."""
        if name in self._jobs:
            raise QuestionError("This conversation is still being answered. Wait for it, or press Stop.")
        turns = await self.turns(owner, name)
        if not 0 <= n < len(turns) or turns[n].reply is None:
            raise QuestionError("There is no answer to judge there.")
        turns[n].good, turns[n].note = good, note
        await asyncio.to_thread(self.kept.save, owner, name, turns)
        return turns

    async def _before(self, owner: str, name: str, at: int | None) -> list[Turn]:
        try:
            turns = await asyncio.to_thread(self.kept.load, owner, name)
        except ConversationError:
            if at is None:  # the first question of a new conversation
                return []
            raise
        before = turns if at is None else turns[:at]
        if len(before) >= MOST_TURNS:
            raise QuestionError(f"A conversation has at most {MOST_TURNS} questions. Begin a new one.")
        return before

    async def _answer(self, name: str, job: Job) -> None:
        turn = job.turn
        try:
            turn.papers = await asyncio.to_thread(self._size)
            job.tell()
            await self._write(job)
        except asyncio.CancelledError:
            turn.stopped = True
        except RagError as fault:
            turn.error = str(fault)
        except Exception:  # a fault of ours must not leave the page waiting for ever
            logging.getLogger(__name__).exception("No answer to %r", turn.question)
            turn.error = BROKEN
        turn.ahead = None
        await self._end(name, job)

    async def _write(self, job: Job) -> None:
        """The titles come first for everybody, whoever may still be written for."""
        turn, choices = job.turn, job.turn.choices
        conversation = self.chat.resume(replies(job.turns[:-1]))
        events = conversation.ask(turn.question, choices.without, choices.most, choices.llm or None)
        async with aclosing(events):
            async with self._searching.place(job.wait):
                turn.take(await anext(events))
                job.tell()
            async with self._writing.place(job.wait):
                async for event in events:
                    turn.take(event)
                    job.tell()

    async def _end(self, name: str, job: Job) -> None:
        try:
            await self._keep(name, job)
        except ConversationError as fault:  # the answer is on the page all the same, and says that it will not last
            logging.getLogger(__name__).warning("%s", fault)
        del self._jobs[name]
        job.tell()

    async def _keep(self, name: str, job: Job) -> None:
        await asyncio.to_thread(self.kept.save, job.owner, name, job.turns)

    def _size(self) -> int:
        return self.chat.collection().papers
