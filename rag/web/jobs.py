"""Questions being answered. Each goes on whether or not its page is open, and is saved when asked and when it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.answer.types import Working
from rag.chat.conversation import Conversation
from rag.errors import ConversationError, QuestionError, RagError
from rag.export.phrases import progress
from rag.web.conversations import MAX_TURNS, Conversations
from rag.web.queue import FairQueue
from rag.web.single_flight import SingleFlight
from rag.web.turns import Choices, Turn, replies

if TYPE_CHECKING:
    from rag.answer.types import Event
    from rag.chat.library import Library
    from rag.retrieval.retriever import HybridRetriever

INTERNAL_ERROR = "An internal error occurred. The terminal that runs the chat shows the details."
STILL_RUNNING = "This conversation is still being answered. Wait for the answer, or press Stop."
MAX_CONCURRENT = 2  # questions searched, and answers written: more at a time only delay everybody's first word
MAX_WAITING = 100  # questions; further ones are refused
UPDATE_INTERVAL = 0.05  # seconds between two updates of a page: a reader sees no difference, the machine does


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

    def take(self, event: Event) -> None:
        """Adds one event of the answer. Of a model that tells of each word, only what a reader sees is news."""
        before = self.turn.working
        self.turn.take(event)
        if not (isinstance(event, Working) and before and progress(event) == progress(before)):
            self.notify()

    def notify(self) -> None:
        """Wakes everyone who watches."""
        self.changed.set()
        self.changed = asyncio.Event()

    def set_position(self, ahead: int | None) -> None:
        """Notes how many questions are before this one."""
        self.turn.ahead = ahead
        self.notify()


class Jobs:
    """All questions being answered, of all users. For the event loop of the server only."""

    def __init__(self, library: Library, conversations: Conversations) -> None:
        self.library = library
        self.conversations = conversations
        self._first_retriever = SingleFlight(library.retriever)
        self._jobs: dict[str, Job] = {}
        self._searching, self._writing = FairQueue(MAX_CONCURRENT), FairQueue(MAX_CONCURRENT)

    async def retriever(self) -> HybridRetriever:
        """The library's retriever. All who wait for the first one share a thread; later, the previous one is there."""
        if self.library.is_open:
            return await asyncio.to_thread(self.library.retriever)
        return await self._first_retriever()

    async def turns(self, owner: str, name: str) -> list[Turn]:
        """The turns of a conversation so far. Raises ConversationError as `Conversations.load` does."""
        if job := self._job(owner, name):
            return job.turns
        return await asyncio.to_thread(self.conversations.load, owner, name)

    async def ask(self, owner: str, name: str, question: str, choices: Choices, replace: int | None = None) -> None:
        """Begins to answer `question` in the conversation `name`, if given in place of turn `replace` and all after it.

        Raises QuestionError while that conversation is being answered, if it is full, and if too many questions wait.
        """
        if name in self._jobs:
            raise QuestionError(STILL_RUNNING)
        if len(self._searching) + len(self._writing) >= MAX_WAITING:
            raise QuestionError(f"{MAX_WAITING} questions are waiting already. Ask again in a minute.")
        self._jobs[name] = job = Job(owner, [Turn(question, choices)])  # before the first await: nobody else begins it
        try:
            earlier = await self._earlier(owner, name, replace)
            job.turns = [*earlier, job.turn]
            await self._save(name, job)
        except BaseException:
            del self._jobs[name]
            raise
        job.task = asyncio.create_task(self._answer(name, job))
        await asyncio.sleep(0)  # the task has started from here on: cancelled before, it would never end its job

    async def watch(self, owner: str, name: str) -> AsyncGenerator[list[Turn]]:
        """The turns of a conversation after each change to the last, until that is answered; at least once."""
        job = self._job(owner, name)
        while job and job.turn.running:
            changed = job.changed
            yield job.turns
            await changed.wait()
            await asyncio.sleep(UPDATE_INTERVAL)
        if job and job.task:
            await asyncio.wait([job.task])  # until it is saved: whoever sees the whole answer may ask on
        yield job.turns if job else await self.turns(owner, name)

    def stop(self, owner: str, name: str) -> None:
        """Ends the answer that is being written with what it has; the model is stopped too."""
        job = self._job(owner, name)
        if job and job.task and job.turn.running:
            job.task.cancel()

    async def delete(self, owner: str, name: str) -> None:
        """Ends what is being answered in a conversation, and forgets it."""
        self.stop(owner, name)
        job = self._job(owner, name)
        if job and job.task:
            await asyncio.wait([job.task])  # it is saved once more when it ends, and would come back
        await asyncio.to_thread(self.conversations.delete, owner, name)

    async def rate(self, owner: str, name: str, n: int, good: bool, note: str) -> list[Turn]:
        """Saves what the user thinks of the answer to turn `n`; all turns. Raises QuestionError if there is none."""
        if name in self._jobs:
            raise QuestionError(STILL_RUNNING)
        turns = await self.turns(owner, name)
        if not 0 <= n < len(turns) or turns[n].reply is None:
            raise QuestionError("There is no answer to rate there.")
        turns[n].good, turns[n].note = good, note
        await asyncio.to_thread(self.conversations.save, owner, name, n, turns[n], last=False)
        return turns

    def _job(self, owner: str, name: str) -> Job | None:
        """What is being answered in a conversation, if it is this owner's."""
        job = self._jobs.get(name)
        return job if job and job.owner == owner else None

    async def _earlier(self, owner: str, name: str, replace: int | None) -> list[Turn]:
        """The turns that stay before a new question."""
        try:
            turns = await asyncio.to_thread(self.conversations.load, owner, name)
        except ConversationError:
            if replace is None:  # the first question of a new conversation
                return []
            raise
        earlier = turns if replace is None else turns[:replace]
        if len(earlier) >= MAX_TURNS:
            raise QuestionError(f"A conversation has at most {MAX_TURNS} questions. Begin a new one.")
        return earlier

    async def _answer(self, name: str, job: Job) -> None:
        turn = job.turn
        try:
            turn.papers = (await self.retriever()).store.paper_count
            job.notify()
            await self._write(job)
        except asyncio.CancelledError:
            turn.stopped = True
        except RagError as fault:
            turn.error = str(fault)
        except Exception:  # an error of ours must not leave the page waiting for ever
            logging.getLogger(__name__).exception("No answer to %r", turn.question)
            turn.error = INTERNAL_ERROR
        turn.ahead = None
        await self._end(name, job)

    async def _write(self, job: Job) -> None:
        """Searches, quotes, and has a model write. Everybody gets quotes at once, whoever else is being written for."""
        turn, choices = job.turn, job.turn.choices
        conversation = Conversation.resume(self.library, replies(job.turns[:-1]))
        llm, writer = choices.llm or None, choices.writer or None
        events = conversation.ask(turn.question, choices.without, choices.limit, llm, writer)
        async with aclosing(events):
            async with self._searching.place(job.set_position):
                job.take(await anext(events))
            async for event in events:
                job.take(event)
                if isinstance(event, Working):  # the model begins with the next one
                    break
            if turn.answer is None:
                async with self._writing.place(job.set_position):
                    async for event in events:
                        job.take(event)

    async def _end(self, name: str, job: Job) -> None:
        try:
            await self._save(name, job)
        except ConversationError as fault:  # the answer is on the page all the same; the log says that it will not last
            logging.getLogger(__name__).warning("%s", fault)
        del self._jobs[name]
        job.notify()

    async def _save(self, name: str, job: Job) -> None:
        await asyncio.to_thread(self.conversations.save, job.owner, name, len(job.turns) - 1, job.turn)
