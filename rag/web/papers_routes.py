"""The collection's addresses: its page, its map, and the card of a paper."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import gradio as gr
from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from rag.errors import ConversationError, QuestionError, RagError
from rag.export.formats import PAPER_EXPORTS
from rag.index import catalogue
from rag.paper import HASH_DIGITS
from rag.web import cards, export, pages, papers_page, selection
from rag.web.adding import Adding
from rag.web.cards import Card
from rag.web.identity import Visitor, owner_of, visitor_of
from rag.web.jobs import Jobs
from rag.web.listing import Listing, Sort
from rag.web.papers_page import Shelf
from rag.web.selected import MAX_SELECTED_CHARS
from rag.web.turns import replies

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.index.store import Store
    from rag.paper import Paper

MAX_POSITION = 10**9  # more papers than any index holds, and fewer than SQLite can count


class Asked(BaseModel):
    """What an address asks for, within bounds; see `Listing`."""

    q: str = Field("", max_length=2_000)
    cluster: int | None = Field(None, ge=0, le=MAX_POSITION)
    sort: Sort = ""
    first: int = Field(0, ge=0, le=MAX_POSITION)
    answer: str = Field("", max_length=100)
    like: str = Field("", max_length=HASH_DIGITS)
    papers: str = Field("", max_length=MAX_SELECTED_CHARS)

    @property
    def listing(self) -> Listing:
        return Listing(self.q.strip(), self.cluster, self.sort, self.first, self.answer, self.like, self.papers)


class PapersRoutes:
    """One method per address."""

    def __init__(self, library: Library, jobs: Jobs, adding: Callable[[Visitor], Adding]) -> None:
        self.library = library
        self.jobs = jobs
        self._adding = adding

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at all addresses of the collection."""
        server.get("/papers")(self.papers)
        server.get("/papers.{format_}")(self.export)
        server.get("/papers/{number}")(self.paper)
        server.get("/map")(self.map)

    async def papers(self, request: Request, asked: Annotated[Asked, Query()]) -> Response:
        """The page: all papers, or those that are asked for."""
        visitor, head = visitor_of(request), await self._head()
        try:
            papers = await self._papers(visitor.owner, asked.answer) if asked.answer else []
        except ConversationError as fault:
            head, papers = replace(head, fault=fault), []
        html = await asyncio.to_thread(self._page, visitor, head, asked.listing, papers)
        return HTMLResponse(html, headers={"cache-control": "no-store"})

    async def export(self, request: Request, format_: str, asked: Annotated[Asked, Query()]) -> Response:
        """What the page shows, with all its further pages, as a file."""
        if format_ not in PAPER_EXPORTS:
            return export.no_file()
        papers = await self._papers(owner_of(request), asked.answer) if asked.answer else []
        if asked.answer and not papers:
            return export.no_file()
        await self.jobs.retriever()
        return export.download(*await asyncio.to_thread(self._file, asked.listing, papers, format_), format_)

    async def paper(self, number: int) -> HTMLResponse:
        """The card of a paper."""
        return HTMLResponse(await asyncio.to_thread(self._paper, number))

    async def map(self) -> dict[str, Any]:
        """{"x", "y": 0 to 1 for each paper in the order of their numbers, "clusters": of each, "names": of those}."""
        projection = await asyncio.to_thread(lambda: self._store().projection)
        x, y = projection.points.round(4).T.tolist()
        return {"x": x, "y": y, "clusters": projection.clusters.tolist(), "names": projection.names}

    async def _head(self) -> pages.Head:
        """The head, once the index is open."""
        try:
            await self.jobs.retriever()
        except RagError as fault:
            return pages.closed(fault, self.library)
        return await asyncio.to_thread(pages.head, self.library)

    def _store(self) -> Store:
        return self.library.retriever().store

    def _paper(self, number: int) -> str:
        store = self._store()
        if 0 < number <= store.paper_count:
            return cards.card_html(Card(store.paper(number), selectable=True))
        return pages.fault("This paper is no longer in the index. Reload the page.")

    async def _papers(self, owner: str, answer: str) -> list[Paper]:
        """The papers that an answer cites."""
        name, _, n = answer.rpartition(".")
        turns = await self.jobs.turns(owner, name)
        answers = replies(turns[int(n) : int(n) + 1]) if n.isdecimal() else []
        citations = [citation for answer in answers for citation in (*answer.citations, *answer.related)]
        return list(dict.fromkeys(citation.paper for citation in citations))

    def _page(self, visitor: Visitor, head: pages.Head, listing: Listing, cited: Sequence[Paper]) -> str:
        shown = self._adding(visitor)
        if head.collection is None:  # a rebuild repairs the index, so the page still offers one
            return papers_page.page(head, Shelf(fault="No papers can be shown."), [], [], shown, visitor)
        retriever = self.library.retriever()
        store = retriever.store
        try:
            shelf = selection.shelf(retriever, listing, cited)
        except QuestionError as fault:
            shelf = Shelf(listing=listing, fault=str(fault))
        sources, years = catalogue.by_source(store), catalogue.by_year(store)
        has_authors = store.has_field("author")
        return papers_page.page(head, shelf, sources, years, shown, visitor, store.projection.sizes, has_authors)

    def _file(self, listing: Listing, cited: Sequence[Paper], format_: str) -> tuple[str, str]:
        papers = selection.everything(self.library.retriever(), listing, cited)
        return export.papers_file(papers, listing.query, format_)
