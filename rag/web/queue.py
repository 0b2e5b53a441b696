"""A fair queue: as many run at the same time as there are places, the others wait in the order in which they came."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

OnPosition = Callable[[int | None], None]  # gets how many are ahead, None once nobody is waited for


class FairQueue:
    """`places` for work that runs at the same time, and those who wait for one. For one event loop."""

    def __init__(self, places: int) -> None:
        self._places = self._free = places
        self._waiting: list[tuple[asyncio.Future[None], OnPosition]] = []

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs."""
        return self._free == self._places

    @asynccontextmanager
    async def place(self, on_position: OnPosition) -> AsyncIterator[None]:
        """Waits for a place and holds it while the block runs; reports each change of the position while it waits."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(on_position)
        try:
            yield
        finally:
            self._release()

    async def _wait(self, on_position: OnPosition) -> None:
        entry = (asyncio.get_running_loop().create_future(), on_position)
        self._waiting.append(entry)
        on_position(len(self._waiting) - 1)
        try:
            await entry[0]
        except asyncio.CancelledError:
            if entry in self._waiting:
                self._waiting.remove(entry)
                self._report()
            elif not entry[0].cancelled():  # the place was handed over just before this was cancelled
                self._release()
            raise
        on_position(None)

    def _release(self) -> None:
        """Hands the place to whoever has waited longest, so that no newcomer can take it first."""
        while self._waiting:
            longest, _ = self._waiting.pop(0)
            if not longest.cancelled():  # else it has not got round to leaving the queue
                longest.set_result(None)
                self._report()
                return
        self._free += 1

    def _report(self) -> None:
        for ahead, (_, on_position) in enumerate(self._waiting):
            on_position(ahead)
