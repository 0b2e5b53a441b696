"""The addresses at which answers leave the chat: as files, for the clipboard, and as pages to be printed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import gradio as gr
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from rag.export.formats import EXPORTS
from rag.web import document, export, pages
from rag.web.identity import owner_of
from rag.web.jobs import Jobs
from rag.web.turns import Turn, replies

if TYPE_CHECKING:
    from rag.chat.library import Library

_T = TypeVar("_T")


class ExportRoutes:
    """One method per address."""

    def __init__(self, library: Library, jobs: Jobs) -> None:
        self.library = library
        self.jobs = jobs
        self._threads = ThreadPoolExecutor(2, "exports")  # few: a long conversation takes seconds

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at these addresses."""
        server.get("/c/{name}/all.{format_}")(self.export_all)
        server.get("/c/{name}/{n}.copy")(self.copy)  # before the next, which it would match too
        server.get("/c/{name}/{n}.{format_}")(self.export)
        server.get("/c/{name}/print")(self.print_all)
        server.get("/c/{name}/{n}/print")(self.print)

    async def export(self, request: Request, name: str, n: int, format_: str) -> Response:
        """The answer to turn `n` as a file."""
        return await self._in_thread(_file, await self._turn(request, name, n), format_)

    async def export_all(self, request: Request, name: str, format_: str) -> Response:
        """All answers of a conversation as a file."""
        return await self._in_thread(_file, await self.jobs.turns(owner_of(request), name), format_)

    async def copy(self, request: Request, name: str, n: int) -> Response:
        """The answer to turn `n` for the clipboard: {"html", "text"}."""
        answers = replies(await self._turn(request, name, n))
        return JSONResponse(await self._in_thread(document.clipboard, answers[0])) if answers else export.no_file()

    async def print(self, request: Request, name: str, n: int) -> Response:
        """A page with the answer to turn `n`, to be printed."""
        return await self._page(await self._turn(request, name, n), f"/c/{name}")

    async def print_all(self, request: Request, name: str) -> Response:
        """A page with all answers of a conversation, to be printed."""
        return await self._page(await self.jobs.turns(owner_of(request), name), f"/c/{name}")

    async def _turn(self, request: Request, name: str, n: int) -> Sequence[Turn]:
        """Turn `n`, or nothing if there is none."""
        turns = await self.jobs.turns(owner_of(request), name)
        return turns[n : n + 1] if n >= 0 else []

    async def _page(self, turns: Sequence[Turn], address: str) -> Response:
        if not replies(turns):
            return export.no_file()
        head = await asyncio.to_thread(pages.head, self.library)
        return HTMLResponse(await self._in_thread(document.print_page, head, turns, address, date.today()))

    async def _in_thread(self, make: Callable[..., _T], *given: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(make, *given))


def _file(turns: Sequence[Turn], format_: str) -> Response:
    if format_ not in EXPORTS or not replies(turns):
        return export.no_file()
    return export.download(*export.file(turns, format_), format_)
