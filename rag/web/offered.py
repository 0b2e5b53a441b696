"""The language models that a question may name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rag.errors import QuestionError

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.llm.choices import Choice


class OfferedModels:
    """The models that `library` offers: a question may not make the server call any address it likes."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._specs: set[str] = set()

    async def choices(self) -> list[Choice]:
        """The models that may be named from now on."""
        found = await asyncio.to_thread(self._library.choices)
        self._specs = {choice.spec for choice in found}
        return found

    async def check(self, spec: str) -> None:
        """Raises QuestionError unless the model `spec` is offered, or it is "", the model of the settings."""
        if spec and spec not in self._specs:
            await self.choices()
        if spec and spec not in self._specs:
            raise QuestionError(f"The model {spec[:80]} is not available now. Choose another in Settings.")
