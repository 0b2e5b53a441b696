"""Choosing the judge of what a model writes: the model itself, a cross-encoder, or none."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from rag.answer.writers.task import Judge
from rag.llm.abilities import can_write
from rag.settings import Settings
from rag.verify.judges.judge import LLMJudge

if TYPE_CHECKING:
    from rag.llm.model import Model


class Judges:
    """The judges that `settings.verify` names. Threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cross_encoder: Judge | None = None
        self._loading = threading.Lock()

    def of(self, model: Model) -> Judge | None:
        """The judge of what `model` writes; None if there is none.

        Raises ModelError if the cross-encoder that the settings name cannot be used, SettingsError for a prompt that
        cannot.
        """
        if self._settings.verify == "rules":
            return None
        if self._settings.verify != "auto":
            return self.cross_encoder()
        return LLMJudge(model, self._settings.prompts_dir) if can_write(model.parameters) else None

    def cross_encoder(self) -> Judge:
        """The cross-encoder that the settings name, loaded once. Raises ModelError if it cannot be used."""
        with self._loading:
            if self._cross_encoder is None:
                from rag.verify.judges import nli

                self._cross_encoder = nli.load(self._settings.verify)
            return self._cross_encoder
