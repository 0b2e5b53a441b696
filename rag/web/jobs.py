"""Questions being answered. Each goes on whether or not its page is open, and is saved when asked and when it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from rag.chat.conversation import Conversation
from rag.errors import (
    ConversationError,
    NoIndexError,
    QuestionError,
    RagError,
    StoreError,
    UnknownConversationError,
)
from rag.index import generations
from rag.query.question import check_length
from rag.text import clean_line
from rag.web.conversations import MAX_OWNED, MAX_TURNS, Conversations
from rag.web.job import Job
from rag.web.keeping import Keeper
from rag.web.offered import OfferedModels
from rag.web.places import Places
from rag.web.rebuilding import Rebuilding
from rag.web.single_flight import SingleFlight
from rag.web.turns import NO_ANSWER, Choices, Turn, replies

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.retrieval.retriever import HybridRetriever

INTERNAL_ERROR = "An internal error occurred. The terminal that runs the chat shows the details."
STILL_RUNNING = "This conversation is still being answered. Wait for the answer, or press Stop."
_INDEX_INTERVAL = 0.5  # seconds between two looks whether there is an index
_END_SECONDS, _END_INTERVAL = 5.0, 0.02  # for all answers to end, as the server does; and between two looks


class Jobs:
    """All questions being answered, of all users. For the event loop of the server only."""

    def __init__(self, library: Library, conversations: Conversations, rebuilding: Rebuilding | None = None) -> None:
        self.library = library
        self._rebuilding = rebuilding or Rebuilding()
        self.conversations = conversations
        self.keeper = Keeper(conversations)
        self._first_retriever = SingleFlight(library.retriever)
        self._jobs: dict[tuple[str, str], Job] = {}  # by owner and name
        self._loop: asyncio.AbstractEventLoop | None = None  # once a question was asked
        self.places = Places()
        self.models = OfferedModels(library)

    @property
    def is_searching(self) -> bool:
        """Whether somebody waits for what a search finds."""
        return not self.places.searching.is_idle

    async def retriever(self) -> HybridRetriever:
        """The library's retriever. All who wait for the first one share a thread; later, the previous one is there."""
        if self.library.is_open:
            return await asyncio.to_thread(self.library.retriever)
        return await self._first_retriever()

    def is_mended(self, fault: StoreError) -> bool:
        """Whether a change is being made after which the index can be opened that could not be, by this `fault`."""
        if self._rebuilding.running:
            return True
        return isinstance(fault, NoIndexError) and generations.is_changing(self.library.settings.index_dir)

    async def turns(self, owner: str, name: str) -> list[Turn]:
        """The turns of a conversation as they are now. Raises ConversationError as `Conversations.load` does."""
        if job := await self._job(owner, name):
            return job.snapshot()
        return await self.keeper.load(owner, name)

    async def ask(
        self,
        owner: str,
        name: str,
        question: str,
        choices: Choices,
        replace: int | None = None,
        *,
        new: bool = False,
        tells_all: bool = True,
    ) -> None:
        """Begins to answer `question` in the conversation `name`, if given in place of turn `replace` and all after it.

        A conversation that is known to be `new` is not looked for, so it begins also where none can be stored. What is
        asked before there is an index waits for it. Unless it `tells_all`, errors tell nothing of the server.

        Raises QuestionError, and stores nothing, if the question is empty or too long, if it names a model that is
        not offered, while that conversation is being answered, if it is full, and if too many questions wait or too
        much is stored for the owner; ConversationError if the conversation cannot be read.
        """
        check_length(question)
        if (owner, name) in self._jobs:
            raise QuestionError(STILL_RUNNING)
        job = Job(self.places.enter(owner, question), [Turn(question, choices)], tells_all)
        self._loop = asyncio.get_running_loop()
        self._jobs[owner, name] = job  # before the first await: nobody else may
        try:
            await self._begin(job, name, replace, new)
        except BaseException as fault:
            job.asked.fault = fault if isinstance(fault, Exception) else None
            self._leave(name, job)
            job.begun.set()
            raise

    async def watch(self, owner: str, name: str) -> AsyncGenerator[list[Turn]]:
        """The turns of a conversation after each change to the last, until that is answered; at least once.

        Raises QuestionError if too many watch already.
        """
        job = await self._job(owner, name)
        if job and job.task:
            async with aclosing(job.watch(job.task)) as states:
                async for turns in states:
                    yield turns
        else:
            yield await self.turns(owner, name)

    def stop(self, owner: str, name: str) -> None:
        """Ends the answer that is being written with what it has; the model is stopped too."""
        if job := self._jobs.get((owner, name)):
            job.stop()

    def end(self) -> None:
        """Ends all answers that are being written, and returns once they are saved; for another thread."""
        if self._loop and self._loop.is_running():
            with suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(self._end_all(), self._loop).result(_END_SECONDS)

    async def _end_all(self) -> None:
        while self._jobs:
            for job in self._jobs.values():
                job.stop()
            await asyncio.sleep(_END_INTERVAL)

    async def delete(self, owner: str, name: str) -> None:
        """Ends what is being answered in a conversation, and forgets it. Raises as `Keeper.delete` does."""
        while job := await self._job(owner, name):
            job.stop()
            if job.task:
                await asyncio.wait([job.task])  # it is saved once more when it ends, and would come back
        await self.keeper.delete(owner, name)

    async def branch(self, owner: str, name: str, count: int | None = None) -> str:
        """Copies the first `count` turns of a conversation, None for all; the name of the copy.

        Raises QuestionError if one of these is being answered, or too much is stored for the owner, and as
        `Keeper.branch` does.
        """
        job = await self._job(owner, name)
        if job and (count is None or count >= len(job.turns)):
            raise QuestionError(STILL_RUNNING)
        await self._check_size(owner)
        return await self.keeper.branch(owner, name, count)

    async def rate(
        self, owner: str, name: str, n: int, good: bool, note: str, question: str | None = None
    ) -> list[Turn]:
        """Saves what the user thinks of the answer to turn `n`; all turns as they were then.

        Raises QuestionError if it is still being written, and as `Turn.rate` does.
        """
        if not 0 <= n < MAX_TURNS:
            raise QuestionError(NO_ANSWER)
        job = await self._job(owner, name)
        if job and n == len(job.turns) - 1:
            raise QuestionError(STILL_RUNNING)
        rated = await self.keeper.rate(owner, name, n, good, note, question)
        job = await self._job(owner, name)
        if job and n < len(job.turns) - 1:  # its copy, of which only the last turn will be saved
            job.turns[n].good, job.turns[n].note = good, note
        return rated

    async def _job(self, owner: str, name: str) -> Job | None:
        """What is being answered in a conversation, once it has begun."""
        while (job := self._jobs.get((owner, name))) and not job.begun.is_set():
            await job.begun.wait()
        return job

    async def _begin(self, job: Job, name: str, replace: int | None, new: bool) -> None:
        """Saves the question, and begins to answer it."""
        await self.models.check(job.turn.choices.llm)
        await self._check_size(job.owner)
        before = [] if new else await self._before(job.owner, name, replace)
        earlier = before if replace is None else before[:replace]
        if len(earlier) >= MAX_TURNS:
            raise QuestionError(f"A conversation has at most {MAX_TURNS} questions. Begin a new one.")
        job.turns = [*earlier, job.turn]
        await self.keeper.begin(job.owner, name, job.turns, len(before), job.told)
        job.task = asyncio.create_task(self._answer(name, job))

    async def _check_size(self, owner: str) -> None:
        """Raises QuestionError if nothing more can be stored for `owner`."""
        with suppress(ConversationError):  # what else goes on without the file is decided where it is needed
            if await self.keeper.size(owner) >= MAX_OWNED:
                raise QuestionError(
                    f"Your conversations take {MAX_OWNED // 1_000_000} MB, and there is no room for more. "
                    "Delete some of them, then ask again."
                )

    async def _before(self, owner: str, name: str, replace: int | None) -> list[Turn]:
        """The turns that are there before a new question."""
        try:
            return await self.keeper.load(owner, name)
        except UnknownConversationError:
            if replace is None:  # the first question of a new conversation
                return []
            raise

    async def _answer(self, name: str, job: Job) -> None:
        job.begun.set()
        turn = job.turn
        try:
            if not job.stopping:
                store = (await self._mended(job)).store
                turn.papers = len(turn.choices.papers) or store.paper_count
                job.notify()
                await self._write(job)
        except asyncio.CancelledError:
            pass
        except RagError as fault:
            job.asked.fault = fault
            turn.error = clean_line(job.told(fault))
        except Exception as fault:  # an error of ours must not leave the page waiting for ever
            job.asked.fault = fault
            logging.getLogger(__name__).exception("A question could not be answered")
            turn.error = INTERNAL_ERROR
        turn.ahead = None
        turn.stopped = turn.running
        await self._end(name, job)

    async def _mended(self, job: Job) -> HybridRetriever:
        """The retriever, once there is an index, and no change is being made that may repair it."""
        while True:
            try:
                found = await self.retriever()
                job.set_without_papers(False)
                return found
            except StoreError as fault:
                is_mended = self.is_mended(fault)
                if not (is_mended or isinstance(fault, NoIndexError)):
                    raise
                job.set_without_papers(not is_mended)
            await asyncio.sleep(_INDEX_INTERVAL)

    async def _write(self, job: Job) -> None:
        """Searches, quotes, and has a model write."""
        turn, choices = job.turn, job.turn.choices
        conversation = Conversation.resume(self.library, replies(job.turns[:-1]))
        llm, writer, papers = choices.llm or None, choices.writer or None, choices.papers or None
        turn.assisted = self.library.style(llm, writer) == "synthesis"
        events = conversation.ask(turn.question, choices.without, choices.limit, llm, writer, papers)
        await self.places.run(job.asked, events, job.take, job.set_position)

    async def _end(self, name: str, job: Job) -> None:
        try:
            await self.keeper.finish(job.owner, name, job.turns, job.told)
        finally:
            self._leave(name, job)
            job.notify()

    def _leave(self, name: str, job: Job) -> None:
        del self._jobs[job.owner, name]
        self.places.leave(job.asked)
