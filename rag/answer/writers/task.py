"""What every writer takes, and the interface of a writer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.answer.types import Citation, Finding, Statement, Style
from rag.query.intent import Intent

MAX_PROMPT_CHARS = 1_000  # of a sentence, question or title in a prompt; the rest is cut off
MAX_SENTENCE_TOKENS = 120  # of a reply of one sentence; the longest useful one has about 80

# Checks whether the cited sentences support a written sentence.
Check = Callable[[str, Sequence[Citation]], Finding]


@dataclass(frozen=True)
class Task:
    """A question and the evidence that answers it: the citations of each relevant paper, the best paper first.

    `sides` are the names of what a comparison sets side by side.
    """

    question: str
    intent: Intent
    evidence: tuple[tuple[Citation, ...], ...]
    sides: tuple[str, ...] = ()


class Writer(Protocol):
    """Writes the sentences of an answer."""

    style: Style

    def write(self, task: Task) -> AsyncGenerator[Statement]:
        """Streams the statements in the order in which they are read. Raises ModelError when the model fails."""
        ...
