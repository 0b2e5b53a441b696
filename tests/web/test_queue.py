"""Who waits, for how many, and what happens to the place of one who leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from rag.web.queue import FairQueue


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 10))


class Visitor:
    """Stands in `line` until it is served, and works until it is told to `leave`."""

    def __init__(self, line: FairQueue) -> None:
        self.heard: list[int | None] = []
        self.leave = asyncio.Event()
        self.served = asyncio.Event()
        self.task = asyncio.create_task(self._visit(line))

    async def _visit(self, line: FairQueue) -> None:
        async with line.place(self.heard.append):
            self.served.set()
            await self.leave.wait()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_as_many_as_there_are_places_work_at_once_and_the_rest_in_order() -> None:
    async def test() -> None:
        line = FairQueue(2)
        visitors = [Visitor(line) for _ in range(5)]
        await settle()
        assert [one.served.is_set() for one in visitors] == [True, True, False, False, False]
        assert [one.heard for one in visitors] == [[], [], [0], [1], [2]]
        assert len(line) == 3
        visitors[1].leave.set()
        await settle()
        assert [one.served.is_set() for one in visitors] == [True, True, True, False, False]
        assert [one.heard for one in visitors[2:]] == [[0, None], [1, 0], [2, 1]]
        for one in visitors:
            one.leave.set()
        await asyncio.gather(*(one.task for one in visitors))
        assert all(one.served.is_set() for one in visitors)
        assert len(line) == 0

    run(test())


def test_who_leaves_the_line_holds_up_nobody() -> None:
    async def test() -> None:
        line = FairQueue(1)
        first, second, third = visitors = [Visitor(line) for _ in range(3)]
        await settle()
        second.task.cancel()
        await settle()
        assert third.heard == [1, 0]
        first.leave.set()
        await asyncio.wait_for(third.served.wait(), 5)
        third.leave.set()
        await asyncio.gather(*(one.task for one in visitors), return_exceptions=True)
        assert not second.served.is_set()

    run(test())


def test_a_place_given_to_one_who_just_left_goes_to_the_next() -> None:
    async def test() -> None:
        line = FairQueue(1)
        first, second, third = [Visitor(line) for _ in range(3)]
        await settle()
        first.leave.set()
        while len(line) == 2:  # until the place is handed on, and before who gets it is told
            await asyncio.sleep(0)
        second.task.cancel()
        await asyncio.wait_for(third.served.wait(), 5)
        third.leave.set()
        await third.task
        async with line.place(lambda ahead: pytest.fail("the place was lost")):
            pass

    run(test())


def test_a_fault_gives_the_place_back() -> None:
    async def test() -> None:
        line = FairQueue(1)
        with pytest.raises(ZeroDivisionError):
            async with line.place(lambda ahead: None):
                raise ZeroDivisionError
        async with line.place(lambda ahead: pytest.fail("the place was lost")):
            pass

    run(test())
