"""The addresses of the list of conversations: more of it, a search, and renaming, copying and deleting one."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import gradio as gr
from fastapi import Body, Query, Request

from rag.errors import QuestionError
from rag.text import one_line
from rag.web import asking, pages
from rag.web.conversations import MAX_TURNS, ListedConversation
from rag.web.identity import owner_of, visitor_of
from rag.web.jobs import Jobs
from rag.web.trouble import for_visitor

MAX_RAW_TITLE = 2_000  # characters as sent; what is kept is shorter

Search = Annotated[str, Query(max_length=1_000)]
Changed = Annotated[str, Query(max_length=40)]  # as `ListedConversation.changed`
Name = Annotated[str, Query(max_length=64)]


class ConversationRoutes:
    """One method per address. Everybody has their own conversations only."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at all these addresses."""
        server.get("/conversations")(self.listed)
        server.patch("/c/{name}")(self.rename)
        server.delete("/c/{name}")(self.delete)
        server.post("/c/{name}/branch")(self.branch)

    async def listed(self, request: Request, q: Search = "", changed: Changed = "", name: Name = "") -> dict[str, Any]:
        """Those that a search for `q` finds, or that follow the one called `name` in the list, or else the newest.

        {"list": their items, "count": how many there are}; of the newest also "fault", why others are not known, or "".
        """
        owner, keeper = owner_of(request), self.jobs.keeper
        if q.strip():
            return await _items(await keeper.search(owner, q))
        if changed:
            return await _items(await keeper.older(owner, changed, name))
        listed, fault = await keeper.listed(owner)
        return await _items(listed) | {"fault": for_visitor(fault, visitor_of(request)) if fault else ""}

    async def rename(self, request: Request, name: str, title: Annotated[Any, Body(embed=True)]) -> dict[str, Any]:
        """Names a conversation; the same as `listed`, of this one."""
        return await _items([await self.jobs.keeper.rename(owner_of(request), name, _title(title))])

    async def branch(
        self, request: Request, name: str, turns: Annotated[int | None, Body(embed=True, ge=1, le=MAX_TURNS)] = None
    ) -> dict[str, str]:
        """Copies the first `turns`, or all, into a new conversation: {"name"}."""
        return {"name": await self.jobs.branch(owner_of(request), name, turns)}

    async def delete(self, request: Request, name: str) -> None:
        """Forgets a conversation, and ends what is being answered in it."""
        await self.jobs.delete(owner_of(request), name)


async def _items(listed: list[ListedConversation]) -> dict[str, Any]:
    return {"list": await asyncio.to_thread(pages.conversations, listed, ""), "count": len(listed)}


def _title(data: object) -> str:
    """What a reader sent as a name, on one line. Raises QuestionError if it is none, or too long."""
    if not isinstance(data, str) or len(data) > MAX_RAW_TITLE:
        raise QuestionError(f"A name must be text of at most {MAX_RAW_TITLE:,} characters.")
    title = one_line(asking.clean(data))
    if not title:
        raise QuestionError("A conversation needs a name. Type one, or press Escape to keep the one that it has.")
    return title
