"""Who waits, behind how many, and what happens to the place of a visitor who leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from rag.web.queue import FairQueue


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 10))


class Visitor:
    """Waits in `queue` until it is served, and works until it is told to `leave`."""

    def __init__(self, queue: FairQueue) -> None:
        self.positions: list[int | None] = []
        self.leave = asyncio.Event()
        self.served = asyncio.Event()
        self.task = asyncio.create_task(self._visit(queue))

    async def _visit(self, queue: FairQueue) -> None:
        async with queue.place(self.positions.append):
            self.served.set()
            await self.leave.wait()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_as_many_work_at_once_as_there_are_places_and_the_rest_in_order() -> None:
    async def test() -> None:
        queue = FairQueue(2)
        visitors = [Visitor(queue) for _ in range(5)]
        await settle()
        assert [one.served.is_set() for one in visitors] == [True, True, False, False, False]
        assert [one.positions for one in visitors] == [[], [], [0], [1], [2]]
        assert len(queue) == 3
        visitors[1].leave.set()
        await settle()
        assert [one.served.is_set() for one in visitors] == [True, True, True, False, False]
        assert [one.positions for one in visitors[2:]] == [[0, None], [1, 0], [2, 1]]
        for one in visitors:
            one.leave.set()
        await asyncio.gather(*(one.task for one in visitors))
        assert all(one.served.is_set() for one in visitors)
        assert len(queue) == 0

    run(test())


def test_a_visitor_who_stops_waiting_holds_up_nobody() -> None:
    async def test() -> None:
        queue = FairQueue(1)
        first, second, third = visitors = [Visitor(queue) for _ in range(3)]
        await settle()
        second.task.cancel()
        await settle()
        assert third.positions == [1, 0]
        first.leave.set()
        await asyncio.wait_for(third.served.wait(), 5)
        third.leave.set()
        await asyncio.gather(*(one.task for one in visitors), return_exceptions=True)
        assert not second.served.is_set()

    run(test())


def test_a_place_given_to_a_visitor_who_has_just_left_goes_to_the_next() -> None:
    async def test() -> None:
        queue = FairQueue(1)
        first, second, third = [Visitor(queue) for _ in range(3)]
        await settle()
        first.leave.set()
        while len(queue) == 2:  # until the place is handed over, and before its new holder wakes
            await asyncio.sleep(0)
        second.task.cancel()
        await asyncio.wait_for(third.served.wait(), 5)
        third.leave.set()
        await third.task
        async with queue.place(lambda ahead: pytest.fail("the place was lost")):
            pass

    run(test())


def test_an_error_gives_the_place_back() -> None:
    async def test() -> None:
        queue = FairQueue(1)
        with pytest.raises(ZeroDivisionError):
            async with queue.place(lambda ahead: None):
                raise ZeroDivisionError
        async with queue.place(lambda ahead: pytest.fail("the place was lost")):
            pass

    run(test())


def test_a_visitor_who_leaves_as_a_place_becomes_free_spoils_nobodys_work() -> None:
    async def test() -> None:
        queue = FairQueue(1)
        first, second, third = (Visitor(queue) for _ in range(3))
        await settle()
        first.leave.set()  # it goes on in the next round of the loop, before the second can leave the queue
        second.task.cancel()
        await settle()
        assert second.task.cancelled()
        assert first.task.done()
        await first.task
        assert third.served.is_set()
        third.leave.set()
        await third.task
        async with queue.place(lambda ahead: None):
            assert len(queue) == 0

    run(test())
