"""Who puts evidence into words: quotes, a model one sentence at a time, or a model that sees all evidence at once.

Whatever a model writes is checked against the sentences it cites; what fails is quoted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from rag.answer.types import Style
from rag.answer.writers.quotes import QuoteWriter, quoted
from rag.answer.writers.sentences import SentenceWriter
from rag.answer.writers.synthesis import SynthesisWriter
from rag.answer.writers.task import Check, Task, Writer

if TYPE_CHECKING:
    from rag.llm.model import Model

__all__ = ["Check", "Quotes", "Style", "Task", "Writer", "choose", "quoted", "style_of"]

# Weights from which on a model writes at all, and from which on it is trusted with all evidence at once. What a smaller
# one makes of a sentence mostly fails the check (20 of 24 by SmolLM2 135M), and the quote is there at once.
ABLE, CAPABLE = 1_000_000_000, 3_000_000_000


def style_of(named: str, parameters: int | None) -> Style:
    """The style that is `named`, or for "auto" what fits a model of so many `parameters`; None is one of a server."""
    if named != "auto":
        return cast(Style, named)
    size = CAPABLE if parameters is None else parameters
    return "quotes" if size < ABLE else "sentences" if size < CAPABLE else "synthesis"


def choose(model: Model, style: Style, check: Check, prompts_dir: Path | None, entailment: bool) -> Writer:
    """The writer of that `style`. Raises SettingsError for a prompt that cannot be used."""
    if style == "quotes":
        return QuoteWriter()
    if style == "sentences":
        return SentenceWriter(model, check, prompts_dir)
    return SynthesisWriter(model, check, prompts_dir, entailment)
