"""Checking what a model wrote: a sentence that its citations support stays, another is repaired once or quoted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answer.types import Citation, Finding, Statement
from rag.answer.writers.quotes import quote
from rag.answer.writers.replies import first_line
from rag.answer.writers.task import MAX_PROMPT_CHARS, MAX_SENTENCE_TOKENS, Check, Task
from rag.language.tokens import content_words
from rag.llm import prompts

if TYPE_CHECKING:
    from rag.llm.model import Model


class CheckedSentences:
    """Turns written sentences into statements that their citations support.

    `check` decides; where `entailment` is set, the model itself must agree too. Raises SettingsError for a prompt that
    cannot be used.
    """

    def __init__(self, model: Model, check: Check, prompts_dir: Path | None, entailment: bool) -> None:
        self._model, self._check = model, check
        self._repair = prompts.load("repair", prompts_dir)
        self._entailment = prompts.load("entailment", prompts_dir) if entailment else None

    async def statement(self, task: Task, written: str, citations: Sequence[Citation]) -> Statement:
        """`written`, or its repair, if `citations` support it; else the most similar quote. Raises ModelError."""
        finding = await self._finding(task, written, citations)
        if finding.verdict is None:
            written = await self._repaired(task.question, written, citations, finding.reason)
            finding = await self._finding(task, written, citations)
        if finding.verdict is None:
            words = content_words(written)
            nearest = max(citations, key=lambda citation: len(content_words(citation.quote) & words))
            return next(quote(task.question, [[nearest]]))
        return Statement(written, finding.citations, finding.verdict)

    async def _finding(self, task: Task, written: str, citations: Sequence[Citation]) -> Finding:
        # A title answers a question for a fact, but says nothing about a paper in a list of papers.
        titles = [citation.paper.title for citation in citations] if task.intent == "papers" else []
        if not content_words(written) - content_words(" ".join([task.question, *titles])):
            return Finding(None, "it only repeats the question")
        finding = self._check(written, citations)
        if finding.verdict is None or self._entailment is None:
            return finding
        fields = {"evidence": _evidence(citations), "sentence": prompts.sanitize(written, MAX_PROMPT_CHARS)}
        reply = await self._model.complete(self._entailment.format_messages(llm=None, **fields), MAX_SENTENCE_TOKENS)
        is_entailed = reply.strip().lower().startswith("yes")
        return finding if is_entailed else Finding(None, "the evidence does not state all of it")

    async def _repaired(self, question: str, written: str, citations: Sequence[Citation], reason: str) -> str:
        fields = {"question": question, "sentence": written, "reason": reason}
        data = {name: prompts.sanitize(text, MAX_PROMPT_CHARS) for name, text in fields.items()}
        messages = self._repair.format_messages(llm=None, evidence=_evidence(citations), **data)
        return first_line(await self._model.complete(messages, MAX_SENTENCE_TOKENS))


def _evidence(citations: Sequence[Citation]) -> str:
    """One line for each citation: its title and its quote."""
    pairs = ((citation.paper.title, citation.quote) for citation in citations)
    return "\n".join(": ".join(prompts.sanitize(text, MAX_PROMPT_CHARS) for text in pair) for pair in pairs)
