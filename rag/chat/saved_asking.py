"""Saves questions in a form that makes sense alone, and asks them again once the collection has changed."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Collection, Iterable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.answer import direct
from rag.answer.asked import Asked
from rag.answer.pipeline import is_searched, stream_answer
from rag.answer.types import Answer, Listed
from rag.chat.saved import MAX_MATCHES, Snapshot, paper_keys, snapshot
from rag.chat.saved_store import SavedQuestion, SavedStore
from rag.errors import BusyError, QuestionError
from rag.index import generations
from rag.paper import Paper
from rag.query.history import History
from rag.query.intent import Wish
from rag.query.question import check_length
from rag.query.understanding import Query, understand
from rag.text import in_quotes

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.index.store import Store
    from rag.query.routing import Router
    from rag.retrieval.retriever import HybridRetriever

SAVABLE: tuple[Wish, ...] = ("count", "list", "newest", "similar")  # answers from the records that papers change
NO_NEWS = "New papers could not change this answer. Save a question about a topic instead."
OF_CONVERSATION = "This asks about papers of this conversation only, so no others could be new. Ask about their topic."

_GOES_ON = re.compile(r"^\W*(?:and|or|but|also|what\s+about|how\s+about)\b", re.IGNORECASE)


def is_savable(answer: Answer) -> bool:
    """Whether new papers may change an answer of this kind."""
    return answer.wish is None or answer.wish in SAVABLE


class SavedQuestions:
    """The saved questions of `library`. Threads may share it.

    Its methods search, and must not be called in a running event loop.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self.store = SavedStore(library.settings.index_dir)

    def save(
        self,
        owner: str,
        typed: str,
        without: Collection[str] = (),
        history: History = History(),  # noqa: B008 - it is immutable
        conversation: str = "",
    ) -> SavedQuestion:
        """Saves the question that was `typed` after `history`, with its answer as it is now.

        Raises QuestionError if it cannot be asked, if papers could not change its answer, or if it cannot be put so
        that it makes sense without the `conversation`; and as `SavedStore.add` does.
        """
        check_length(typed)
        retriever = self._library.retriever()
        text, query = self._alone(typed, without, history, retriever.store)
        answer = self._answer(query, retriever)
        if answer.refused and query.in_context:  # it says nothing by itself, but does as a follow-up
            text, query = self._checked(query.in_context[0], without, retriever.store)
            answer = self._answer(query, retriever)
        taken = self._snapshot(answer, retriever)
        origin = conversation if text != typed else ""
        unseen = SavedQuestion("", text, tuple(without), typed, origin, taken.at, taken.generation, "", False, 0)
        return self.store.add(owner, unseen, taken)

    def due(self, listed: Iterable[SavedQuestion]) -> list[SavedQuestion]:
        """Those of `listed` that had not been asked since the index has changed; all, without an index."""
        folder = generations.current(self._library.settings.index_dir)
        return [one for one in listed if folder is None or one.generation != folder.name]

    def ask(self, owner: str, saved: SavedQuestion) -> bool:
        """Asks a question again, and keeps what is new; False if the collection has changed once more meanwhile.

        Raises StoreError and ModelError as `Library.retriever` does.
        """
        retriever = self._library.retriever()
        if not self._is_current(retriever):  # which is being opened
            return False
        try:
            query = understand(saved.question, retriever.store, without=saved.without, router=self._library.router())
            answer = self._answer(query, retriever)
        except QuestionError as fault:  # of a version that reads questions in another way
            answer = Answer(saved.question, headline=str(fault))
        return self._is_current(retriever) and self.store.record(owner, saved.id, self._snapshot(answer, retriever))

    def _is_current(self, retriever: HybridRetriever) -> bool:
        return retriever.store.folder == generations.current(self._library.settings.index_dir)

    def _alone(self, typed: str, without: Collection[str], history: History, store: Store) -> tuple[str, Query]:
        """The question in a form that makes sense alone, and that as a query."""
        if not history.earlier and _GOES_ON.match(typed):
            raise QuestionError(f"{in_quotes(typed)} follows no other question. Ask it whole: “which papers …?”")
        router = self._library.router()
        query = understand(typed, store, history, without, router)
        if query.retold or query.scoped:
            raise QuestionError(OF_CONVERSATION)
        alone = _understood(typed, without, store, router)
        if query.wished and not (alone and alone.wished == query.wished):
            raise QuestionError(OF_CONVERSATION if query.wished.papers else NO_NEWS)
        if query.wished or (alone and alone.rewrites == query.rewrites):
            return self._checked(typed, without, store, query)
        return self._checked(" ".join([query.rewrites[0], *query.filters]), without, store)

    def _checked(
        self, text: str, without: Collection[str], store: Store, query: Query | None = None
    ) -> tuple[str, Query]:
        """`text` with its query. Raises QuestionError if it is too long, or if papers could not change its answer."""
        check_length(text)
        query = query or understand(text, store, without=without, router=self._library.router())
        if query.wished and query.wished.wish not in SAVABLE:
            raise QuestionError(NO_NEWS)
        return text, query

    def _answer(self, query: Query, retriever: HybridRetriever) -> Answer:
        if query.wished and not is_searched(query):
            made = direct.reply(query, query.wished, retriever.store, MAX_MATCHES)
            listed = tuple(Listed(n, paper) for n, paper in enumerate(made.papers, 1))
            return Answer(query.question, headline=made.headline, wish=query.wished.wish, listed=listed)
        return asyncio.run(_quoted(query, retriever, self._library.settings.min_probability))

    def _snapshot(self, answer: Answer, retriever: HybridRetriever) -> Snapshot:
        """What is kept of `answer`, which `retriever` gave. Raises BusyError if its index is no longer current."""
        store = retriever.store
        if not self._is_current(retriever):
            raise BusyError("The collection has just changed, and is being opened. Try again in a moment.")
        edition = self.store.observe(store.folder.name, lambda: _papers_of(store))
        return snapshot(answer, store.folder.name, edition, datetime.now(UTC))


async def _quoted(query: Query, retriever: HybridRetriever, min_probability: float) -> Answer:
    """The answer to `query` in quotes: fast, free, and the same each time."""
    numbers: dict[tuple[object, ...], int] = {}

    async def no_assistant() -> None:
        return None

    def number(paper: Paper) -> int:
        return numbers.setdefault(paper.identity, len(numbers) + 1)

    async with aclosing(stream_answer(query, retriever, no_assistant, number, Asked(min_probability))) as events:
        async for event in events:
            if isinstance(event, Answer):
                return event
    raise AssertionError("The last event is the answer.")


def _understood(text: str, without: Collection[str], store: Store, router: Router) -> Query | None:
    """`text` as a query by itself; None if it is none."""
    try:
        return understand(text, store, without=without, router=router)
    except QuestionError:
        return None


def _papers_of(store: Store) -> set[bytes]:
    """What all papers of `store` are known by; see `paper_keys`."""
    rows = store.rows("SELECT title, ids FROM papers")
    return {key for title, ids in rows for key in paper_keys(title, json.loads(ids))}
