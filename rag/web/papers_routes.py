"""The collection's addresses: its page, its map, the card of a paper, and rebuilds with files that users upload."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Annotated, Any, BinaryIO, cast

import gradio as gr
from fastapi import Body, Query, Request, Response
from fastapi.responses import HTMLResponse

from rag.errors import ConversationError, QuestionError, RagError, SourceError
from rag.export.formats import PAPER_EXPORTS
from rag.index import catalogue, uploads
from rag.index.uploads import MAX_UPLOAD_BYTES
from rag.text import count
from rag.web import cards, export, pages, papers_page, selection
from rag.web.cards import Card
from rag.web.identity import owner_of, remember, visitor
from rag.web.jobs import Jobs
from rag.web.papers_page import Shelf
from rag.web.rebuild import rebuild
from rag.web.turns import replies

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.chat.rebuild import BuildReport
    from rag.index.store import Store
    from rag.paper import Paper
    from rag.progress import Progress

MAX_POSITION = 10**9  # more papers than any index holds, and fewer than SQLite can count
IN_MEMORY = 1_000_000  # bytes of an upload; a larger one is buffered on disk
MAX_STAGED = 50  # files of one rebuild

Staged = Annotated[list[str], Body(embed=True, max_length=MAX_STAGED)]
Search = Annotated[str, Query(max_length=2_000)]
AnswerName = Annotated[str, Query(max_length=100)]  # "CONVERSATION.TURN"


class PapersRoutes:
    """One method per address. The browser knows a staged file by its token only."""

    def __init__(self, library: Library, jobs: Jobs) -> None:
        self.library = library
        self.jobs = jobs
        self._staged: dict[str, Path] = {}

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at all addresses of the collection."""
        server.get("/papers")(self.papers)
        server.get("/papers.{format_}")(self.export)
        server.get("/papers/{number}")(self.paper)
        server.get("/map")(self.map)
        server.post("/uploads")(self.stage)
        server.post("/uploads/preview")(self.preview)
        server.post("/uploads/discard")(self.discard)
        server.delete("/uploads")(self.remove)
        server.api(self.rebuild, name="rebuild", concurrency_limit=2, api_visibility="undocumented")

    async def papers(
        self,
        request: Request,
        q: Search = "",
        first: Annotated[int, Query(ge=0, le=MAX_POSITION)] = 0,
        answer: AnswerName = "",
    ) -> Response:
        """The page: all papers, those that match `q`, or those of an `answer`."""
        owner, head = visitor(request.cookies), await self._head()
        try:
            papers = await self._papers(owner, answer) if answer else []
        except ConversationError as fault:
            head, papers = pages.Head(head.collection, str(fault), head.opening), []
        html = await asyncio.to_thread(self._page, head, q, first, papers, answer)
        response = HTMLResponse(html, headers={"cache-control": "no-store"})
        remember(owner, response)
        return response

    async def export(self, request: Request, format_: str, q: Search = "", answer: AnswerName = "") -> Response:
        """What the page shows, with all its further pages, as a file."""
        if format_ not in PAPER_EXPORTS:
            return export.no_file()
        papers = await self._papers(owner_of(request.cookies), answer) if answer else []
        if answer and not papers:
            return export.no_file()
        await self.jobs.retriever()
        return export.download(*await asyncio.to_thread(self._file, q.strip(), papers, format_), format_)

    async def paper(self, number: int) -> HTMLResponse:
        """The card of a paper."""
        return HTMLResponse(await asyncio.to_thread(self._paper, number))

    async def map(self) -> dict[str, Any]:
        """{"x", "y": 0 to 1 for each paper in the order of their numbers, "clusters": of each, "names": of those}."""
        projection = await asyncio.to_thread(lambda: self._store().projection)
        x, y = projection.points.round(4).T.tolist()
        return {"x": x, "y": y, "clusters": projection.clusters.tolist(), "names": projection.names}

    async def stage(self, request: Request, name: Annotated[str, Query(max_length=1_000)]) -> dict[str, str]:
        """Takes the body as a file to add; {"staged": its token}."""
        owner_of(request.cookies)
        with SpooledTemporaryFile(IN_MEMORY) as body:
            await _receive(request, body)
            file = await asyncio.to_thread(uploads.stage, self.library.settings.index_dir, name, cast("BinaryIO", body))
        self._staged[file.parent.name] = file
        return {"staged": file.parent.name}

    async def preview(self, staged: Staged) -> dict[str, str]:
        """{"html": what a rebuild with these files would change}."""
        files = self._files(staged)
        return {"html": papers_page.changes(await asyncio.to_thread(self.library.preview, files))}

    async def discard(self, staged: Staged) -> None:
        """Deletes files that were staged and not built into the index."""
        for token in staged:
            if file := self._staged.pop(token, None):
                await asyncio.to_thread(uploads.discard, self.library.settings.index_dir, file)

    async def remove(self, request: Request, name: Annotated[str, Query(max_length=1_000)]) -> None:
        """Removes an uploaded file; the next rebuild leaves out its papers."""
        owner_of(request.cookies)
        await asyncio.to_thread(uploads.remove, self.library.settings.index_dir, name)

    def rebuild(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Streams a rebuild with the files {"staged"}: {"html", "done"}."""

        def work(progress: Progress) -> BuildReport:
            staged = self._files([str(token) for token in asked.get("staged") or []][:MAX_STAGED])
            added = [uploads.accept(self.library.settings.index_dir, file) for file in staged]
            return self.library.rebuild(progress, added)

        html = ""
        for html in rebuild(work):
            yield {"html": html, "done": False}
        yield {"html": html, "done": True}

    async def _head(self) -> pages.Head:
        """The head, once the index is open."""
        try:
            await self.jobs.retriever()
        except RagError as fault:
            return pages.Head(None, str(fault))
        return await asyncio.to_thread(pages.head, self.library)

    def _files(self, staged: Sequence[str]) -> list[Path]:
        """The staged files. Raises SourceError if one is gone."""
        if missing := [token for token in staged if token not in self._staged]:
            raise SourceError(f"{count(len(missing), 'uploaded file')} can no longer be found. Add the files again.")
        return [self._staged[token] for token in staged]

    def _store(self) -> Store:
        return self.library.retriever().store

    def _paper(self, number: int) -> str:
        store = self._store()
        if 0 < number <= store.paper_count:
            return cards.card_html(Card(store.paper(number)))
        return pages.fault("This paper is no longer in the index. Reload the page.")

    async def _papers(self, owner: str, answer: str) -> list[Paper]:
        """The papers that an answer cites."""
        name, _, n = answer.rpartition(".")
        turns = await self.jobs.turns(owner, name)
        answers = replies(turns[int(n) : int(n) + 1]) if n.isdecimal() else []
        citations = [citation for answer in answers for citation in (*answer.citations, *answer.related)]
        return list(dict.fromkeys(citation.paper for citation in citations))

    def _page(self, head: pages.Head, query: str, first: int, cited: Sequence[Paper], answer: str) -> str:
        files = uploads.files(self.library.settings.index_dir)
        if head.collection is None:  # a rebuild repairs the index, so the page still offers one
            return papers_page.page(head, Shelf({}, 0, fault="No papers can be shown."), [], [], files)
        store = self._store()
        try:
            shelf = selection.shelf(self.library.retriever(), query.strip(), first, cited, answer)
        except QuestionError as fault:
            shelf = Shelf({}, 0, query=query, fault=str(fault))
        return papers_page.page(head, shelf, catalogue.by_source(store), catalogue.by_year(store), files)

    def _file(self, query: str, cited: Sequence[Paper], format_: str) -> tuple[str, str]:
        papers = selection.everything(self.library.retriever(), query, cited)
        return export.papers_file(papers, query, format_)


async def _receive(request: Request, body: IO[bytes]) -> None:
    """Writes what the browser sends into `body`. Raises SourceError if it is too large."""
    left = MAX_UPLOAD_BYTES
    async for chunk in request.stream():
        left -= len(chunk)
        if left < 0:
            raise SourceError(f"A file has at most {MAX_UPLOAD_BYTES:,} bytes. Split it, then add the parts.")
        await asyncio.to_thread(body.write, chunk)
    body.seek(0)
