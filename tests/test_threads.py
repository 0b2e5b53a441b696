"""Whoever is cancelled while a thread works for them waits until it has ended."""

from __future__ import annotations

import asyncio
import threading

import pytest

from rag.threads import in_thread

PATIENCE = 60


def test_who_is_cancelled_again_and_again_leaves_once_the_thread_has_ended() -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert may_end.wait(PATIENCE)
        ended.set()

    async def test() -> None:
        task = asyncio.create_task(in_thread(work))
        await asyncio.to_thread(begun.wait, PATIENCE)
        for _ in range(5):
            task.cancel()
            await asyncio.sleep(0)
            assert not task.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()

    asyncio.run(test())


def test_what_a_thread_returns_or_raises_comes_through() -> None:
    assert asyncio.run(in_thread(int, "12", base=3)) == 5
    with pytest.raises(ValueError, match="invalid literal"):
        asyncio.run(in_thread(int, "x"))


def test_nobody_is_told_of_an_error_after_they_left(caplog: pytest.LogCaptureFixture) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def fail() -> None:
        begun.set()
        assert may_end.wait(PATIENCE)
        raise ValueError("late")

    async def test() -> None:
        task = asyncio.create_task(in_thread(fail))
        await asyncio.to_thread(begun.wait, PATIENCE)
        task.cancel()
        await asyncio.sleep(0)
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(test())
    assert caplog.text == ""
