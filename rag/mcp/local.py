"""The collection as one agent works with it that started this process itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, TypeVar

from rag.chat.conversation import Conversation
from rag.chat.ranking import ranked
from rag.errors import RagError, StoppedError
from rag.progress import Progress
from rag.query.history import History
from rag.query.question import check_length
from rag.query.understanding import Query, understand

if TYPE_CHECKING:
    from rag.answer.types import Event
    from rag.chat.library import Library
    from rag.index.store import Store
    from rag.mcp.tools import Report
    from rag.retrieval.hits import Hits

AT_A_TIME = 2  # answers: more only delay each other
_LOOK = 0.2  # seconds between two looks at how far a change is
_T = TypeVar("_T")


class LocalBackend:
    """A `rag.mcp.tools.Backend` for one event loop. Whoever started the process may do everything, and see all."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._answering = asyncio.Semaphore(AT_A_TIME)

    async def look_up(self, look: Callable[[Store], _T]) -> _T:
        """What `look` finds in the index."""
        return await asyncio.to_thread(lambda: look(self.library.retriever().store))

    async def search(self, question: str, top: int) -> tuple[Query, Hits]:
        """The `top` papers for `question`, and the query that they were searched with, without a model."""
        check_length(question)
        return await asyncio.to_thread(self._search, question, top)

    async def events(self, question: str, limit: int) -> AsyncGenerator[Event]:
        """Streams the answer. Closing it stops the model."""
        async with self._answering, aclosing(Conversation(self.library).ask(question, (), limit)) as events:
            async for event in events:
                yield event

    async def change(self, work: Callable[[Progress], _T], report: Report) -> _T:
        """Does `work` in a thread, which ends at its next step if this is cancelled."""
        stopping, stages = threading.Event(), [""]

        def progress(stage: str, done: int, total: int) -> None:
            if stopping.is_set():
                raise StoppedError("Stopped: nothing has changed.")
            stages.append(f"{stage} {done:,} of {total:,}" if total else stage)

        task = asyncio.create_task(asyncio.to_thread(work, progress))
        try:
            while not (await asyncio.wait([task], timeout=_LOOK))[0]:
                *earlier, last = stages
                del stages[: len(earlier)]
                if earlier:
                    await report(last)
            return task.result()
        finally:
            stopping.set()
            await asyncio.gather(task, return_exceptions=True)  # what ends it is told above, or to nobody

    def told(self, fault: RagError) -> str:
        """What is wrong, in a line."""
        return str(fault)

    def _search(self, question: str, top: int) -> tuple[Query, Hits]:
        store = self.library.retriever().store
        return ranked(self.library, understand(question, store), History(), top, (), None)
