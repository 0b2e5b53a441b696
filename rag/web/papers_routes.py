"""The collection's addresses: its page, its map, the card of a paper, and rebuilds with files that users upload."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, cast

import gradio as gr
from fastapi import Body, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from rag.errors import ConversationError, QuestionError, RagError, SourceError
from rag.export.formats import PAPER_EXPORTS
from rag.index import catalogue, uploads
from rag.web import cards, export, pages, papers_page, selection
from rag.web.cards import Card
from rag.web.identity import Visitor, curator_of, owner_of, visitor_of
from rag.web.jobs import Jobs
from rag.web.papers_page import Shelf
from rag.web.rebuild import rebuild
from rag.web.receiving import receive
from rag.web.staged import MAX_STAGED, Staged
from rag.web.turns import replies

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.chat.rebuild import BuildReport
    from rag.index.store import Store
    from rag.paper import Paper
    from rag.progress import Progress

MAX_POSITION = 10**9  # more papers than any index holds, and fewer than SQLite can count
IN_MEMORY = 1_000_000  # bytes of an upload; a larger one is buffered on disk
MAX_TOKEN_CHARS = 32  # of a staged file

Token = Annotated[str, Field(max_length=MAX_TOKEN_CHARS)]
Tokens = Annotated[list[Token], Body(embed=True, max_length=MAX_STAGED)]
Search = Annotated[str, Query(max_length=2_000)]
AnswerName = Annotated[str, Query(max_length=100)]  # "CONVERSATION.TURN"


class PapersRoutes:
    """One method per address. The browser knows a staged file by its token only."""

    def __init__(self, library: Library, jobs: Jobs) -> None:
        self.library = library
        self.jobs = jobs
        self._staged = Staged()

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
        visitor, head = visitor_of(request), await self._head()
        try:
            papers = await self._papers(visitor.owner, answer) if answer else []
        except ConversationError as fault:
            head, papers = pages.Head(head.collection, str(fault), head.opening), []
        html = await asyncio.to_thread(self._page, visitor, head, q, first, papers, answer)
        return HTMLResponse(html, headers={"cache-control": "no-store"})

    async def export(self, request: Request, format_: str, q: Search = "", answer: AnswerName = "") -> Response:
        """What the page shows, with all its further pages, as a file."""
        if format_ not in PAPER_EXPORTS:
            return export.no_file()
        papers = await self._papers(owner_of(request), answer) if answer else []
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
        owner, index_dir = curator_of(request), self.library.settings.index_dir
        folder = str(index_dir) if index_dir.is_dir() else None  # with room for it, which the system's may not have
        try:
            with self._staged.arriving(owner), SpooledTemporaryFile(IN_MEMORY, dir=folder) as body:
                await receive(request, body, self._staged.room(owner))
                file = await asyncio.to_thread(uploads.stage, index_dir, name, cast("BinaryIO", body))
                return {"staged": self._staged.add(owner, file)}
        except OSError as fault:
            raise SourceError(f"The file cannot be kept: {fault.strerror}. Make room, then add it again.") from fault

    async def preview(self, request: Request, staged: Tokens) -> dict[str, str]:
        """{"html": what a rebuild with these files would change}."""
        files = self._staged.files(curator_of(request), staged)
        return {"html": papers_page.changes(await asyncio.to_thread(self.library.preview, files))}

    async def discard(self, request: Request, staged: Tokens) -> None:
        """Deletes files that were staged and not built into the index."""
        owner = curator_of(request)
        for token in staged:
            if file := self._staged.take(owner, token):
                await asyncio.to_thread(uploads.discard, self.library.settings.index_dir, file)

    async def remove(self, request: Request, name: Annotated[str, Query(max_length=1_000)]) -> None:
        """Removes an uploaded file; the next rebuild leaves out its papers."""
        curator_of(request)
        await asyncio.to_thread(uploads.remove, self.library.settings.index_dir, name)

    def rebuild(self, asked: Any, request: gr.Request) -> Iterator[dict[str, Any]]:
        """Streams a rebuild with the files {"staged"}: {"html", "done"}."""

        def work(progress: Progress) -> BuildReport:
            staged = self._staged.files(owner, _tokens(asked))
            added = [uploads.accept(self.library.settings.index_dir, file) for file in staged]
            return self.library.rebuild(progress, added)

        html = ""
        try:
            owner = curator_of(request)  # here, since Gradio's queue calls this by an address that all may ask
            for html in rebuild(work):
                yield {"html": html, "done": False}
        except RagError as fault:
            html = pages.fault(str(fault))
        yield {"html": html, "done": True}

    async def _head(self) -> pages.Head:
        """The head, once the index is open."""
        try:
            await self.jobs.retriever()
        except RagError as fault:
            return pages.Head(None, str(fault))
        return await asyncio.to_thread(pages.head, self.library)

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

    def _page(
        self, visitor: Visitor, head: pages.Head, query: str, first: int, cited: Sequence[Paper], answer: str
    ) -> str:
        files = uploads.files(self.library.settings.index_dir)
        if head.collection is None:  # a rebuild repairs the index, so the page still offers one
            return papers_page.page(head, Shelf({}, 0, fault="No papers can be shown."), [], [], files, visitor)
        store = self._store()
        try:
            shelf = selection.shelf(self.library.retriever(), query.strip(), first, cited, answer)
        except QuestionError as fault:
            shelf = Shelf({}, 0, query=query, fault=str(fault))
        return papers_page.page(head, shelf, catalogue.by_source(store), catalogue.by_year(store), files, visitor)

    def _file(self, query: str, cited: Sequence[Paper], format_: str) -> tuple[str, str]:
        papers = selection.everything(self.library.retriever(), query, cited)
        return export.papers_file(papers, query, format_)


def _tokens(asked: Any) -> list[str]:
    """The tokens of the staged files in what a page `asked`. Raises SourceError if they are none."""
    tokens = (asked.get("staged") or []) if isinstance(asked, dict) else None
    if not isinstance(tokens, list) or len(tokens) > MAX_STAGED or not all(isinstance(one, str) for one in tokens):
        raise SourceError(f"A rebuild takes at most {MAX_STAGED} uploaded files, by their tokens.")
    return tokens
