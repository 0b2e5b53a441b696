"""What every writer takes, the interface of a writer, and of those who check what it writes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.answer.types import Citation, Finding, Statement, Style
from rag.query.intent import Intent

MAX_PROMPT_CHARS = 1_000  # of a sentence, question or title in a prompt; the rest is cut off
MAX_SENTENCE_TOKENS = 120  # of a reply of one sentence; the longest useful one has about 80

# Checks by rule whether the cited sentences support a written sentence.
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


@dataclass(frozen=True, slots=True)
class Claim:
    """A `written` sentence and what it cites."""

    written: str
    citations: tuple[Citation, ...]


class Judge(Protocol):
    """A model that decides what the rules cannot: whether citations state all that a sentence says."""

    @property
    def name(self) -> str:
        """The name of the model, to show."""
        ...

    async def __call__(self, claims: Sequence[Claim]) -> list[bool]:
        """Whether each claim is entirely stated by what it cites. Raises ModelError when the model fails."""
        ...


@dataclass(frozen=True, slots=True)
class Checks:
    """How what a model writes is checked: by rule, then by a `judge`, if there is one.

    What neither confirms is replaced by a quote or, if `show_unverified`, shown as such.
    """

    by_rule: Check
    judge: Judge | None = None
    show_unverified: bool = False


class Writer(Protocol):
    """Writes the sentences of an answer."""

    style: Style

    def write(self, task: Task) -> AsyncGenerator[Statement]:
        """Streams the statements in the order in which they are read. Raises ModelError when the model fails."""
        ...
