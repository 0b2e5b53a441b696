"""Silence for all users at the same time, so that what a server holds can be compared under equal conditions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Pause:
    """Users act within `turn`, which waits while somebody else wants `silence`."""

    def __init__(self) -> None:
        self._may_act, self._quiet = asyncio.Event(), asyncio.Event()
        self._may_act.set()
        self._quiet.set()
        self._acting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A time in which a user acts."""
        await self._may_act.wait()
        self._acting += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._acting -= 1
            if not self._acting:
                self._quiet.set()

    @asynccontextmanager
    async def silence(self) -> AsyncIterator[None]:
        """A time in which no user acts."""
        self._may_act.clear()
        await self._quiet.wait()
        yield
        self._may_act.set()
