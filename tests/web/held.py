"""A library that is opened when a test lets it be."""

from __future__ import annotations

from threading import Event

from rag.answer.assistant import Assistant
from rag.answer.types import Style
from rag.chat.library import Library
from rag.retrieval.retriever import HybridRetriever
from rag.settings import Settings

PATIENCE = 60  # seconds


class HeldLibrary(Library):
    """Its index, and its model, are opened once they may be."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.index_may_open, self.model_may_open = Event(), Event()

    def let_all(self) -> None:
        self.index_may_open.set()
        self.model_may_open.set()

    def _open(self) -> HybridRetriever:
        assert self.index_may_open.wait(PATIENCE)
        return super()._open()

    def assistant(self, spec: str | None = None, writer: Style | None = None) -> Assistant | None:
        assert self.model_may_open.wait(PATIENCE)
        return super().assistant(spec, writer)
