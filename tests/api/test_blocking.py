"""Asynchronous streams for callers that are not, in and outside of event loops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator
from contextvars import ContextVar

import pytest

from rag.api.blocking import call, iterate

name = ContextVar("name", default="nobody")


class Counting:
    """A stream of numbers that notes how it ends."""

    def __init__(self, last: int = 3, fault: Exception | None = None) -> None:
        self.last, self.fault = last, fault
        self.ended = ""
        self.thread = ""

    async def stream(self) -> AsyncGenerator[int]:
        self.thread = threading.current_thread().name
        try:
            for n in range(self.last):
                yield n
                await asyncio.sleep(0)
            if self.fault:
                raise self.fault
            self.ended = "whole"
        except asyncio.CancelledError:
            self.ended = "cancelled"
            raise


async def endless() -> AsyncGenerator[int]:
    n = 0
    while True:
        yield n
        n += 1
        await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def test_items_come_in_order_from_another_thread() -> None:
    counting = Counting()
    assert list(iterate(counting.stream())) == [0, 1, 2]
    assert counting.ended == "whole"
    assert counting.thread != threading.current_thread().name


def test_it_works_in_a_running_loop_which_is_left_alone() -> None:
    async def main() -> list[int]:
        found = list(iterate(Counting().stream()))
        assert asyncio.get_running_loop() is loop
        return found

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        assert runner.run(main()) == [0, 1, 2]


def test_the_thread_that_reads_gets_no_loop() -> None:
    def read() -> None:
        list(iterate(Counting().stream()))
        with pytest.raises(RuntimeError, match="no current event loop"):
            asyncio.get_event_loop_policy().get_event_loop()

    done = threading.Thread(target=read)
    done.start()
    done.join()


def test_what_the_stream_raises_comes_after_its_items() -> None:
    items = iterate(Counting(2, ValueError("broken")).stream())
    assert [next(items), next(items)] == [0, 1]
    with pytest.raises(ValueError, match="broken"):
        next(items)


def test_who_stops_reading_cancels_the_stream_and_waits_for_its_end() -> None:
    ended = []

    async def watched() -> AsyncGenerator[int]:
        try:
            async for n in endless():
                yield n
        finally:
            ended.append(threading.current_thread().name)

    for n in iterate(watched()):  # the iterator is let go of
        if n == 3:
            break
    assert ended == ["stream"]


def test_a_stream_sees_the_context_of_the_caller() -> None:
    async def named() -> AsyncGenerator[str]:
        yield name.get()

    token = name.set("owl")
    assert list(iterate(named())) == ["owl"]
    name.reset(token)


def test_a_function_that_starts_loops_can_be_called_anywhere() -> None:
    async def one() -> int:
        return 1

    def function() -> int:
        return asyncio.run(one())

    async def main() -> int:
        return call(function)

    assert call(function) == 1
    assert asyncio.run(main()) == 1
