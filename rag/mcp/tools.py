"""What an agent can do with a collection. It reads the docstrings of `Tools` and the annotations of parameters."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

from pydantic import Field

from rag.answer.types import Answer, Event, Working
from rag.errors import RagError
from rag.export.json import answer_json, hits_json, notes_json
from rag.export.phrases import progress
from rag.mcp import adding, lookup
from rag.progress import Progress
from rag.query.question import MAX_QUESTION_CHARS

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.index.store import Store
    from rag.query.understanding import Query
    from rag.retrieval.hits import Hits

MAX_TOP = 50  # papers of a search: an agent reads all that it is given
MAX_PAPERS_CITED = 200  # papers, of an answer
_T = TypeVar("_T")

Report = Callable[[str], Awaitable[None]]  # called with a line that says what is being done

Question = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_QUESTION_CHARS,
        description="A whole question or topic in plain words, in English. Earlier calls are not remembered. "
        'May have filters, e.g. "since 2023", "author:Lovelace", "year:2020..2022", "source:refs.bib".',
    ),
]
Top = Annotated[int, Field(ge=1, le=MAX_TOP, description="How many papers to list.")]
Limit = Annotated[int, Field(ge=1, le=MAX_PAPERS_CITED, description="How many papers the answer may cite.")]
PaperName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1_000,
        description="The ID of a paper as in a result, its title, or an identifier such as “doi:10.1000/182” or "
        "“arxiv:2409.09144”.",
    ),
]
FileName = Annotated[
    str, Field(min_length=1, max_length=200, description='What to call the file, e.g. "reading-list.bib".')
]
Content = Annotated[
    str,
    Field(
        min_length=1,
        max_length=adding.MAX_CONTENT_CHARS,
        description="The text of a bibliography with abstracts, as BibTeX, RIS, PubMed, CSV or JSON lines. "
        "No path and no address: nothing is opened or fetched.",
    ),
]


class Backend(Protocol):
    """What the tools work with: the collection as it is asked and changed in this process."""

    library: Library

    async def look_up(self, look: Callable[[Store], _T]) -> _T:
        """What `look` finds in the index. Raises StoreError if that cannot be opened."""

    async def search(self, question: str, top: int) -> tuple[Query, Hits]:
        """The `top` papers for `question`, and the query that they were searched with, without a model."""

    def events(self, question: str, limit: int) -> AsyncGenerator[Event]:
        """Streams the answer; see `rag.answer.types.Event`. Closing it stops the model."""

    async def change(self, work: Callable[[Progress], _T], report: Report) -> _T:
        """Does `work`, which changes the index. Cancelling it ends the work; unless it was done, nothing changes."""

    def told(self, fault: RagError) -> str:
        """What whoever asks may know of a `fault`."""


class Tools:
    """The tools for one call, of which `report` is told how far it is. Each returns JSON, and raises RagError."""

    def __init__(self, backend: Backend, report: Report) -> None:
        self.backend = backend
        self._report = report

    async def search(self, question: Question, top: Top = 10) -> dict[str, Any]:
        """List the papers that best match a question, best first, each with the sentence that matched best.

        Takes a fraction of a second, and no model. `probability` is how probable it is that a paper, or the collection,
        answers the question, from 0 to 1; scores can be compared within one search only. Use `ask` for an answer with
        its sources, `get_paper` for an abstract.
        """
        query, hits = await self.backend.search(question, top)
        return hits_json(hits) | notes_json(query.filters, query.notice)

    async def ask(self, question: Question, limit: Limit = 10) -> dict[str, Any]:
        """Answer a question from the abstracts of the collection; every sentence cites the sentence that supports it.

        `answer` is the whole text, with citation numbers in brackets; `citations` quote the abstracts word for word,
        by number, ID and title. If `refused` is true, no abstract answers the question: say so rather than answer from
        memory. `verdict` tells how a sentence was checked; "quote" is the abstract's own words. Takes seconds, with a
        language model up to minutes.
        """
        answer: Answer | None = None
        async with aclosing(self.backend.events(question, limit)) as events:
            async for event in events:
                if isinstance(event, Working):
                    await self._report(progress(event))
                elif isinstance(event, Answer):
                    answer = event
        assert answer is not None  # it is the last event
        return answer_json(answer)

    async def get_paper(self, paper: PaperName) -> dict[str, Any]:
        """Return one paper: its abstract, authors, year, identifiers and address.

        If `digest` is true, the abstract is a retelling, not the authors' own text.
        """
        return await self.backend.look_up(lambda store: lookup.paper(paper, store))

    async def list_topics(self) -> dict[str, Any]:
        """Describe the collection: its topics with how many papers each has, its years, and its source files.

        Use it first to learn what can be asked. The topics come from clustering the abstracts.
        """
        return await self.backend.look_up(lookup.topics)

    async def add_papers(self, name: FileName, content: Content) -> dict[str, Any]:
        """Add papers to the collection from the text of a bibliography. Do this only if the user asked for it.

        Nothing is removed. A record of a paper that is there adds no second one, but may complete it: a year, or the
        authors' own abstract in place of a retelling. Every record needs a title and an abstract; others are skipped,
        and the result says why. Takes seconds to minutes. The user can take the file out again on the page of the
        collection, or single papers with `rag remove`.
        """
        library = self.backend.library
        return await self.backend.change(lambda told: adding.add(library, name, content, told), self._report)
