"""A small model: one sentence at a time, and nothing of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING

from rag import prompts
from rag.check import cut
from rag.citations import Statement
from rag.writers.quotes import quoted
from rag.writers.task import MAX_SENTENCE, SENTENCE_TOKENS, Style, Task, first_line

if TYPE_CHECKING:
    from rag.llm import Model

REPHRASED = 8  # papers whose sentences a small model may phrase: a list of sixty must not wait minutes for it


class Sentences:
    """A small model tells one sentence at a time without its "we". All else it would make slower and worse only."""

    style: Style = "sentences"

    def __init__(self, model: Model, prompts_dir: Path | None) -> None:
        self._model = model
        self._prompt = prompts.load("rephrase", prompts_dir)

    async def write(self, task: Task) -> AsyncGenerator[Statement]:
        for rank, of_paper in enumerate(task.evidence):
            for statement in quoted(task.question, [of_paper]):
                yield await self._phrased(task.question, statement) if rank < REPHRASED else statement

    async def _phrased(self, question: str, quote: Statement) -> Statement:
        citation = quote.citations[0]
        if not cut.first_person(citation.quote) or len(citation.quote) > MAX_SENTENCE:
            return quote
        said = {"question": question, "title": citation.paper.title, "sentence": citation.quote}
        messages = self._prompt.format_messages(
            llm=None, **{name: prompts.data(text, MAX_SENTENCE) for name, text in said.items()}
        )
        written = first_line(await self._model.complete(messages, SENTENCE_TOKENS))
        # A small model that leaves the words of its source is lost; only a cut of it will do.
        holds = written != citation.quote and cut.supported(written, citation.quote, citation.paper.title)
        return Statement(written, (citation,), "supported") if holds else quote
