"""Choosing and creating the writer that fits a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from rag.answer.types import Style
from rag.answer.writers.quotes import QuoteWriter
from rag.answer.writers.sentences import SentenceWriter
from rag.answer.writers.synthesis import SynthesisWriter
from rag.answer.writers.task import Checks, Writer

if TYPE_CHECKING:
    from rag.llm.model import Model

# Parameters from which a model rephrases sentences, and from which it writes from all evidence at once. Most of what
# a smaller model writes fails the check (20 of 24 sentences by SmolLM2 135M), and a quote takes no time.
MIN_SENTENCES_PARAMETERS, MIN_SYNTHESIS_PARAMETERS = 1_000_000_000, 3_000_000_000


def writer_style(setting: str, parameters: int | None) -> Style:
    """The style `setting`, or if that is "auto", the one that fits a model with so many `parameters`.

    `parameters` is None for a model whose size is unknown, as on most servers; it counts as a large one.
    """
    if setting != "auto":
        return cast(Style, setting)
    if parameters is None or parameters >= MIN_SYNTHESIS_PARAMETERS:
        return "synthesis"
    return "sentences" if parameters >= MIN_SENTENCES_PARAMETERS else "quotes"


def create_writer(model: Model, style: Style, checks: Checks, prompts_dir: Path | None) -> Writer:
    """A writer of this `style`. Raises SettingsError for a prompt that cannot be used."""
    if style == "quotes":
        return QuoteWriter()
    if style == "sentences":
        return SentenceWriter(model, checks, prompts_dir)
    return SynthesisWriter(model, checks, prompts_dir)
