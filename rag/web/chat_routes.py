"""The chat's addresses: its pages, and what happens on a click."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import gradio as gr
from fastapi import Body, Query, Request, Response
from fastapi.responses import HTMLResponse

from rag.chat.ratings import record
from rag.errors import ConversationError, RagError, UnknownConversationError
from rag.index import catalogue
from rag.llm import describe
from rag.web import asking, pages, turn_view
from rag.web.home import Home, Homes
from rag.web.identity import Visitor, curator_of, owner_of, visitor_of
from rag.web.jobs import Jobs
from rag.web.selected import MAX_SELECTED_CHARS, SelectedView, hashes_in, selected_view
from rag.web.single_flight import SingleFlight
from rag.web.stream import Updates
from rag.web.trouble import for_visitor, of_model
from rag.web.turns import Turn, replies

if TYPE_CHECKING:
    from rag.chat.library import Library

_T = TypeVar("_T")
FEEDBACK = "feedback.jsonl"  # beside the index; `rag eval` reads it
SelectedPapers = Annotated[str, Query(max_length=MAX_SELECTED_CHARS)]  # "ID.ID.ID"
STREAM: dict[str, Any] = {"concurrency_limit": None, "api_visibility": "undocumented"}  # `Jobs` has the queue


class ChatRoutes:
    """One method per address. Nothing of a user is kept here: `jobs` has their conversations."""

    def __init__(self, library: Library, jobs: Jobs) -> None:
        self.library = library
        self.jobs = jobs
        self.homes = Homes(jobs)
        self._assistant = SingleFlight(library.assistant)
        # Few, for they compete with the event loop; of their own, for a page must not wait for a search.
        self._threads = ThreadPoolExecutor(2, "rendering")
        self._recording = ThreadPoolExecutor(1, "ratings")  # one at a time: they are written to one file

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at all addresses of the chat."""
        server.get("/")(self.new)
        server.get("/c/{name}")(self.conversation)
        server.post("/c/{name}/stop")(self.stop)
        server.post("/c/{name}/{n}/rating")(self.rate)
        server.get("/settings")(self.settings)
        server.get("/settings/filters")(self.filters)
        server.post("/settings/test")(self.test)
        server.api(self.ask, name="page_ask", **STREAM)
        server.api(self.watch, name="watch", **STREAM)
        server.api(self.opening, name="opening", **STREAM)

    async def new(self, request: Request, papers: SelectedPapers = "") -> Response:
        """A page for a new conversation, limited to the selected `papers` if there are any."""
        visitor = visitor_of(request)
        selected: SelectedView | None = None
        fault: RagError | None = None
        try:
            selected = await self._selected(hashes_in(papers))
        except RagError as error:
            fault = error
        head = _with_fault(await asyncio.to_thread(pages.head, self.library), fault)
        return await self._page(visitor, head, "", [], selected=selected)

    async def conversation(self, request: Request, name: str) -> Response:
        """The page of a conversation; if it cannot be shown, a new one that says why."""
        visitor, head = visitor_of(request), await asyncio.to_thread(pages.head, self.library)
        try:
            turns = await self.jobs.turns(visitor.owner, name)
            try:
                selected = await self._selected(turns[-1].choices.papers if turns else ())
            except RagError as fault:
                head, selected = _with_fault(head, fault), None
            return await self._page(visitor, head, name, turns, selected=selected)
        except UnknownConversationError as fault:
            return await self._page(visitor, _with_fault(head, fault), "", [], 404)
        except ConversationError as fault:  # it may well be there
            return await self._page(visitor, _with_fault(head, fault), "", [], 503)

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

    async def settings(self) -> dict[str, Any]:
        """What can be chosen: {"models": [{"spec", "name", "label"}]}."""
        models = [
            {"spec": choice.spec, "name": describe(choice.spec), "label": f"{describe(choice.spec)}: {choice.details}"}
            for choice in await self.jobs.models.choices()
        ]
        return {"models": models}

    async def filters(self) -> dict[str, Any]:
        """What tells papers apart: {"years": [oldest, newest] or null, "authors": whether any, "sources": names}."""
        store = (await self.jobs.retriever()).store
        years, sources = await asyncio.to_thread(lambda: (catalogue.years(store), catalogue.by_source(store)))
        has_authors = await asyncio.to_thread(store.has_field, "author")
        return {"years": years, "authors": has_authors, "sources": [name for name, _ in sources if name]}

    async def test(self, request: Request, llm: Annotated[str, Body(embed=True, max_length=500)]) -> dict[str, str]:
        """Whether the model `llm` answers, in words: {"message"}."""
        curator_of(request)
        await self.jobs.models.check(llm)
        return {"message": await asyncio.to_thread(self.library.test, llm or self.library.settings.llm)}

    async def ask(self, asked: Any, request: gr.Request) -> AsyncGenerator[dict[str, Any]]:
        """Answers `asked`: {"name": conversation or "", "question", "choices", "replace": number of a turn, or null}.

        Streams what `watch` does; one {"fault"} if the question cannot be asked.
        """
        try:
            owner, question = owner_of(request), asking.parse(asked)
            name = question.name or self.jobs.conversations.new()
            if question.name:  # which is there, or it would begin anew, without the turns that the page shows
                await self.jobs.turns(owner, question.name)
            await self.jobs.ask(
                owner,
                name,
                question.text,
                question.choices,
                question.replace,
                new=not question.name,
                tells_all=visitor_of(request).is_curator,
            )
            async with aclosing(self._stream(owner, name)) as updates:
                async for update in updates:
                    yield update
        except RagError as fault:
            yield {"fault": for_visitor(fault, visitor_of(request))}

    async def watch(self, name: Any, request: gr.Request) -> AsyncGenerator[dict[str, Any]]:
        """Streams a conversation until it is answered; see `rag.web.stream.Updates`. One {"fault"} if it cannot."""
        try:
            async with aclosing(self._stream(owner_of(request), asking.conversation(name))) as updates:
                async for update in updates:
                    yield update
        except RagError as fault:
            yield {"fault": for_visitor(fault, visitor_of(request))}

    async def opening(self, request: gr.Request) -> AsyncGenerator[dict[str, str]]:
        """Streams what a page says of the library once its index, then its model is open, or cannot be."""
        visitor = visitor_of(request)
        try:
            await self.jobs.retriever()
        except RagError as fault:
            yield pages.opened(await asyncio.to_thread(pages.closed, fault, self.library), None, visitor)
            return
        head = await asyncio.to_thread(pages.head, self.library)
        home = await self._home(head)
        yield pages.opened(head, home, visitor)
        if head.collection is None:  # it broke just now
            return
        try:
            await self._assistant()
            head = await asyncio.to_thread(pages.head, self.library)
        except RagError as fault:
            head = replace(head, trouble=of_model(fault))
        yield pages.opened(head, home, visitor)
        if home and home.examples is None:
            with suppress(RagError):  # it broke just now; the next page says how
                yield pages.opened(head, await self.homes.complete(), visitor)

    async def _selected(self, hashes: Sequence[str]) -> SelectedView | None:
        """The papers of these hashes, once the index is open; None without any. Raises RagError if none is there."""
        if not hashes:
            return None
        store = (await self.jobs.retriever()).store
        return await asyncio.to_thread(selected_view, hashes, store)

    async def _stream(self, owner: str, name: str) -> AsyncGenerator[dict[str, Any]]:
        updates, (listed, _) = Updates(name), await self.jobs.keeper.listed(owner)
        async with aclosing(self.jobs.watch(owner, name)) as states:
            async for turns in states:
                if not turns[-1].running:
                    listed, _ = await self.jobs.keeper.listed(owner)
                yield await self._render(updates.next, turns, listed)

    async def _page(
        self,
        visitor: Visitor,
        head: pages.Head,
        name: str,
        turns: Sequence[Turn],
        status: int = 200,
        selected: SelectedView | None = None,
    ) -> Response:
        listed, fault = await self.jobs.keeper.listed(visitor.owner)
        home = None if turns else await self._home(head)
        head = _with_fault(head, head.fault or fault)
        html = await self._render(pages.chat, head, listed, name, turns, home, visitor, selected)
        # "Back" shows the conversation as it is now, not as it was when it was left.
        return HTMLResponse(html, status, headers={"cache-control": "no-store"})

    async def _render(self, view: Callable[..., _T], *given: object) -> _T:
        """What `view` makes of what it is `given`, which may be long, while the event loop goes on."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(view, *given))

    async def _home(self, head: pages.Head) -> Home | None:
        """What a new conversation begins with, as far as it is known; None until the collection is open."""
        if head.collection is None:
            return None
        try:
            return await self.homes.now()
        except RagError:  # it broke just now; the next page says how
            return None

    def _record(self, name: str, turns: Sequence[Turn], n: int) -> None:
        turn = turns[n]
        if turn.reply:
            file = self.library.settings.index_dir / FEEDBACK
            record(file, f"{name}.{n}", turn.reply, bool(turn.good), turn.note, replies(turns[:n]))


def _with_fault(head: pages.Head, fault: RagError | None) -> pages.Head:
    return replace(head, fault=fault)
