"""Who comes first is served first: so many at a time as the machine has room for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

OnPosition = Callable[[int | None], None]  # how many are before one; None once it is one's turn


class FairQueue:
    """`places` for work that runs at the same time, and a line of those who wait. For one event loop."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: list[tuple[asyncio.Future[None], OnPosition]] = []

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @asynccontextmanager
    async def place(self, told: OnPosition) -> AsyncIterator[None]:
        """Waits for a place and holds it while the block runs; `told` hears how many are before, then None."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(told)
        try:
            yield
        finally:
            self._leave()

    async def _wait(self, told: OnPosition) -> None:
        entry = (asyncio.get_running_loop().create_future(), told)
        self._waiting.append(entry)
        told(len(self._waiting) - 1)
        try:
            await entry[0]
        except asyncio.CancelledError:
            if entry in self._waiting:
                self._waiting.remove(entry)
                self._tell()
            else:  # the place was given in the moment that it was not wanted any more
                self._leave()
            raise
        told(None)

    def _leave(self) -> None:
        """The place goes straight to who waits longest, so that nobody who comes just then is before them."""
        if not self._waiting:
            self._free += 1
            return
        self._waiting.pop(0)[0].set_result(None)
        self._tell()

    def _tell(self) -> None:
        for before, (_, told) in enumerate(self._waiting):
            told(before)
