"""Who puts evidence into words: quotes, a model one sentence at a time, or a model that sees all evidence at once.

Whatever a model writes is checked against the sentences it cites; what fails is quoted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rag.writers.quotes import Quotes, quoted
from rag.writers.sentences import Sentences
from rag.writers.synthesis import Synthesis
from rag.writers.task import Check, Style, Task, Writer

if TYPE_CHECKING:
    from rag.llm import Model

__all__ = ["Check", "Quotes", "Style", "Task", "Writer", "choose", "quoted"]

CAPABLE = 3_000_000_000  # weights from which on a model is trusted with all evidence at once


def choose(model: Model | None, style: str, check: Check, prompts_dir: Path | None, entailment: bool) -> Writer:
    """The writer for `model`: of the `style` that is named, or for "auto" of the one that its size allows.

    Raises SettingsError for a prompt that cannot be used.
    """
    if model is None or style == "quotes":
        return Quotes()
    if style == "auto":
        style = "sentences" if (model.parameters or CAPABLE) < CAPABLE else "synthesis"
    if style == "sentences":
        return Sentences(model, prompts_dir)
    return Synthesis(model, check, prompts_dir, entailment)
