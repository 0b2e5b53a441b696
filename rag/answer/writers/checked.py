"""What a model wrote, checked: as it is if its evidence supports it, else written once more, else the quote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answer.types import Citation, Finding, Statement
from rag.answer.writers.quotes import quoted
from rag.answer.writers.task import MAX_SENTENCE, SENTENCE_TOKENS, Check, Task, first_line
from rag.language.tokens import content_words
from rag.llm import prompts

if TYPE_CHECKING:
    from rag.llm.model import Model


class CheckedSentences:
    """Lets nothing through that is not supported, and asks `model` itself too where `entailment` is wanted.

    Raises SettingsError for a prompt that cannot be used.
    """

    def __init__(self, model: Model, check: Check, prompts_dir: Path | None, entailment: bool) -> None:
        self._model, self._check = model, check
        self._repair = prompts.load("repair", prompts_dir)
        self._entailment = prompts.load("entailment", prompts_dir) if entailment else None

    async def statement(self, task: Task, written: str, citations: Sequence[Citation]) -> Statement:
        """`written` if `citations` support it, as it is or repaired, else the nearest quote. Raises ModelError."""
        finding = await self._finding(task, written, citations)
        if finding.verdict is None:
            written = await self._repaired(task.question, written, citations, finding.reason)
            finding = await self._finding(task, written, citations)
        if finding.verdict is None:
            said = content_words(written)
            nearest = max(citations, key=lambda one: len(content_words(one.quote) & said))
            return next(quoted(task.question, [[nearest]]))
        return Statement(written, finding.citations, finding.verdict)

    async def _finding(self, task: Task, written: str, citations: Sequence[Citation]) -> Finding:
        titles = [one.paper.title for one in citations] if task.intent == "papers" else []  # else a name may answer
        if not content_words(written) - content_words(" ".join([task.question, *titles])):
            return Finding(None, "it only repeats the question")
        finding = self._check(written, citations)
        if finding.verdict is None or self._entailment is None:
            return finding
        said = {"evidence": _evidence(citations), "sentence": prompts.data(written, MAX_SENTENCE)}
        reply = await self._model.complete(self._entailment.format_messages(llm=None, **said), SENTENCE_TOKENS)
        entailed = reply.strip().lower().startswith("yes")
        return finding if entailed else Finding(None, "the evidence does not state all of it")

    async def _repaired(self, question: str, written: str, citations: Sequence[Citation], reason: str) -> str:
        said = {"question": question, "sentence": written, "reason": reason}
        data = {name: prompts.data(text, MAX_SENTENCE) for name, text in said.items()}
        messages = self._repair.format_messages(llm=None, evidence=_evidence(citations), **data)
        return first_line(await self._model.complete(messages, SENTENCE_TOKENS))


def _evidence(citations: Sequence[Citation]) -> str:
    return "\n".join(
        f"{prompts.data(one.paper.title, MAX_SENTENCE)}: {prompts.data(one.quote, MAX_SENTENCE)}" for one in citations
    )
