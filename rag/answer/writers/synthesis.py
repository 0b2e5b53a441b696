"""Writing the answer from the evidence: one call, of which each sentence is checked against what it cites."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from itertools import zip_longest
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING

from rag.answer.types import Citation, Statement, Working
from rag.answer.writers.checked import Draft, checked
from rag.answer.writers.replies import is_fitting, labelled_sentences, resolve_labels, theme_of
from rag.answer.writers.task import MAX_PROMPT_CHARS, Checks, Claim, Tally, Task, own_work_first
from rag.llm import prompts
from rag.query.intent import Intent

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

    from rag.llm.model import Model

MAX_PROMPT_PAPERS = 50  # papers whose evidence one prompt holds
MIN_REPLY_TOKENS, REPLY_TOKENS_PER_PAPER, MAX_REPLY_TOKENS = 300, 70, 2_400
# Where the model reads slowly, the evidence is cut to what it reads in so many seconds: a reader waits for the first
# sentence, and the quotes show the rest.
EVIDENCE_SECONDS = 7.0
MIN_READ_TOKENS = 250  # of evidence, however slow the model is
# What the answer should be like, by what is asked.
SHAPES: dict[Intent, str] = {
    "papers": "First one sentence that answers directly: what these papers have in common, how they differ. Then one "
    "sentence for each paper, under themes if there are more than four papers.",
    "survey": "First one sentence with the main finding. Then the findings, under themes, with all papers of each; say "
    "where papers agree or contradict each other.",
    "comparison": "One paragraph: what they share, how they differ, and which is better at what.",
    "definition": "First one sentence that says what it is. Then at most three on how papers use it.",
    "yesno": "First one sentence that answers directly, or says what the evidence leaves open. Then the reasons.",
    "fact": "First one sentence that states the fact. Then at most three that add to it.",
}


class SynthesisWriter:
    """Writes the answer from all evidence at once; each sentence of the reply names its evidence by labels.

    Raises SettingsError for a prompt that cannot be used.
    """

    def __init__(self, model: Model, checks: Checks, prompts_dir: Path | None) -> None:
        self._model, self._checks = model, checks
        self._prompt = prompts.load("synthesis", prompts_dir)

    def write(self, task: Task, tally: Tally) -> AsyncGenerator[Statement | Working]:
        """As `Writer.write`."""
        return checked(task, self._drafts(task), self._checks, tally)

    def opening(self) -> list[ChatMessage]:
        """As `Writer.opening`."""
        return self._messages(Task("", "fact", ()), {})

    async def _drafts(self, task: Task) -> AsyncGenerator[Draft]:
        evidence = await self._fitting_evidence(task)
        if not evidence:
            return
        theme, is_new = "", False
        async with aclosing(self._lines(task, evidence)) as lines:
            async for line in lines:
                if isinstance(line, Working):
                    yield line
                    continue
                found = theme_of(line)
                theme, is_new = (theme, is_new) if found is None else (found, True)
                for sentence, labels in labelled_sentences(line) if found is None else ():
                    if citations := resolve_labels(labels, sentence, evidence):
                        if is_new:  # the first sentence under it decides, so that it can be shown at once
                            theme, is_new = theme * is_fitting(theme, citations, task.question), False
                        yield Claim(sentence, citations, theme)

    async def _fitting_evidence(self, task: Task) -> dict[str, Citation]:
        """The evidence that the model can read, by label: 1a, 1b, 2a… The first sentence of each paper comes first."""
        room = await self._room(task)
        fitting: set[Citation] = set()
        papers = task.evidence[:MAX_PROMPT_PAPERS]
        by_rank = zip_longest(*map(own_work_first, papers))
        for citation in (one for rank in by_rank for one in rank if one):
            room -= await self._model.count_tokens(_evidence({"00a": citation}))
            if room < 0:
                break
            fitting.add(citation)
        return {
            f"{n}{letter}": citation
            for n, citations in enumerate(papers, 1)
            for letter, citation in zip(ascii_lowercase, citations, strict=False)
            if citation in fitting
        }

    async def _room(self, task: Task) -> float:
        """Tokens that the evidence may take."""
        prompt = "\n".join(str(message.content) for message in self._messages(task, {}))
        room: float = self._model.context - _reply_tokens(task) - await self._model.count_tokens(prompt)
        rate = self._model.pace.prompt_rate
        return room if rate is None else min(room, max(rate * EVIDENCE_SECONDS, MIN_READ_TOKENS))

    def _messages(self, task: Task, evidence: dict[str, Citation]) -> list[ChatMessage]:
        question = prompts.sanitize(task.question, MAX_PROMPT_CHARS)
        return self._prompt.format_messages(
            llm=None, question=question, evidence=_evidence(evidence), shape=SHAPES[task.intent]
        )

    async def _lines(self, task: Task, evidence: dict[str, Citation]) -> AsyncGenerator[str | Working]:
        """The lines of the reply, each as soon as it is complete, and how long the model has been thinking."""
        incomplete, start = "", time.monotonic()
        yield Working("writing")
        stream = self._model.stream(self._messages(task, evidence), _reply_tokens(task))
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                if piece.thinking:
                    yield Working("thinking", seconds=time.monotonic() - start)
                *lines, incomplete = (incomplete + piece.text).split("\n")
                for line in lines:
                    yield line
        yield incomplete


def _reply_tokens(task: Task) -> int:
    return min(max(MIN_REPLY_TOKENS, REPLY_TOKENS_PER_PAPER * len(task.evidence)), MAX_REPLY_TOKENS)


def _evidence(evidence: dict[str, Citation]) -> str:
    """The evidence as the prompt shows it: each paper's title, then its labelled sentences."""
    return "\n".join(_evidence_lines(evidence))


def _evidence_lines(evidence: dict[str, Citation]) -> Iterator[str]:
    previous = None
    for label, citation in evidence.items():
        if citation.paper != previous:
            previous = citation.paper
            yield f"From “{prompts.sanitize(citation.paper.title, MAX_PROMPT_CHARS)}”:"
        yield f"[{label}] {prompts.sanitize(citation.quote, MAX_PROMPT_CHARS)}"
