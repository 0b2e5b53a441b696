"""Writing with a capable model: one call with all evidence, every sentence checked against what it cites."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING

from rag.answer.types import Citation, Statement, Style
from rag.answer.writers.checked import checked
from rag.answer.writers.replies import labelled_sentences, resolve_labels
from rag.answer.writers.task import MAX_PROMPT_CHARS, Checks, Claim, Task
from rag.llm import prompts

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

    from rag.llm.model import Model

MAX_PROMPT_PAPERS = 20  # papers whose evidence one prompt holds
MAX_SYNTHESIS_TOKENS = 900  # of a reply to all evidence


class SynthesisWriter:
    """Writes the answer from all evidence at once; each sentence of the reply names its evidence by labels.

    Raises SettingsError for a prompt that cannot be used.
    """

    style: Style = "synthesis"

    def __init__(self, model: Model, checks: Checks, prompts_dir: Path | None) -> None:
        self._model, self._checks = model, checks
        self._prompt = prompts.load("synthesis", prompts_dir)

    def write(self, task: Task) -> AsyncGenerator[Statement]:
        return checked(task, self._drafts(task), self._checks)

    async def _drafts(self, task: Task) -> AsyncGenerator[Claim]:
        evidence = await self._fitting_evidence(task)
        async with aclosing(self._lines(task.question, evidence)) as lines:
            async for line in lines:
                for sentence, labels in labelled_sentences(line):
                    if citations := resolve_labels(labels, sentence, evidence):
                        yield Claim(sentence, citations)

    async def _fitting_evidence(self, task: Task) -> dict[str, Citation]:
        """The evidence of as many papers as fit into the model's context, by label: 1a, 1b, 2a…"""
        room = self._model.context - MAX_SYNTHESIS_TOKENS - await self._count(self._messages(task.question, {}))
        fitting: dict[str, Citation] = {}
        for n, citations in enumerate(task.evidence[:MAX_PROMPT_PAPERS], 1):
            labelled = {f"{n}{letter}": citation for letter, citation in zip(ascii_lowercase, citations, strict=False)}
            room -= await self._model.count_tokens(_evidence(labelled))
            if room < 0:
                break
            fitting |= labelled
        return fitting

    async def _count(self, messages: Sequence[ChatMessage]) -> int:
        return await self._model.count_tokens("\n".join(str(message.content) for message in messages))

    def _messages(self, question: str, evidence: dict[str, Citation]) -> list[ChatMessage]:
        question = prompts.sanitize(question, MAX_PROMPT_CHARS)
        return self._prompt.format_messages(question=question, evidence=_evidence(evidence))

    async def _lines(self, question: str, evidence: dict[str, Citation]) -> AsyncGenerator[str]:
        """The lines of the reply, each as soon as it is complete."""
        if not evidence:
            return
        incomplete = ""
        async with aclosing(self._model.stream(self._messages(question, evidence), MAX_SYNTHESIS_TOKENS)) as pieces:
            async for piece in pieces:
                *lines, incomplete = (incomplete + piece).split("\n")
                for line in lines:
                    yield line
        yield incomplete


def _evidence(evidence: dict[str, Citation]) -> str:
    """The evidence as the prompt shows it: each paper's title, then its labelled sentences."""
    lines: list[str] = []
    previous = None
    for label, citation in evidence.items():
        if citation.paper != previous:
            previous = citation.paper
            lines.append(f"From “{prompts.sanitize(citation.paper.title, MAX_PROMPT_CHARS)}”:")
        lines.append(f"[{label}] {prompts.sanitize(citation.quote, MAX_PROMPT_CHARS)}")
    return "\n".join(lines)
