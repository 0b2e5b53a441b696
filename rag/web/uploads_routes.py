"""What changes the collection: files that curators add, rebuilds and repairs, and what all pages see of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from tempfile import SpooledTemporaryFile
from time import monotonic, sleep
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, cast

import gradio as gr
from fastapi import Body, Depends, Query, Request
from pydantic import BaseModel, Field, ValidationError

from rag.chat.edits import Edits
from rag.errors import RagError, SourceError
from rag.index import generations, uploads
from rag.index.archives import left_out
from rag.settings import shipped
from rag.text import count, one_line
from rag.web import adding, trouble
from rag.web.adding import Adding, ChangeView
from rag.web.identity import Visitor, curator_of, owner_of, visitor_of
from rag.web.rebuilding import Change, Rebuilding
from rag.web.receiving import receive
from rag.web.staged import MAX_STAGED, Staged

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.progress import Progress

IN_MEMORY = 1_000_000  # bytes of an upload; a larger one is buffered on disk
MAX_TOKEN_CHARS = 32  # of a staged file
MAX_NAME_CHARS = 1_000  # of a file
MAX_TAKEN_OUT = 10_000  # added files
_INTERVAL = 0.05  # seconds between two looks whether an index is open
FRESH_SECONDS = 900.0  # for which a page that is opened shows how the last change ended

Token = Annotated[str, Field(max_length=MAX_TOKEN_CHARS)]
Tokens = Annotated[list[Token], Body(embed=True, max_length=MAX_STAGED)]
Name = Annotated[str, Field(max_length=MAX_NAME_CHARS)]


class AskedEdits(BaseModel):
    """What a page sends of edits; see `rag.chat.edits.Edits`. The browser knows a staged file by its token only."""

    staged: Annotated[list[Token], Field(max_length=MAX_STAGED)] = []
    removed: Annotated[list[Name], Field(max_length=MAX_TAKEN_OUT)] = []
    reread: bool = False
    unshipped: bool = False


class UploadsRoutes:
    """One method per address."""

    def __init__(self, library: Library, rebuilding: Rebuilding) -> None:
        self.library = library
        self.rebuilding = rebuilding
        self._staged = Staged()

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at all addresses that change the collection."""
        first = [Depends(_check_role)]
        server.post("/uploads", dependencies=first)(self.stage)
        server.post("/uploads/preview", dependencies=first)(self.preview)
        server.post("/uploads/discard", dependencies=first)(self.discard)
        server.get("/rebuilding")(self.state)
        server.post("/rebuilding/stop")(self.stop)
        server.api(self.rebuild, name="rebuild", concurrency_limit=None, api_visibility="undocumented")
        server.api(self.watch, name="rebuilding", concurrency_limit=None, api_visibility="undocumented")

    def shown(self, visitor: Visitor) -> Adding:
        """What the page of the collection shows `visitor` of adding papers."""
        if not visitor.is_curator:
            return Adding()
        index_dir = self.library.settings.index_dir
        names = tuple(uploads.name_of(index_dir, file) for file in uploads.files(index_dir))
        has_shipped = shipped("papers").resolve() in generations.built_from(index_dir)
        return Adding(names, self._staged.tokens(visitor.owner), self._last(visitor), has_shipped)

    def _last(self, visitor: Visitor) -> ChangeView | None:
        """The change that is being made, or that `visitor` made, has just ended and was not shown so."""
        last = self.rebuilding.last
        if last and last.ended:
            if last.owner != visitor.owner or last.seen or monotonic() - last.ended > FRESH_SECONDS:
                return None
            last.seen = True
        return adding.change_view(last, visitor) if last else None

    async def stage(
        self, request: Request, name: Annotated[str, Query(max_length=MAX_NAME_CHARS)]
    ) -> dict[str, list[str]]:
        """Takes the body as a file to add, or as a zip archive of them.

        {"staged": their tokens, "left_out": the names of other files in the archive}.
        """
        owner, index_dir = curator_of(request), self.library.settings.index_dir
        uploads.checked(name)  # before it arrives
        folder = str(index_dir) if index_dir.is_dir() else None  # with room for it, which the system's may not have
        try:
            with self._staged.arriving(owner), SpooledTemporaryFile(IN_MEMORY, dir=folder) as body:
                await receive(request, body, self._staged.room(owner))
                files = await asyncio.to_thread(uploads.stage_all, index_dir, name, cast("BinaryIO", body))
                archive = one_line(name) if name.lower().endswith(uploads.ARCHIVE) else ""
                others = await asyncio.to_thread(left_out, cast("BinaryIO", body)) if archive else []
                return {"staged": self._staged.add_all(owner, files, archive), "left_out": others}
        except OSError as fault:
            raise SourceError(f"The file cannot be kept: {fault.strerror}. Make room, then add it again.") from fault

    async def preview(self, request: Request, asked: AskedEdits) -> dict[str, Any]:
        """{"html": what each file is, and what a rebuild with these edits would change, "running": as in `state`}."""
        owner = curator_of(request)
        preview = await asyncio.to_thread(self.library.preview, self._edits(owner, asked))
        html = await asyncio.to_thread(adding.plan, preview, asked.staged, self._staged.archives(asked.staged))
        return {"html": html, "running": self.rebuilding.running is not None}

    async def discard(self, request: Request, staged: Tokens) -> None:
        """Deletes files that were staged and not built into the index."""
        owner = curator_of(request)
        for token in staged:
            if file := self._staged.take(owner, token):
                await asyncio.to_thread(uploads.discard, self.library.settings.index_dir, file)

    async def state(self, request: Request) -> dict[str, Any]:
        """{"running": whether the collection is being changed, "stamp": which changes once it has been}."""
        owner_of(request)
        stamp = await asyncio.to_thread(trouble.stamp, self.library.settings.index_dir)
        return {"running": self.rebuilding.running is not None, "stamp": stamp}

    async def stop(self, request: Request) -> None:
        """Ends the change that is being made; nothing has changed then."""
        curator_of(request)
        self.rebuilding.stop()

    async def rebuild(self, asked: Any, request: gr.Request) -> AsyncGenerator[dict[str, Any]]:
        """Makes edits, {"staged", "removed", "reread", "unshipped"}, or an {"action": "build", "repair", "roll back"}.

        Streams what `watch` does.
        """
        try:
            owner = curator_of(request)  # here, since Gradio's queue calls this by an address that all may ask
            title, work = self._work(owner, asked)
            change = self.rebuilding.begin(title, lambda progress: self._opened(work(progress)), owner)
        except RagError as fault:
            view = adding.change_view(_refused(fault), visitor_of(request))
            yield {"html": adding.change(view), "done": True, "failed": True}
            return
        async with aclosing(self._updates(change, visitor_of(request))) as updates:
            async for update in updates:
                yield update

    async def watch(self, request: gr.Request) -> AsyncGenerator[dict[str, Any]]:
        """Streams the change that is being made, or the last: {"html", "done", "failed"}; nothing if there is none."""
        owner_of(request)
        if change := self.rebuilding.last:
            async with aclosing(self._updates(change, visitor_of(request))) as updates:
                async for update in updates:
                    yield update

    async def _updates(self, change: Change, visitor: Visitor) -> AsyncGenerator[dict[str, Any]]:
        async with aclosing(self.rebuilding.watch(change)) as states:
            async for now in states:
                html = adding.change(adding.change_view(now, visitor))
                yield {"html": html, "done": now.ended is not None, "failed": bool(now.fault)}

    def _work(self, owner: str, asked: Any) -> tuple[str, Callable[[Progress], object]]:
        """What to call a change that a page `asked` for, and what it does. Raises SourceError if it is none."""
        action = asked.get("action") if isinstance(asked, dict) else None
        if action == "build":
            return "Building the index", self.library.rebuild
        if action == "repair":
            return "Repairing the index", self.library.repair
        if action == "roll back":
            return "Going back", lambda progress: self.library.roll_back()
        parsed = _parsed(asked)
        edits = self._edits(owner, parsed)

        def work(progress: Progress) -> object:
            report = self.library.rebuild(progress, edits)
            for token, file in zip(parsed.staged, edits.staged, strict=True):
                self._staged.take(owner, token)
                uploads.discard(self.library.settings.index_dir, file)  # those that could not be read
            return report

        return f"Adding {count(len(edits.staged), 'file')}" if edits.only_adds else "Rebuilding", work

    def _opened(self, result: object) -> object:
        """The `result` of a change, once its index is open: all that pages show from then on is of that one."""
        index_dir = self.library.settings.index_dir
        with suppress(RagError):  # the pages tell it
            while self.library.retriever().store.folder != generations.current(index_dir):
                sleep(_INTERVAL)  # another thread opens it
        return result

    def _edits(self, owner: str, asked: AskedEdits) -> Edits:
        staged = self._staged.files(owner, asked.staged)
        return Edits(tuple(staged), tuple(asked.removed), asked.reread, asked.unshipped)


def _check_role(request: Request) -> None:
    """Raises AccessError if `request` comes from a reader, who is told that before what is wrong with what was sent."""
    curator_of(request)


def _parsed(asked: Any) -> AskedEdits:
    """What a page `asked` through Gradio. Raises SourceError if it is of another form."""
    try:
        return AskedEdits.model_validate(asked or {})
    except ValidationError as fault:
        raise SourceError(f"A rebuild takes at most {MAX_STAGED} uploaded files, by their tokens.") from fault


def _refused(fault: RagError) -> Change:
    change = Change("Rebuilding")
    change.end(fault=trouble.told(fault))
    return change
