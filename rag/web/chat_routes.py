"""The chat's addresses: its pages, and what happens on a click."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import gradio as gr
from fastapi import Body, Request, Response
from fastapi.responses import HTMLResponse

from rag.chat.ratings import record
from rag.errors import ConversationError, QuestionError, RagError, UnknownConversationError
from rag.export.formats import EXPORTS
from rag.index import catalogue
from rag.web import asking, export, pages, turn_view
from rag.web.identity import Visitor, curator_of, owner_of, visitor_of
from rag.web.jobs import Jobs
from rag.web.single_flight import SingleFlight
from rag.web.stream import Updates
from rag.web.turns import Turn, replies

if TYPE_CHECKING:
    from rag.chat.library import Library

_T = TypeVar("_T")
FEEDBACK = "feedback.jsonl"  # beside the index; `rag eval` reads it
MAX_EXAMPLES = 4
STREAM: dict[str, Any] = {"concurrency_limit": None, "api_visibility": "undocumented"}  # `Jobs` has the queue


class ChatRoutes:
    """One method per address. Nothing of a user is kept here: `jobs` has their conversations."""

    def __init__(self, library: Library, jobs: Jobs) -> None:
        self.library = library
        self.jobs = jobs
        self._assistant = SingleFlight(library.assistant)
        # Few, for they compete with the event loop; of their own, for a page must not wait for a search.
        self._threads = ThreadPoolExecutor(2, "rendering")
        self._recording = ThreadPoolExecutor(1, "ratings")  # one at a time: they are written to one file
        self._offered: set[str] = set()  # models that a page may name

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at all addresses of the chat."""
        server.get("/")(self.new)
        server.get("/c/{name}")(self.conversation)
        server.delete("/c/{name}")(self.delete)
        server.post("/c/{name}/stop")(self.stop)
        server.post("/c/{name}/{n}/rating")(self.rate)
        server.get("/c/{name}/all.{format_}")(self.export_all)
        server.get("/c/{name}/{n}.{format_}")(self.export)
        server.get("/settings")(self.settings)
        server.post("/settings/test")(self.test)
        server.api(self.ask, name="ask", **STREAM)
        server.api(self.watch, name="watch", **STREAM)
        server.api(self.opening, name="opening", **STREAM)

    async def new(self, request: Request) -> Response:
        """A page for a new conversation."""
        return await self._page(visitor_of(request), await asyncio.to_thread(pages.head, self.library), "", [])

    async def conversation(self, request: Request, name: str) -> Response:
        """The page of a conversation; if it cannot be shown, a new one that says why."""
        visitor, head = visitor_of(request), await asyncio.to_thread(pages.head, self.library)
        try:
            return await self._page(visitor, head, name, await self.jobs.turns(visitor.owner, name))
        except UnknownConversationError as fault:
            return await self._page(visitor, _with_fault(head, str(fault)), "", [], 404)
        except ConversationError as fault:  # it may well be there
            return await self._page(visitor, _with_fault(head, str(fault)), "", [], 503)

    async def delete(self, request: Request, name: str) -> None:
        """Forgets a conversation, and ends what is being answered in it."""
        await self.jobs.delete(owner_of(request), name)

    async def stop(self, request: Request, name: str) -> None:
        """Ends the answer that is being written."""
        self.jobs.stop(owner_of(request), name)

    async def rate(
        self,
        request: Request,
        name: str,
        n: int,
        good: Annotated[bool, Body()],
        note: Annotated[Any, Body()] = "",
        question: Annotated[Any, Body()] = None,
    ) -> dict[str, str]:
        """Keeps what the user thinks of the answer to `question`, with the conversation and for `rag eval`."""
        owner = owner_of(request)
        turns = await self.jobs.rate(owner, name, n, good, asking.note(note), question and str(question))
        await asyncio.get_running_loop().run_in_executor(self._recording, self._record, name, turns, n)
        return {"turn": await self._render(turn_view.turn_html, turns, n, name)}

    async def export(self, request: Request, name: str, n: int, format_: str) -> Response:
        """The answer to turn `n` as a file."""
        turns = await self.jobs.turns(owner_of(request), name)
        return await asyncio.to_thread(_file, turns[n : n + 1], format_)

    async def export_all(self, request: Request, name: str, format_: str) -> Response:
        """All answers of a conversation as a file."""
        return await asyncio.to_thread(_file, await self.jobs.turns(owner_of(request), name), format_)

    async def settings(self) -> dict[str, Any]:
        """What can be chosen: {"models": [{"spec", "label"}], "sources": [name]}."""
        models = await self._models()
        store = (await self.jobs.retriever()).store
        sources = await asyncio.to_thread(catalogue.by_source, store)
        return {"models": models, "sources": [name for name, _ in sources if name]}

    async def test(self, request: Request, llm: Annotated[str, Body(embed=True, max_length=500)]) -> dict[str, str]:
        """Whether the model `llm` answers, in words: {"message"}."""
        curator_of(request)
        await self._allow(llm)
        return {"message": await asyncio.to_thread(self.library.test, llm or self.library.settings.llm)}

    async def ask(self, asked: Any, request: gr.Request) -> AsyncGenerator[dict[str, Any]]:
        """Answers `asked`: {"name": conversation or "", "question", "choices", "replace": number of a turn, or null}.

        Streams what `watch` does; one {"fault"} if the question cannot be asked.
        """
        try:
            owner, question = owner_of(request), asking.parse(asked)
            name = question.name or self.jobs.conversations.new()
            await self._allow(question.choices.llm)
            if question.name:  # which is there, or it would begin anew, without the turns that the page shows
                await self.jobs.turns(owner, question.name)
            await self.jobs.ask(owner, name, question.text, question.choices, question.replace, new=not question.name)
            async with aclosing(self._stream(owner, name)) as updates:
                async for update in updates:
                    yield update
        except RagError as fault:
            yield {"fault": str(fault)}

    async def watch(self, name: Any, request: gr.Request) -> AsyncGenerator[dict[str, Any]]:
        """Streams a conversation until it is answered; see `rag.web.stream.Updates`. One {"fault"} if it cannot."""
        try:
            async with aclosing(self._stream(owner_of(request), asking.conversation(name))) as updates:
                async for update in updates:
                    yield update
        except RagError as fault:
            yield {"fault": str(fault)}

    async def opening(self) -> AsyncGenerator[dict[str, str]]:
        """Streams what a page says of the library once its index, then its model is open. One {"fault"} if not."""
        try:
            for opened in (self.jobs.retriever, self._assistant):
                await opened()
                head = await asyncio.to_thread(pages.head, self.library)
                yield pages.opened(head, await self._examples(head))
        except RagError as fault:
            yield {"fault": str(fault)}

    async def _stream(self, owner: str, name: str) -> AsyncGenerator[dict[str, Any]]:
        updates, (listed, _) = Updates(name), await self.jobs.keeper.listed(owner)
        async with aclosing(self.jobs.watch(owner, name)) as states:
            async for turns in states:
                if not turns[-1].running:
                    listed, _ = await self.jobs.keeper.listed(owner)
                yield await self._render(updates.next, turns, listed)

    async def _page(
        self, visitor: Visitor, head: pages.Head, name: str, turns: Sequence[Turn], status: int = 200
    ) -> Response:
        listed, fault = await self.jobs.keeper.listed(visitor.owner)
        examples = [] if turns else await self._examples(head)
        head = _with_fault(head, fault) if fault and not head.fault else head
        html = await self._render(pages.chat, head, listed, name, turns, examples, visitor)
        # "Back" shows the conversation as it is now, not as it was when it was left.
        return HTMLResponse(html, status, headers={"cache-control": "no-store"})

    async def _render(self, view: Callable[..., _T], *given: object) -> _T:
        """What `view` makes of what it is `given`, which may be long, while the event loop goes on."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(view, *given))

    async def _allow(self, llm: str) -> None:
        """Raises QuestionError unless `llm` is offered: a page may not make the server call any address it likes."""
        if llm and llm not in self._offered:
            await self._models()
        if llm and llm not in self._offered:
            raise QuestionError(f"The model {llm[:80]} is not available now. Choose another in Settings.")

    async def _models(self) -> list[dict[str, str]]:
        """The models that a page may name from now on."""
        choices = await asyncio.to_thread(self.library.choices)
        self._offered = {choice.spec for choice in choices}
        return [{"spec": choice.spec, "label": str(choice).removeprefix("* ").removeprefix("- ")} for choice in choices]

    async def _examples(self, head: pages.Head) -> list[str]:
        """Questions that this collection answers, from what its papers are about; none until it is open."""
        if head.collection is None:
            return []
        try:
            store = (await self.jobs.retriever()).store
        except RagError:  # it broke just now; the next page says how
            return []
        names = await asyncio.to_thread(lambda: store.projection.names)
        return [f"which papers study {name.split(',')[0]}?" for name in names[:MAX_EXAMPLES]]

    def _record(self, name: str, turns: Sequence[Turn], n: int) -> None:
        turn = turns[n]
        if turn.reply:
            file = self.library.settings.index_dir / FEEDBACK
            record(file, f"{name}.{n}", turn.reply, bool(turn.good), turn.note, replies(turns[:n]))


def _with_fault(head: pages.Head, fault: str) -> pages.Head:
    return pages.Head(head.collection, fault, head.opening)


def _file(turns: Sequence[Turn], format_: str) -> Response:
    if format_ not in EXPORTS or not replies(turns):
        return export.no_file()
    return export.download(*export.file(turns, format_), format_)
