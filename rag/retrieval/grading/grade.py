"""What a model says of a paper."""

from __future__ import annotations

from dataclasses import dataclass

from rag.language.sentences import Span


@dataclass(frozen=True, slots=True)
class Grade:
    """How likely a paper is to answer, 0 to 1, and the sentence of its abstract that shows it, if the model says."""

    probability: float
    span: Span | None = None
