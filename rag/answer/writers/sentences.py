"""Writing with a small model, which rephrases one sentence at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answer.types import Statement, Style
from rag.answer.writers.checked import Draft, checked
from rag.answer.writers.quotes import quote
from rag.answer.writers.replies import first_line
from rag.answer.writers.task import MAX_PROMPT_CHARS, MAX_SENTENCE_TOKENS, Checks, Claim, Task
from rag.language.cues import is_first_person
from rag.llm import prompts

if TYPE_CHECKING:
    from rag.llm.model import Model

MAX_REPHRASED_PAPERS = 8  # a reader should not wait minutes for a list of sixty


class SentenceWriter:
    """Rephrases each sentence in the first person ("we"). All others are quoted: they read as answers already.

    Raises SettingsError for a prompt that cannot be used.
    """

    style: Style = "sentences"

    def __init__(self, model: Model, checks: Checks, prompts_dir: Path | None) -> None:
        self._model, self._checks = model, checks
        self._prompt = prompts.load("rephrase", prompts_dir)

    def write(self, task: Task) -> AsyncGenerator[Statement]:
        return checked(task, self._drafts(task), self._checks)

    async def _drafts(self, task: Task) -> AsyncGenerator[Draft]:
        for rank, citations in enumerate(task.evidence):
            for statement in quote(task.question, [citations]):
                source = statement.citations[0].quote
                rephrase = rank < MAX_REPHRASED_PAPERS and is_first_person(source) and len(source) <= MAX_PROMPT_CHARS
                yield await self._rephrased(task, statement) if rephrase else statement

    async def _rephrased(self, task: Task, statement: Statement) -> Claim:
        citation = statement.citations[0]
        fields = {"question": task.question, "title": citation.paper.title, "sentence": citation.quote}
        data = {name: prompts.sanitize(text, MAX_PROMPT_CHARS) for name, text in fields.items()}
        messages = self._prompt.format_messages(llm=None, **data)
        return Claim(first_line(await self._model.complete(messages, MAX_SENTENCE_TOKENS)), statement.citations)
