"""The addresses of the HTTP API: docs/http.md."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import cache
from typing import TYPE_CHECKING, Annotated

from fastapi import HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse

from rag.answer.types import Answer
from rag.errors import IndexingError, RagError
from rag.export.json import answer_json, event_json, hits_json, notes_json, paper_json
from rag.web.event_stream import EventStream, prefers_events, sse, unless_gone
from rag.web.faces import API_PREFIX
from rag.web.identity import visitor_of
from rag.web.selected import is_hash
from rag.web.v1.errors import fault_json
from rag.web.v1.openapi import ASK, PAPER, PAPERS, SEARCH, SEARCH_AFTER, STATUS, document
from rag.web.v1.papers import page_json
from rag.web.v1.requests import AskBody, PapersQuery, SearchBody, SearchQuery
from rag.web.v1.status import status_json

if TYPE_CHECKING:
    import gradio as gr

    from rag.answer.types import Event
    from rag.chat.library import Library
    from rag.chat.messages import Message
    from rag.index.store import Store
    from rag.web.answering import Answering
    from rag.web.jobs import Jobs
    from rag.web.rebuilding import Rebuilding


class V1Routes:
    """One method per address. Nothing of what is asked is kept."""

    def __init__(self, library: Library, jobs: Jobs, answering: Answering, rebuilding: Rebuilding) -> None:
        self._library, self._jobs = library, jobs
        self._answering, self._rebuilding = answering, rebuilding

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at all addresses of the API."""
        server.get(f"{API_PREFIX}search", operation_id="search", **SEARCH)(self.search)
        server.post(f"{API_PREFIX}search", operation_id="search_after", **SEARCH_AFTER)(self.search_after)
        server.post(f"{API_PREFIX}ask", operation_id="ask", **ASK)(self.ask)
        server.get(f"{API_PREFIX}papers", operation_id="papers", **PAPERS)(self.papers)
        server.get(f"{API_PREFIX}papers/{{paper}}", operation_id="paper", **PAPER)(self.paper)
        server.get(f"{API_PREFIX}status", operation_id="status", **STATUS)(self.status)
        server.get(f"{API_PREFIX}openapi.json", include_in_schema=False)(self.openapi)
        self._document = cache(lambda: document(server.router.routes))  # made when it is first asked for

    async def search(self, request: Request, asked: Annotated[SearchQuery, Query()]) -> Response:
        """List the papers that best match a question."""
        return await self._search(request, asked)

    async def search_after(self, request: Request, asked: SearchBody) -> Response:
        """List the papers that best match a question, which may follow earlier turns."""
        return await self._search(request, asked, asked.messages)

    async def ask(self, request: Request, asked: AskBody) -> Response:
        """Answer a question from the abstracts; every sentence cites the sentence that supports it."""
        visitor = visitor_of(request)
        events = self._answering.events(visitor, asked.question, asked.messages, asked.choices)
        if prefers_events(request.headers.get("accept", "")) if asked.stream is None else asked.stream:

            def told(fault: Exception) -> str:
                return sse("error", fault_json(fault, visitor))

            return await EventStream(_texts(events), told).begun(request.receive)
        answer = await unless_gone(request.receive, _last(events))
        return JSONResponse(answer_json(answer))

    async def papers(self, asked: Annotated[PapersQuery, Query()]) -> Response:
        """List the papers of the collection, newest first."""
        return JSONResponse(await asyncio.to_thread(page_json, asked, await self._store()))

    async def paper(self, paper: str) -> Response:
        """Return one paper."""
        store = await self._store()
        # Within the thread: all identities are made when they are first asked for.
        numbers = await asyncio.to_thread(lambda: store.identities.find([paper])) if is_hash(paper) else {}
        if not numbers:
            raise HTTPException(404, "No paper has this ID. It may have been removed; search for its title.")
        (number,) = numbers.values()
        return JSONResponse(paper_json(await asyncio.to_thread(store.paper, number)))

    async def status(self) -> Response:
        """Say whether questions can be answered, and from what."""
        message = ""
        try:
            await self._answering.retriever()
        except IndexingError as fault:
            message = str(fault)
        except RagError:
            pass  # the reply tells of it
        places, is_changing = self._jobs.places, self._rebuilding.running is not None
        return JSONResponse(await asyncio.to_thread(status_json, self._library, message, len(places), is_changing))

    async def openapi(self) -> Response:
        """All this as an OpenAPI document."""
        return JSONResponse(await asyncio.to_thread(self._document))

    async def _search(self, request: Request, asked: SearchQuery, history: Sequence[Message] = ()) -> Response:
        search = self._answering.search(
            visitor_of(request), asked.question, asked.top, history, asked.without, asked.papers or ()
        )
        query, hits = await unless_gone(request.receive, search)
        return JSONResponse(hits_json(hits) | notes_json(query.filters, query.notice))

    async def _store(self) -> Store:
        return (await self._answering.retriever()).store


async def _last(events: AsyncGenerator[Event]) -> Answer:
    """The answer, which is the last of `events`."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Answer):
                return event
    raise AssertionError("no answer")  # every question is answered, or raises


async def _texts(events: AsyncGenerator[Event]) -> AsyncGenerator[str]:
    async with aclosing(events):
        async for event in events:
            yield sse(*event_json(event))
