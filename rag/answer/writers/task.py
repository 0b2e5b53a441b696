"""What a writer is given, and what it is."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.answer.types import Citation, Finding, Statement, Style
from rag.query.intent import Intent

LABEL = re.compile(r"\s*\[([^\[\]]{1,60})\]")  # [1a], by which a model names evidence
Check = Callable[[str, Sequence[Citation]], Finding]
SENTENCE_TOKENS = 120  # of a reply of one sentence; the longest worth writing has about 80
_ABOUT_EVIDENCE = re.compile(
    r"^(?:yes,\s+)?(?:(?:the|this)\s+(?:evidence|abstract|sentence)\s+\w+\s+that\s+)?(?=\w)", re.IGNORECASE
)
MAX_SENTENCE = 1_000  # characters of a sentence that a model is shown; a longer one is cut there, or only quoted


@dataclass(frozen=True)
class Task:
    """A question, and the evidence that answers it: the citations of each paper, the best paper first."""

    question: str
    intent: Intent
    evidence: tuple[tuple[Citation, ...], ...]


class Writer(Protocol):
    """Writes the sentences of an answer, in order. May raise ModelError at any of them."""

    style: Style

    def write(self, task: Task) -> AsyncGenerator[Statement]: ...


def first_line(reply: str) -> str:
    """The first line of `reply` that is not blank, without labels, ended as a sentence; "" where all are."""
    reply = LABEL.sub("", reply)
    line = told(next((line.strip() for line in reply.splitlines() if line.strip()), ""))
    return line if line.endswith((".", "!", "?")) else f"{line}." if line else ""


def told(line: str) -> str:
    """`line` as what it says: "The evidence states that X" says X, and so does "Yes, X"."""
    rest = _ABOUT_EVIDENCE.sub("", line)
    return line if rest == line else rest[:1].upper() + rest[1:]  # a name may begin with a small letter
