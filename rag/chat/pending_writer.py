"""A writer whose model may still be loading while the papers are searched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from rag.answer.types import Statement, Style
from rag.answer.writers.quotes import QuoteWriter
from rag.answer.writers.task import Task, Writer


class PendingWriter:
    """The writer that `open_writer` returns. Await `open` before anything else is used."""

    def __init__(self, open_writer: Callable[[], Writer]) -> None:
        self._open_writer = open_writer
        self._writer: Writer = QuoteWriter()
        self.style: Style = self._writer.style

    async def open(self) -> None:
        """Waits for the model. Raises ModelError if it cannot be opened."""
        self._writer = await asyncio.to_thread(self._open_writer)
        self.style = self._writer.style

    def write(self, task: Task) -> AsyncGenerator[Statement]:
        return self._writer.write(task)
