"""The writers of one process: each language model is opened on first use and then shared."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from rag import llm
from rag.answer.types import Style
from rag.answer.writers.factory import create_writer, writer_style
from rag.answer.writers.quotes import QuoteWriter
from rag.answer.writers.task import Check, Checks, Writer
from rag.llm import prompts
from rag.llm.server import without_password
from rag.settings import Settings
from rag.verify.judges.choice import Judges

if TYPE_CHECKING:
    from rag.llm.choices import Choice


class WriterPool:
    """Opens a writer for each spec of a language model, as `settings` say. Threads may share it.

    `check` decides by rule whether a written sentence is supported by what it cites; then a judge may.
    """

    def __init__(self, settings: Settings, check: Check) -> None:
        self._settings = settings
        self._check = check
        self._judges = Judges(settings)
        self._writers: dict[str, Writer] = {}
        self._locks: dict[str, threading.Lock] = {}

    def get(self, spec: str | None = None) -> Writer:
        """The writer for `spec`, or for the model of the settings. Raises ModelError if it cannot be opened."""
        spec = self._full_spec(spec)
        with self._locks.setdefault(spec, threading.Lock()):  # one per model: a slow one must not block the others
            if spec not in self._writers:
                self._writers[spec] = self._open(spec)
            return self._writers[spec]

    def style(self) -> Style | None:
        """How the model of the settings writes, None if that is not known until it is open."""
        spec = self._settings.llm
        if self._writes_nothing(spec):
            return "quotes"
        return self._writers[spec].style if spec in self._writers else None

    def choices(self) -> list[Choice]:
        """The models that a question may choose, as far as is known. Must not be called in a running event loop."""
        from rag.llm.choices import choices

        return [choice for choice in choices(self._settings.llm) if choice.usable]

    def test(self, spec: str) -> str:
        """Whether the model `spec` answers now, in one line; see `rag.llm.choices.trial`."""
        from rag.llm.choices import trial

        return trial(self._full_spec(spec), self._settings.llm_timeout)

    def _full_spec(self, spec: str | None) -> str:
        """`spec` with its password: the settings' own spec is shown without the one that its URL may contain."""
        return self._settings.llm if spec in (None, without_password(self._settings.llm)) else spec

    def _open(self, spec: str) -> Writer:
        settings = self._settings
        if settings.prompts_dir:
            prompts.check(settings.prompts_dir)
        if self._writes_nothing(spec):
            return QuoteWriter()  # the model need not even be installed
        model = llm.load(spec, settings.llm_timeout)
        if model is None:
            return QuoteWriter()
        checks = Checks(self._check, self._judges.of(model), settings.show_unverified)
        return create_writer(model, self._style(model.parameters), checks, settings.prompts_dir)

    def _writes_nothing(self, spec: str) -> bool:
        return spec == "none" or self._style(llm.bundled_parameters(spec)) == "quotes"

    def _style(self, parameters: int | None) -> Style:
        return writer_style(self._settings.writer, parameters)
