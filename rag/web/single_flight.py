"""A slow call that several requests need at the same time, made once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class SingleFlight(Generic[_T]):
    """Makes a blocking `call` in one thread, however many await it: the threads of a server are few.

    Whoever awaits it while it runs gets that result or error; it is made anew for whoever comes later. For one event
    loop.
    """

    def __init__(self, call: Callable[[], _T]) -> None:
        self._call = call
        self._running: asyncio.Task[_T] | None = None

    async def __call__(self) -> _T:
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(asyncio.to_thread(self._call))
            self._running.add_done_callback(_retrieve)
        return await asyncio.shield(self._running)  # if one stops waiting, the others still get it


def _retrieve(task: asyncio.Task[object]) -> None:
    """Has asyncio not complain of an error that nobody awaits any more."""
    if not task.cancelled():
        task.exception()
