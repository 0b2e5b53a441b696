"""Answers the questions of programs, in the same queue and limits as those of the pages. Nothing of them is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from rag.answer.types import Answer, Working
from rag.chat.conversation import Conversation
from rag.chat.messages import Message, history_of
from rag.errors import ClosingError, IndexingError, QuestionError, StoreError
from rag.query.filters import MAX_FILTER_CHARS
from rag.query.history import History
from rag.query.question import check_length
from rag.query.selected import selected
from rag.query.understanding import Query, understand, written_filters
from rag.text import in_quotes, normalize, one_line
from rag.threads import in_thread, through
from rag.web.trouble import answer_for_reader
from rag.web.turns import Choices

if TYPE_CHECKING:
    from rag.answer.types import Event
    from rag.chat.library import Library
    from rag.index.store import Store
    from rag.retrieval.hits import Hits
    from rag.retrieval.retriever import HybridRetriever
    from rag.web.identity import Visitor
    from rag.web.jobs import Jobs
    from rag.web.places import Asking

_T = TypeVar("_T")
INDEXING = "The papers are being indexed. Try again when that is done."
_OTHER_MODEL = "Name one that `rag models` says is ready, or leave it out for that of the settings."
CLOSING = "The chat is being stopped. Try again when it runs."


class Answering:
    """Answers questions and searches for programs: over HTTP, as a model of OpenAI's API, as a tool of an agent.

    For the event loop of the server only.
    """

    def __init__(self, library: Library, jobs: Jobs) -> None:
        self._library = library
        self._jobs = jobs
        self._tasks: set[asyncio.Task[Any]] = set()  # what is being worked at
        self._loop: asyncio.AbstractEventLoop | None = None  # once something was asked

    def end(self) -> None:
        """Ends all that is being worked at, so that whoever waits for it gets a ClosingError; for another thread."""
        if self._loop and self._loop.is_running():
            self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in self._tasks])

    async def retriever(self) -> HybridRetriever:
        """What searches the papers, for a program, which is not kept waiting until there are some.

        Raises IndexingError while the index is being built that can then be opened, else StoreError without one.
        """
        try:
            return await self._jobs.retriever()
        except StoreError as fault:
            if self._jobs.is_mended(fault):
                raise IndexingError(INDEXING) from fault
            raise

    async def events(
        self,
        visitor: Visitor,
        question: str,
        history: Sequence[Message] = (),
        choices: Choices = Choices(),  # noqa: B008 - it is immutable
    ) -> AsyncGenerator[Event]:
        """Streams the answer; see `rag.answer.types.Event`. Close it, and the answer is stopped, the model too.

        `history` is the conversation before, oldest first. Its last answer cites the papers whose full titles it
        contains; what cannot be read as a question is left out.

        Raises QuestionError for what cannot be asked, FullError, which is one, while too many questions wait, and
        StoreError without an index, before the first event; RagError if the answer fails later, ClosingError if it is
        ended.
        """
        check_length(question)
        with self._jobs.places.held(_owner(visitor), question, visitor.face) as asked:
            feed = _Feed()
            task = self._begun(self._answer(asked, history, choices, feed))
            task.add_done_callback(feed.end)
            try:
                while event := await feed.next(task):
                    yield _told(event, visitor)
            finally:
                task.cancel()
                await through(asyncio.wait([task]))  # what it works at is bounded by the place that it holds

    async def search(
        self,
        visitor: Visitor,
        question: str,
        top: int,
        history: Sequence[Message] = (),
        without: Sequence[str] = (),
        papers: Sequence[str] = (),
    ) -> tuple[Query, Hits]:
        """The `top` papers for `question`, best first, and the query that they were searched with; without a model.

        Raises as `events` does.
        """

        async def searched() -> tuple[Query, Hits]:
            ignored, before = _filters_meant(without, question), await self._history(history)
            return await self._found(lambda retriever: _search(retriever, question, top, before, ignored, papers))

        check_length(question)
        with self._jobs.places.held(_owner(visitor), question, visitor.face, is_search=True) as asked:
            found = await self._unless_ended(searched())
            asked.found()
            return found

    async def look_up(self, visitor: Visitor, look: Callable[[Store], _T]) -> _T:
        """What `look` finds in the index, which takes a place as a search does. Raises FullError and StoreError."""
        with self._jobs.places.held(_owner(visitor), "", visitor.face):
            return await self._unless_ended(self._found(lambda retriever: look(retriever.store)))

    async def _answer(self, asked: Asking, history: Sequence[Message], choices: Choices, feed: _Feed) -> None:
        """Has `feed` take the events of the answer."""
        await self._jobs.models.check(choices.llm, _OTHER_MODEL)
        without = _filters_meant(choices.without, asked.question)
        conversation = Conversation(self._library, await self._history(history))
        llm, writer, papers = choices.llm or None, choices.writer or None, choices.papers or None
        events = conversation.ask(asked.question, without, choices.limit, llm, writer, papers)
        await self._jobs.places.run(asked, events, feed.put, lambda ahead: None)

    async def _history(self, messages: Sequence[Message]) -> History:
        if messages:  # all titles are looked for in the answer
            return await self._found(lambda retriever: history_of(messages, retriever.store))
        await self.retriever()
        return History()

    async def _found(self, look: Callable[[HybridRetriever], _T]) -> _T:
        """What `look` finds, in a thread, in its turn."""
        retriever = await self.retriever()
        async with self._jobs.places.searching.place(lambda ahead: None):
            return await in_thread(look, retriever)

    def _begun(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """A task that does `work`, until `end` ends it."""
        self._loop = asyncio.get_running_loop()
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _unless_ended(self, work: Coroutine[Any, Any, _T]) -> _T:
        """The result of `work`. Raises ClosingError if it is ended."""
        task = self._begun(work)
        try:
            return await task
        except asyncio.CancelledError:
            if (waiting := asyncio.current_task()) and waiting.cancelling():  # whoever waits for it left
                raise
            raise ClosingError(CLOSING) from None


class _Feed:
    """The events that came and were not taken yet: whoever reads slowly holds no place for that.

    Of a model that tells of each word, only how far it is now is kept.
    """

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self._events: list[Event] = []

    def put(self, event: Event) -> None:
        """Adds an event."""
        if self._events and isinstance(event, Working) and isinstance(self._events[-1], Working):
            self._events.pop()
        self._events.append(event)
        self.changed.set()

    def end(self, task: asyncio.Task[None]) -> None:
        """Notes that `task`, which makes the events, has ended."""
        self.changed.set()
        if not task.cancelled():
            task.exception()  # whoever left does not ask for it, of which asyncio would complain

    async def next(self, task: asyncio.Task[None]) -> Event | None:
        """The next event, None when `task`, which makes them, has ended. Raises what it raised."""
        while not self._events and not task.done():
            self.changed.clear()
            await self.changed.wait()
        if self._events:
            return self._events.pop(0)
        if task.cancelled():  # by `Answering.end`: whoever waits here has not cancelled it
            raise ClosingError(CLOSING)
        task.result()
        return None


def _search(
    retriever: HybridRetriever, question: str, top: int, history: History, without: Sequence[str], papers: Sequence[str]
) -> tuple[Query, Hits]:
    chosen = selected(papers, retriever.store)
    before = chosen.within(history) if chosen else history
    query = understand(question, retriever.store, before, without, selected=chosen)
    return query, retriever.search(query.rewrites, top, query.among)


def _filters_meant(without: Sequence[str], question: str) -> tuple[str, ...]:
    """The filters of `question` that `without` names, as the question writes them.

    Raises QuestionError for one that it does not have, which would go unnoticed. The selection of papers is none of
    its filters.
    """
    written = {_compared(one): one for one in written_filters(question)} if without else {}
    left = written.keys() - set(map(_compared, without))  # a model takes filters from a question only without these
    for one in without:
        if _compared(one) not in written and (left or not _is_of_model(one, question)):
            there = ", ".join(map(in_quotes, sorted(written.values()))) or "none"
            raise QuestionError(
                f"{in_quotes(one[:MAX_FILTER_CHARS])} is no filter of this question, which has {there}."
            )
    return tuple(written.get(_compared(one), one) for one in without)


def _compared(written: str) -> str:
    return one_line(written).casefold()


def _is_of_model(written: str, question: str) -> bool:
    """Whether a model may have taken this filter from `question`: see `rag.query.merging`."""
    words = normalize(question).split()
    return written.startswith(("author:", "year:")) and set(normalize(written).split()[1:]) <= set(words)


def _owner(visitor: Visitor) -> str:
    """Whose questions are counted together. Programs without a cookie are on this machine, and count as one."""
    return visitor.owner if visitor.is_known else ""


def _told(event: Event, visitor: Visitor) -> Event:
    """`event` as `visitor` may see it."""
    if isinstance(event, Answer) and not visitor.is_curator:
        return answer_for_reader(event)
    return event
