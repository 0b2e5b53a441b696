"""A small model: one sentence at a time, told without its "we"."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answer.types import Statement, Style
from rag.answer.writers.checked import CheckedSentences
from rag.answer.writers.quotes import quoted
from rag.answer.writers.task import MAX_SENTENCE, SENTENCE_TOKENS, Check, Task, first_line
from rag.language.cues import is_first_person
from rag.llm import prompts

if TYPE_CHECKING:
    from rag.llm.model import Model

REPHRASED = 8  # papers whose sentences a model may phrase: a list of sixty must not wait minutes for it


class SentenceWriter:
    """Each sentence that says "we" as `model` tells it. One that does not reads as an answer already."""

    style: Style = "sentences"

    def __init__(self, model: Model, check: Check, prompts_dir: Path | None) -> None:
        self._model, self._checked = model, CheckedSentences(model, check, prompts_dir, entailment=False)
        self._prompt = prompts.load("rephrase", prompts_dir)

    async def write(self, task: Task) -> AsyncGenerator[Statement]:
        for rank, of_paper in enumerate(task.evidence):
            for quote in quoted(task.question, [of_paper]):
                source = quote.citations[0].quote
                worth = rank < REPHRASED and is_first_person(source) and len(source) <= MAX_SENTENCE
                yield await self._phrased(task, quote) if worth else quote

    async def _phrased(self, task: Task, quote: Statement) -> Statement:
        citation = quote.citations[0]
        said = {"question": task.question, "title": citation.paper.title, "sentence": citation.quote}
        data = {name: prompts.data(text, MAX_SENTENCE) for name, text in said.items()}
        messages = self._prompt.format_messages(llm=None, **data)
        written = first_line(await self._model.complete(messages, SENTENCE_TOKENS))
        return await self._checked.statement(task, written, quote.citations)
