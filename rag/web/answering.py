"""Answers the questions of programs, in the same queue and limits as those of the pages. Nothing of them is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from rag.answer.types import Answer, Working
from rag.chat.conversation import Conversation
from rag.chat.messages import Message, history_of
from rag.query.history import History
from rag.query.question import check_length
from rag.query.selected import selected
from rag.query.understanding import Query, understand
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

_T = TypeVar("_T")


class Answering:
    """Answers questions and searches for programs: over HTTP, as a model of OpenAI's API, as a tool of an agent.

    For the event loop of the server only.
    """

    def __init__(self, library: Library, jobs: Jobs) -> None:
        self._library = library
        self._jobs = jobs

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
        StoreError without an index, before the first event; RagError if the answer fails later.
        """
        check_length(question)
        with self._jobs.places.held(_owner(visitor), question, visitor.face) as asked:
            await self._jobs.models.check(choices.llm)
            conversation = Conversation(self._library, await self._history(question, history))
            llm, writer = choices.llm or None, choices.writer or None
            events = conversation.ask(question, choices.without, choices.limit, llm, writer, choices.papers)
            feed = _Feed()
            task = asyncio.create_task(self._jobs.places.run(asked, events, feed.put, lambda ahead: None))
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
        check_length(question)
        with self._jobs.places.held(_owner(visitor), question, visitor.face, is_search=True) as asked:
            before = await self._history(question, history)
            retriever = await self._jobs.retriever()
            async with self._jobs.places.searching.place(lambda ahead: None):
                found = await in_thread(_search, retriever, question, top, before, without, papers)
            asked.found()
            return found

    async def look_up(self, visitor: Visitor, look: Callable[[Store], _T]) -> _T:
        """What `look` finds in the index, which takes a place as a search does. Raises FullError and StoreError."""
        with self._jobs.places.held(_owner(visitor), "", visitor.face):
            retriever = await self._jobs.retriever()
            async with self._jobs.places.searching.place(lambda ahead: None):
                return await in_thread(look, retriever.store)

    async def _history(self, question: str, messages: Sequence[Message]) -> History:
        retriever = await self._jobs.retriever()
        if not messages:
            return History()
        async with self._jobs.places.searching.place(lambda ahead: None):  # all titles are looked for in the answer
            return await in_thread(history_of, messages, retriever.store)


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
        task.result()
        return None


def _search(
    retriever: HybridRetriever, question: str, top: int, history: History, without: Sequence[str], papers: Sequence[str]
) -> tuple[Query, Hits]:
    chosen = selected(papers, retriever.store, without)
    before = chosen.within(history) if chosen else history
    query = understand(question, retriever.store, before, without, selected=chosen)
    return query, retriever.search(query.rewrites, top, query.among)


def _owner(visitor: Visitor) -> str:
    """Whose questions are counted together. Programs without a cookie are on this machine, and count as one."""
    return visitor.owner if visitor.is_known else ""


def _told(event: Event, visitor: Visitor) -> Event:
    """`event` as `visitor` may see it."""
    if isinstance(event, Answer) and not visitor.is_curator:
        return answer_for_reader(event)
    return event
