"""The chat's addresses: its pages, and what happens on a click."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any

import gradio as gr
from fastapi import Body, Request, Response
from fastapi.responses import HTMLResponse

from rag.chat.ratings import record
from rag.errors import ConversationError, QuestionError, RagError
from rag.export.formats import EXPORTS
from rag.index import catalogue
from rag.text import replace_surrogates
from rag.web import export, pages, turn_view
from rag.web.conversations import is_name
from rag.web.identity import owner_of, remember, visitor
from rag.web.jobs import Jobs
from rag.web.single_flight import SingleFlight
from rag.web.stream import Updates
from rag.web.templates import MAX_NOTE
from rag.web.turns import Choices, Turn, replies

if TYPE_CHECKING:
    from rag.chat.library import Library

FEEDBACK = "feedback.jsonl"  # beside the index; `rag eval` reads it
MAX_EXAMPLES = 4
MAX_REMOVED_FILTERS = 20  # of one question
STREAM: dict[str, Any] = {"concurrency_limit": None, "api_visibility": "undocumented"}  # `Jobs` has the queue

Text = Annotated[str, Body(max_length=10_000)]


class ChatRoutes:
    """One method per address. Nothing of a user is kept here: `jobs` has their conversations."""

    def __init__(self, library: Library, jobs: Jobs) -> None:
        self.library = library
        self.jobs = jobs
        self._assistant = SingleFlight(library.assistant)
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
        owner = visitor(request.cookies)
        return await self._page(owner, await asyncio.to_thread(pages.head, self.library), "", [])

    async def conversation(self, request: Request, name: str) -> Response:
        """The page of a conversation; if it cannot be shown, a new one that says why."""
        owner, head = visitor(request.cookies), await asyncio.to_thread(pages.head, self.library)
        try:
            return await self._page(owner, head, name, await self.jobs.turns(owner, name))
        except RagError as fault:
            return await self._page(owner, pages.Head(head.collection, str(fault), head.opening), "", [], 404)

    async def delete(self, request: Request, name: str) -> None:
        """Forgets a conversation, and ends what is being answered in it."""
        await self.jobs.delete(owner_of(request.cookies), name)

    async def stop(self, request: Request, name: str) -> None:
        """Ends the answer that is being written."""
        self.jobs.stop(owner_of(request.cookies), name)

    async def rate(
        self, request: Request, name: str, n: int, good: Annotated[bool, Body()], note: Text = ""
    ) -> dict[str, str]:
        """Keeps what the user thinks of an answer, with the conversation and for `rag eval`."""
        owner = owner_of(request.cookies)
        turns = await self.jobs.rate(owner, name, n, good, replace_surrogates(str(note))[:MAX_NOTE])
        await asyncio.to_thread(self._record, name, turns, n)
        return {"turn": turn_view.turn_html(turns, n, name)}

    async def export(self, request: Request, name: str, n: int, format_: str) -> Response:
        """The answer to turn `n` as a file."""
        turns = await self.jobs.turns(owner_of(request.cookies), name)
        return _file(turns[n : n + 1], format_)

    async def export_all(self, request: Request, name: str, format_: str) -> Response:
        """All answers of a conversation as a file."""
        return _file(await self.jobs.turns(owner_of(request.cookies), name), format_)

    async def settings(self) -> dict[str, Any]:
        """What can be chosen: {"models": [{"spec", "label"}], "sources": [name]}."""
        models = await self._models()
        store = (await self.jobs.retriever()).store
        sources = await asyncio.to_thread(catalogue.by_source, store)
        return {"models": models, "sources": [name for name, _ in sources if name]}

    async def test(self, llm: Annotated[str, Body(embed=True, max_length=500)]) -> dict[str, str]:
        """Whether the model `llm` answers, in words: {"message"}."""
        await self._allow(llm)
        return {"message": await asyncio.to_thread(self.library.test, llm or self.library.settings.llm)}

    async def ask(self, asked: dict[str, Any], request: gr.Request) -> AsyncGenerator[dict[str, Any]]:
        """Answers `asked`: {"name": conversation or "", "question", "choices", "replace": number of a turn, or null}.

        Streams what `watch` does; one {"fault"} if the question cannot be asked.
        """
        try:
            owner, name = owner_of(request.cookies), str(asked.get("name") or self.jobs.conversations.new())
            if not is_name(name):
                raise ConversationError("There is no conversation of that name. Begin a new one.")
            replace = asked.get("replace")
            replace = replace if isinstance(replace, int) and replace >= 0 else None
            choices = await self._choices(asked.get("choices") or {})
            await self.jobs.ask(owner, name, replace_surrogates(str(asked.get("question", ""))), choices, replace)
        except RagError as fault:
            yield {"fault": str(fault)}
            return
        async with aclosing(self._stream(owner, name)) as updates:
            async for update in updates:
                yield update

    async def watch(self, name: str, request: gr.Request) -> AsyncGenerator[dict[str, Any]]:
        """Streams a conversation until it is answered; see `rag.web.stream.Updates`. One {"fault"} if it cannot."""
        try:
            async with aclosing(self._stream(owner_of(request.cookies), name)) as updates:
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
        updates, listed = Updates(name), await asyncio.to_thread(self.jobs.conversations.of, owner)
        async with aclosing(self.jobs.watch(owner, name)) as states:
            async for turns in states:
                # While a turn runs, nothing is awaited here: it could end, and would look as if it was saved.
                if not turns[-1].running:
                    listed = await asyncio.to_thread(self.jobs.conversations.of, owner)
                yield updates.next(turns, listed)

    async def _page(
        self, owner: str, head: pages.Head, name: str, turns: Sequence[Turn], status: int = 200
    ) -> Response:
        listed = await asyncio.to_thread(self.jobs.conversations.of, owner)
        examples = [] if turns else await self._examples(head)
        html = pages.chat(head, listed, name, turns, examples)
        # "Back" shows the conversation as it is now, not as it was when it was left.
        response = HTMLResponse(html, status, headers={"cache-control": "no-store"})
        remember(owner, response)
        return response

    async def _choices(self, given: dict[str, Any]) -> Choices:
        """What a page sent as choices, none of which is trusted."""
        without, limit, llm = given.get("without") or [], given.get("limit"), str(given.get("llm") or "")
        await self._allow(llm)
        filters = tuple(map(str, without[:MAX_REMOVED_FILTERS])) if isinstance(without, list) else ()
        limit = limit if isinstance(limit, int) and limit > 0 else None
        return Choices(filters, limit, llm, "quotes" if given.get("writer") == "quotes" else "")

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


def _file(turns: Sequence[Turn], format_: str) -> Response:
    if format_ not in EXPORTS or not replies(turns):
        return export.no_file()
    return export.download(*export.file(turns, format_), format_)
