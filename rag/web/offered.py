"""The language models that a question may name."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from rag.errors import QuestionError
from rag.web.single_flight import SingleFlight

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.llm.choices import Choice

_OF_PAGES = "Choose another in Settings."  # what mends it for whoever asks on a page
KNOWN_SECONDS = 5.0  # for which what was found is not looked up again: anybody may ask, and a look asks other servers


class OfferedModels:
    """The models that `library` offers: a question may not make the server call any address it likes.

    For one event loop. However many ask, one thread looks them up, and now and then.
    """

    def __init__(self, library: Library) -> None:
        self._look_up = SingleFlight(library.choices)
        self._found: list[Choice] = []
        self._found_at = -KNOWN_SECONDS  # on the clock of `monotonic`

    async def choices(self) -> list[Choice]:
        """The models that may be named from now on."""
        if monotonic() - self._found_at >= KNOWN_SECONDS:
            self._found = await self._look_up()
            self._found_at = monotonic()
        return self._found

    async def check(self, spec: str, remedy: str = _OF_PAGES) -> None:
        """Raises QuestionError, with the `remedy`, unless the model `spec` is offered, or "", that of the settings."""
        if spec and not self._has(spec):
            await self.choices()
        if spec and not self._has(spec):
            raise QuestionError(f"The model {spec[:80]} is not available now. {remedy}")

    def _has(self, spec: str) -> bool:
        return any(choice.spec == spec for choice in self._found)
