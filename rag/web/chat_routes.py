"""The chat's addresses: its pages, and what happens on a click."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import gradio as gr
from fastapi import Body, Request, Response
from fastapi.responses import HTMLResponse

from rag.chat.ratings import record
from rag.errors import ConversationError, QuestionError, RagError
from rag.index import catalogue
from rag.web import cards, export, pages, render
from rag.web.conversations import is_name
from rag.web.identity import owner_of, remember, visitor
from rag.web.jobs import Jobs
from rag.web.turns import Choices, Turn, replies

if TYPE_CHECKING:
    from rag.chat.library import Library

FEEDBACK = "feedback.jsonl"  # beside the index; `rag eval` reads it
EXAMPLES = 4
MOST_FILTERS = 20  # of one question that are taken away
STREAM: dict[str, Any] = {"concurrency_limit": None, "api_visibility": "undocumented"}  # the desk keeps the line

Text = Annotated[str, Body(max_length=10_000)]


class ChatRoutes:
    """One method per address. Nothing of a user is kept here: their conversations are with the `desk`."""

    def __init__(self, chat: Library, desk: Jobs) -> None:
        self.chat = chat
        self.desk = desk
        self._offered: set[str] = set()  # models that a page may name

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at all addresses of the chat."""
        server.get("/")(self.new)
        server.get("/c/{name}")(self.conversation)
        server.delete("/c/{name}")(self.delete)
        server.post("/c/{name}/stop")(self.stop)
        server.post("/c/{name}/{n}/judge")(self.judge)
        server.get("/c/{name}/all.{format_}")(self.export_all)
        server.get("/c/{name}/{n}.{format_}")(self.export)
        server.get("/settings")(self.settings)
        server.post("/settings/test")(self.test)
        server.api(self.ask, name="ask", **STREAM)
        server.api(self.watch, name="watch", **STREAM)

    async def new(self, request: Request) -> Response:
        """A page for a new conversation."""
        owner = visitor(request.cookies)
        return await self._page(owner, await asyncio.to_thread(pages.head, self.chat), "", [])

    async def conversation(self, request: Request, name: str) -> Response:
        """The page of a conversation; a new one, and why, where it cannot be shown."""
        owner, head = visitor(request.cookies), await asyncio.to_thread(pages.head, self.chat)
        try:
            return await self._page(owner, head, name, await self.desk.turns(owner, name))
        except RagError as fault:
            return await self._page(owner, pages.Head(head.collection, str(fault)), "", [], 404)

    async def delete(self, request: Request, name: str) -> None:
        """Forgets a conversation, and ends what it is being answered."""
        await self.desk.delete(owner_of(request.cookies), name)

    async def stop(self, request: Request, name: str) -> None:
        """Ends the answer that is being written."""
        self.desk.stop(owner_of(request.cookies), name)

    async def judge(
        self, request: Request, name: str, n: int, good: Annotated[bool, Body()], note: Text = ""
    ) -> dict[str, str]:
        """Keeps what the user thinks of an answer, with the conversation and for `rag eval`."""
        owner = owner_of(request.cookies)
        turns = await self.desk.judge(owner, name, n, good, _text(note)[: pages.MAX_NOTE])
        await asyncio.to_thread(self._record, name, turns, n)
        return {"turn": pages.turn(turns, n, name)}

    async def export(self, request: Request, name: str, n: int, format_: str) -> Response:
        """The answer to turn `n` as a file."""
        turns = await self.desk.turns(owner_of(request.cookies), name)
        return _file(turns[n : n + 1], format_)

    async def export_all(self, request: Request, name: str, format_: str) -> Response:
        """All answers of a conversation as a file."""
        return _file(await self.desk.turns(owner_of(request.cookies), name), format_)

    async def settings(self) -> dict[str, Any]:
        """{"models": [{"spec", "label"}], "sources": [name]}: what can be chosen."""
        choices = await asyncio.to_thread(self.chat.choices)
        self._offered = {choice.spec for choice in choices}
        models = [
            {"spec": choice.spec, "label": str(choice).removeprefix("* ").removeprefix("- ")} for choice in choices
        ]
        return {"models": models, "sources": await asyncio.to_thread(self._sources)}

    async def test(self, llm: Annotated[str, Body(embed=True, max_length=500)]) -> dict[str, str]:
        """{"told": whether that model answers, in words}."""
        await self._allow(llm)
        return {"told": await asyncio.to_thread(self.chat.test, llm or self.chat.settings.llm)}

    async def ask(self, asked: dict[str, Any], request: gr.Request) -> AsyncGenerator[dict[str, Any]]:
        """Answers `asked`: {"name": conversation or "", "question", "choices", "at": turn to replace, or null}.

        Streams what `watch` does; one {"fault"} where it cannot be asked.
        """
        try:
            owner, name = owner_of(request.cookies), str(asked.get("name") or self.desk.kept.new())
            if not is_name(name):
                raise ConversationError("There is no conversation of that name. Begin a new one.")
            at = asked.get("at")
            place = at if isinstance(at, int) and at >= 0 else None
            choices = await self._choices(asked.get("choices") or {})
            await self.desk.ask(owner, name, _text(asked.get("question", "")), choices, place)
        except RagError as fault:
            yield {"fault": str(fault)}
            return
        async with aclosing(self._stream(owner, name)) as updates:
            async for update in updates:
                yield update

    async def watch(self, name: str, request: gr.Request) -> AsyncGenerator[dict[str, Any]]:
        """Streams a conversation until it is answered.

        At first and at last {"name", "turns": HTML, "cards": HTML, "list": HTML}, between them {"n", "turn", "cards"};
        all with "running" and "status".
        """
        try:
            async with aclosing(self._stream(owner_of(request.cookies), name)) as updates:
                async for update in updates:
                    yield update
        except RagError as fault:
            yield {"fault": str(fault)}

    async def _stream(self, owner: str, name: str) -> AsyncGenerator[dict[str, Any]]:
        first = True
        async with aclosing(self.desk.watch(owner, name)) as states:
            async for turns in states:
                running = turns[-1].running
                whole = first or not running
                update = await self._whole(owner, name, turns) if whole else _last(name, turns)
                yield update | {"running": running, "status": render.status(turns[-1])}
                first = False

    async def _whole(self, owner: str, name: str, turns: Sequence[Turn]) -> dict[str, Any]:
        kept = await asyncio.to_thread(self.desk.kept.of, owner)
        listed = pages.conversations(kept, name)
        return {"name": name, "turns": pages.dialogue(turns, name), "cards": cards.panel(turns), "list": listed}

    async def _page(
        self, owner: str, head: pages.Head, name: str, turns: Sequence[Turn], status: int = 200
    ) -> Response:
        kept = await asyncio.to_thread(self.desk.kept.of, owner)
        suggested = [] if turns else await asyncio.to_thread(self._examples)
        # Going back shows what is there now, not what was there then.
        html = pages.chat(head, kept, name, turns, suggested)
        response = HTMLResponse(html, status, headers={"cache-control": "no-store"})
        remember(owner, response)
        return response

    async def _choices(self, given: dict[str, Any]) -> Choices:
        """What a page sent, of which nothing is trusted."""
        without, most, llm = given.get("without") or [], given.get("most"), str(given.get("llm") or "")
        await self._allow(llm)
        taken = tuple(str(one) for one in without[:MOST_FILTERS]) if isinstance(without, list) else ()
        return Choices(taken, most if isinstance(most, int) and most > 0 else None, llm)

    async def _allow(self, llm: str) -> None:
        """Raises QuestionError unless `llm` is a model on offer: a page may not have us call any address it likes."""
        if llm and llm not in self._offered:
            await self.settings()
        if llm and llm not in self._offered:
            raise QuestionError(f"The model {llm[:80]} is not within reach now. Choose another in Settings.")

    def _examples(self) -> list[str]:
        """Questions that this collection answers, by what its papers are about."""
        try:
            names = self.chat.retriever().store.projection.names
        except RagError:  # the page tells it already
            return []
        return [f"which papers study {name.split(',')[0]}?" for name in names[:EXAMPLES]]

    def _sources(self) -> list[str]:
        return [name for name, _ in catalogue.by_source(self.chat.retriever().store) if name]

    def _record(self, name: str, turns: Sequence[Turn], n: int) -> None:
        turn = turns[n]
        if turn.reply:
            file = self.chat.settings.index_dir / FEEDBACK
            record(file, f"{name}.{n}", turn.reply, bool(turn.good), turn.note, replies(turns[:n]))


def _text(sent: Any) -> str:
    """What a browser sent as text, without halves of surrogate pairs, which nothing can write down."""
    return str(sent).encode("utf-8", "replace").decode()


def _last(name: str, turns: Sequence[Turn]) -> dict[str, Any]:
    n = len(turns) - 1
    return {"n": n, "turn": pages.turn(turns, n, name), "cards": cards.panel(turns)}


def _file(turns: Sequence[Turn], format_: str) -> Response:
    if format_ not in export.TYPES or not replies(turns):
        return Response("There is no such file.", 404)
    name, text = export.file(turns, format_)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(text, media_type=f"{export.TYPES[format_]}; charset=utf-8", headers=headers)
