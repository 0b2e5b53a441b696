"""A conversation: follow-up questions, and citation numbers that stay the same throughout."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answer.asked import Asked
from rag.answer.pipeline import stream_answer
from rag.answer.types import Answer, Citation, Event, Listed, Statement, Style
from rag.errors import QuestionError
from rag.paper import Paper
from rag.query.history import History
from rag.query.question import check_length
from rag.query.selected import selected
from rag.query.understanding import understand
from rag.threads import in_thread

if TYPE_CHECKING:
    from rag.answer.assistant import Assistant
    from rag.chat.library import Library

MAX_HISTORY = 20  # questions that a conversation remembers


class Conversation:
    """One user's questions to `library`, asked one after the other, following on from `history`.

    A paper keeps the citation number that it gets when it is first cited.
    """

    def __init__(self, library: Library, history: History = History()) -> None:  # noqa: B008 - it is immutable
        self._library = library
        self._history = history
        self._numbers: dict[tuple[object, ...], int] = {}
        self._papers: dict[int, Paper] = {}

    @classmethod
    def resume(cls, library: Library, answers: Sequence[Answer]) -> Conversation:
        """A conversation that continues after `answers`, oldest first; their papers keep their numbers."""
        conversation = cls(library)
        for answer in answers:
            conversation._remember_answer(answer)
        return conversation

    @property
    def history(self) -> History:
        """What was said so far."""
        return self._history

    async def ask(
        self,
        question: str,
        without: Collection[str] = (),
        max_papers: int | None = None,
        llm: str | None = None,
        writer: Style | None = None,
        only: Collection[str] | None = None,
    ) -> AsyncGenerator[Event]:
        """Streams the answer; see `rag.answer.types.Event`.

        Filters in the question that are written as one of `without` are not applied. The answer cites at most
        `max_papers` papers, or all that match if None. `llm` is the spec of the model that helps, and `writer` the
        style of the answer; if None, those of the settings. Only the papers with one of the `Paper.identity_hash` in
        `only` are asked, all if it is None.

        The quotes do not wait for a model that is still loading. If it cannot be opened, a notice says so.

        Raises QuestionError if the question is empty or too long, if `max_papers` is below 1, if `only` names no paper
        or none that is there, and as `rag.query.understanding.understand` does; StoreError if the index cannot be
        opened.
        """
        check_length(question)
        if max_papers is not None and max_papers < 1:
            raise QuestionError(f"The number of papers to cite must be at least 1, not {max_papers}.")
        if only is not None and not only:  # a filter that nothing passes must not become none
            raise QuestionError("No papers to ask are named. Name some, or leave them out to ask all.")
        retriever = await asyncio.to_thread(self._library.retriever)
        router = await asyncio.to_thread(self._library.router)
        papers = await in_thread(selected, only or (), retriever.store, without)
        history = papers.within(self._history) if papers else self._history
        query = await in_thread(understand, question, retriever.store, history, without, router, papers)
        asked = Asked(self._library.settings.min_probability, max_papers, without, history)
        if query.wished is None and not query.retold:
            self._remember_question(question)
        last_number, cited_before = max(self._papers, default=0), self._history.cited
        cited: dict[Paper, None] = {}  # an answer without citations leaves those of the one before

        async def open_assistant() -> Assistant | None:
            return await asyncio.to_thread(self._library.assistant, llm, writer)

        async with aclosing(stream_answer(query, retriever, open_assistant, self._number, asked)) as events:
            async for event in events:
                if isinstance(event, Statement):
                    cited |= dict.fromkeys(citation.paper for citation in event.citations)
                    self._history = replace(self._history, cited=tuple(cited))
                elif isinstance(event, Answer):
                    self._history = replace(self._history, cited=cited_before)  # quotes may have been withdrawn
                    self._remember_cited(event)
                    if not event.lists_papers:
                        hidden = [one for one in event.related if one.paper not in cited]
                        self._release_numbers(hidden, last_number)
                yield event

    def _remember_question(self, question: str) -> None:
        earlier = (*self._history.earlier, question)[-MAX_HISTORY:]
        self._history = History(earlier, self._history.cited, self._papers)

    def _remember_cited(self, answer: Answer) -> None:
        """Keeps the papers that `answer` lists or cites, so that "the second one" is the second of these."""
        shown: Sequence[Citation | Listed] = answer.listed or answer.citations
        is_part = answer.measurements and {one.paper for one in shown} <= set(self._history.cited)
        if shown and not is_part:  # numbers of some of the papers of the last answer leave "they" all of them
            self._history = replace(self._history, cited=tuple(dict.fromkeys(one.paper for one in shown)))

    def _remember_answer(self, answer: Answer) -> None:
        shown: list[Citation | Listed] = [*answer.citations, *answer.listed]
        for one in shown + list(answer.related if answer.lists_papers else ()):
            self._numbers[one.paper.identity] = one.n
            self._papers[one.n] = one.paper
        if answer.wish is None:
            self._remember_question(answer.question)
        self._remember_cited(answer)

    def _number(self, paper: Paper) -> int:
        n = self._numbers.setdefault(paper.identity, max(self._papers, default=0) + 1)
        self._papers[n] = paper
        return n

    def _release_numbers(self, hidden: Iterable[Citation], last_number: int) -> None:
        """Frees the numbers above `last_number` of `hidden` papers, so that readers see no gap in the numbering."""
        for citation in hidden:
            if citation.n > last_number:
                del self._numbers[citation.paper.identity], self._papers[citation.n]
