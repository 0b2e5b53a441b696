"""A call that several wait for is made once, and one who leaves takes it from nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from threading import Event
from typing import Any

import pytest

from rag.web.single_flight import SingleFlight


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 10))


class Slow:
    """Returns how often it was called, once it may `go`; the first time it may fail."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.calls = 0
        self.begun, self.go = Event(), Event()
        self._fault = fault

    def __call__(self) -> int:
        self.calls += 1
        self.begun.set()
        assert self.go.wait(10)
        fault, self._fault = self._fault, None
        if fault:
            raise fault
        return self.calls


def test_all_who_wait_share_one_call_and_who_comes_later_makes_another() -> None:
    async def test() -> None:
        slow = Slow()
        call = SingleFlight(slow)
        waiting = [asyncio.create_task(call()) for _ in range(20)]
        await asyncio.to_thread(slow.begun.wait)
        slow.go.set()
        assert await asyncio.gather(*waiting) == [1] * 20
        assert await call() == 2

    run(test())


def test_one_who_stops_waiting_does_not_end_the_call() -> None:
    async def test() -> None:
        slow = Slow()
        call = SingleFlight(slow)
        first, second = asyncio.create_task(call()), asyncio.create_task(call())
        await asyncio.to_thread(slow.begun.wait)
        first.cancel()
        await asyncio.wait([first])
        slow.go.set()
        assert await second == 1

    run(test())


def test_an_error_is_everybodys_and_the_next_call_tries_again() -> None:
    async def test() -> None:
        slow = Slow(ZeroDivisionError())
        call = SingleFlight(slow)
        waiting = [asyncio.create_task(call()) for _ in range(2)]
        slow.go.set()
        for one in waiting:
            with pytest.raises(ZeroDivisionError):
                await one
        assert await call() == 2

    run(test())
