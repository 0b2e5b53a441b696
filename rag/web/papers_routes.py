"""The collection's addresses: its page, its map, the card of a paper, and rebuilds with files that users add."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Annotated, Any, BinaryIO, cast

import gradio as gr
from fastapi import Body, Query, Request, Response
from fastapi.responses import HTMLResponse

from rag.errors import ConversationError, QuestionError, SourceError
from rag.index import catalogue, uploads
from rag.language.tokens import content_terms
from rag.query.filters import parse_filters
from rag.query.understanding import understand
from rag.sources import MAX_FILE
from rag.web import cards, collection, pages
from rag.web.collection import PER_PAGE, Shelf
from rag.web.identity import owner_of, remember, visitor
from rag.web.jobs import Jobs
from rag.web.rebuild import rebuild
from rag.web.turns import replies

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.chat.rebuild import BuildReport
    from rag.index.store import Store
    from rag.progress import Progress

MOST_PAPERS = 10**9  # more than any index holds, and less than SQLite can count
IN_MEMORY = 1_000_000  # bytes of a file on its way here
MOST_STAGED = 50  # files of one rebuild

Staged = Annotated[list[str], Body(embed=True, max_length=MOST_STAGED)]


class PapersRoutes:
    """One method per address. What was staged is named to the browser by its token only."""

    def __init__(self, chat: Library, desk: Jobs) -> None:
        self.chat = chat
        self.desk = desk
        self._staged: dict[str, Path] = {}

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at all addresses of the collection."""
        server.get("/papers")(self.papers)
        server.get("/papers/{number}")(self.paper)
        server.get("/atlas")(self.atlas)
        server.post("/added")(self.stage)
        server.post("/added/preview")(self.preview)
        server.post("/added/discard")(self.discard)
        server.delete("/added")(self.remove)
        server.api(self.rebuild, name="rebuild", concurrency_limit=2, api_visibility="undocumented")

    async def papers(
        self,
        request: Request,
        q: Annotated[str, Query(max_length=2_000)] = "",
        first: Annotated[int, Query(ge=0, le=MOST_PAPERS)] = 0,
        answer: Annotated[str, Query(max_length=100)] = "",
    ) -> Response:
        """The page: all papers, those that match `q`, or those of an answer, "CONVERSATION.TURN"."""
        owner = visitor(request.cookies)
        head = await asyncio.to_thread(pages.head, self.chat)
        try:
            titles = await self._titles(owner, answer) if answer else []
        except ConversationError as fault:
            head, titles = pages.Head(head.collection, str(fault)), []
        body = await asyncio.to_thread(self._body, head, q, first, titles)
        response = HTMLResponse(pages.page(head, "Papers", "papers", body), headers={"cache-control": "no-store"})
        remember(owner, response)
        return response

    async def paper(self, number: int) -> HTMLResponse:
        """The card of a paper."""
        found = await asyncio.to_thread(self._paper, number)
        return HTMLResponse(found or "<p>There is no such paper in the index any more. Reload the page.</p>")

    async def atlas(self) -> dict[str, Any]:
        """{"x", "y": 0 to 1 for each paper in the order of their numbers, "clusters": of each, "names": of those}."""
        atlas = await asyncio.to_thread(lambda: self._store().projection)
        x, y = atlas.points.round(4).T.tolist()
        return {"x": x, "y": y, "clusters": atlas.clusters.tolist(), "names": atlas.names}

    async def stage(self, request: Request, name: Annotated[str, Query(max_length=1_000)]) -> dict[str, str]:
        """Takes the body as a file to add; {"staged": what to call it}."""
        owner_of(request.cookies)
        with SpooledTemporaryFile(IN_MEMORY) as body:
            await _receive(request, body)
            file = await asyncio.to_thread(uploads.stage, self.chat.settings.index_dir, name, cast("BinaryIO", body))
        self._staged[file.parent.name] = file
        return {"staged": file.parent.name}

    async def preview(self, staged: Staged) -> dict[str, str]:
        """{"html": what a rebuild with these files would change}."""
        files = self._files(staged)
        return {"html": collection.changes(await asyncio.to_thread(self.chat.preview, files))}

    async def discard(self, staged: Staged) -> None:
        """Forgets files that were sent here, none of which has become part of the index."""
        for token in staged:
            if file := self._staged.pop(token, None):
                await asyncio.to_thread(uploads.discard, self.chat.settings.index_dir, file)

    async def remove(self, request: Request, name: Annotated[str, Query(max_length=1_000)]) -> None:
        """Takes an added file away; the next rebuild is without its papers."""
        owner_of(request.cookies)
        await asyncio.to_thread(uploads.remove, self.chat.settings.index_dir, name)

    def rebuild(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Streams a rebuild with the files {"staged"}: {"html", "done"}."""

        def work(progress: Progress) -> BuildReport:
            for file in self._files([str(token) for token in asked.get("staged") or []][:MOST_STAGED]):
                uploads.accept(self.chat.settings.index_dir, file)
            return self.chat.rebuild(progress)

        html = ""
        for html in rebuild(work):
            yield {"html": html, "done": False}
        yield {"html": html, "done": True}

    def _files(self, staged: Sequence[str]) -> list[Path]:
        """Raises SourceError where one does not wait here."""
        if missing := [token for token in staged if token not in self._staged]:
            raise SourceError(f"{len(missing)} of the files do not wait here any more. Add them again.")
        return [self._staged[token] for token in staged]

    def _store(self) -> Store:
        return self.chat.retriever().store

    def _paper(self, number: int) -> str:
        store = self._store()
        return cards.card(store.paper(number)) if 0 < number <= store.paper_count else ""

    async def _titles(self, owner: str, answer: str) -> list[str]:
        """The titles that an answer cites."""
        name, _, n = answer.rpartition(".")
        turns = await self.desk.turns(owner, name)
        said = replies(turns[int(n) : int(n) + 1]) if n.isdecimal() else []
        return list(dict.fromkeys(one.paper.title for reply in said for one in (*reply.citations, *reply.related)))

    def _body(self, head: pages.Head, query: str, first: int, titles: Sequence[str]) -> str:
        files = uploads.files(self.chat.settings.index_dir)
        if head.collection is None:  # a rebuild mends it, so the page has its place for that
            return collection.page(Shelf({}, 0, fault="No papers can be shown."), [], [], files)
        store = self._store()
        try:
            shelf = self._shelf(store, query.strip(), first, titles)
        except QuestionError as fault:
            shelf = Shelf({}, 0, query=query, fault=str(fault))
        return collection.page(shelf, catalogue.by_source(store), catalogue.by_year(store), files)

    def _shelf(self, store: Store, query: str, first: int, titles: Sequence[str]) -> Shelf:
        if titles:
            numbers = sorted(store.numbers(titles))
            papers = {number: store.paper(number) for number in numbers}
            return Shelf(papers, len(papers), found=numbers, about="those of the answer")
        subject, chosen = parse_filters(query)
        if content_terms(subject):
            return self._found(store, query)
        page = catalogue.browse(store, first, PER_PAGE, chosen)
        found = sorted(store.matching(chosen) or ())
        return Shelf(page.papers, page.total, first, query, found)

    def _found(self, store: Store, query: str) -> Shelf:
        """The papers nearest to `query`, best first."""
        asked = understand(query, store)
        hits = self.chat.retriever().search(asked.rewrites, PER_PAGE, asked.among).papers
        numbers = store.numbers([hit.paper.title for hit in hits])
        return Shelf(
            dict(enumerate(hit.paper for hit in hits)), len(hits), 0, query, sorted(numbers), f"nearest to “{query}”"
        )


async def _receive(request: Request, body: IO[bytes]) -> None:
    """Writes what the browser sends into `body`. Raises SourceError where it is too much."""
    left = MAX_FILE
    async for chunk in request.stream():
        left -= len(chunk)
        if left < 0:
            raise SourceError(f"A file has at most {MAX_FILE:,} bytes. Split it, then add the parts.")
        await asyncio.to_thread(body.write, chunk)
    body.seek(0)
