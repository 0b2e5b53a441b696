"""A conversation: follow-ups, and citation numbers that stay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from collections.abc import Collection as Container
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answer.pipeline import stream_answer
from rag.answer.types import Answer, Citation, Event, Statement
from rag.answer.writers.task import Writer
from rag.errors import QuestionError
from rag.paper import Paper
from rag.query.understanding import History, understand

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.retrieval.retriever import HybridRetriever

MAX_QUESTION = 2_000  # characters; a pasted abstract fits, a pasted paper does not
MAX_HISTORY = 20  # questions that a conversation remembers


class Conversation:
    """One user's questions in turn. A paper keeps its citation number from its first mention on."""

    def __init__(self, chat: Library, past: History) -> None:
        self._chat = chat
        self._past = past
        self._numbers: dict[str, int] = {}
        self._titles: dict[int, str] = {}

    async def ask(
        self, question: str, without: Container[str] = (), most: int | None = None, llm: str | None = None
    ) -> AsyncGenerator[Event]:
        """Streams the answer; see `rag.answer.types.Event`.

        Filters of the question that are written as one of `without` are not applied. The answer cites `most` papers,
        from 1 on, or all that match. The model of the spec `llm` writes it, or that of the settings. Raises
        QuestionError for a question that is empty or too long or a `most` below 1, and as `rag.query.understanding.understand` does,
        ModelError where the model cannot be opened.
        """
        if not 0 < len(question.strip()) <= MAX_QUESTION:
            raise QuestionError(f"A question has 1 to {MAX_QUESTION:,} characters; this one has {len(question):,}.")
        if most is not None and most < 1:
            raise QuestionError(f"An answer cites at least one paper, not at most {most}.")
        retriever, writer = await asyncio.to_thread(self._ready, llm)
        query = await asyncio.to_thread(understand, question, retriever.store, self._past, without)
        self._ask(question)
        known = max(self._titles, default=0)
        cited: dict[str, None] = {}
        min_probability = self._chat.settings.min_probability
        async with aclosing(stream_answer(query, retriever, writer, self._number, min_probability, most)) as events:
            async for event in events:
                if isinstance(event, Statement):  # an answer that cites nothing leaves what was cited before
                    cited |= dict.fromkeys(citation.paper.title for citation in event.citations)
                    self._past = replace(self._past, cited=tuple(cited))
                elif isinstance(event, Answer) and event.intent != "papers":
                    self._forget(event.related, known)
                yield event

    def remember(self, said: Answer) -> None:
        """Takes `said` for what this conversation answered last."""
        shown = [*said.citations, *(said.related if said.intent == "papers" else ())]
        self._numbers |= {citation.paper.key: citation.n for citation in shown}
        self._titles |= {citation.n: citation.paper.title for citation in shown}
        self._ask(said.question)
        if cited := tuple(dict.fromkeys(citation.paper.title for citation in said.citations)):
            self._past = replace(self._past, cited=cited)

    def _ask(self, question: str) -> None:
        past = self._past
        self._past = History((*past.earlier, question)[-MAX_HISTORY:], past.cited, self._titles)

    def _ready(self, llm: str | None) -> tuple[HybridRetriever, Writer]:
        return self._chat.retriever(), self._chat.writer(llm)

    def _number(self, paper: Paper) -> int:
        n = self._numbers.setdefault(paper.key, max(self._titles, default=0) + 1)
        self._titles[n] = paper.title
        return n

    def _forget(self, unseen: tuple[Citation, ...], known: int) -> None:
        """Takes back the numbers after `known` of papers that no reader is shown, so that none seem to be missing."""
        for citation in unseen:
            if citation.n > known:
                del self._numbers[citation.paper.key], self._titles[citation.n]
