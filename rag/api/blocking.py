"""Asynchronous code for callers that are not.

What a call needs of threads and event loops is its own and ends with it, so it also works where a loop is running, as
in Jupyter.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from contextvars import copy_context
from queue import SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")


def iterate(stream: AsyncGenerator[Item]) -> Iterator[Item]:
    """The items of `stream` as they come, from a thread with a loop of its own; what it raises is raised here.

    Whoever closes the iterator, or lets go of it, cancels the stream and waits for its end.
    """
    runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)  # by default, it would also become this thread's loop
    loop, items = runner.get_loop(), SimpleQueue[Item | None]()

    async def feed() -> None:
        async with aclosing(stream):
            async for item in stream:
                items.put(item)

    def run() -> None:
        with runner:
            with suppress(BaseException):  # the task has it, for the thread that reads
                loop.run_until_complete(task)
            items.put(None)

    task = loop.create_task(feed())
    thread = threading.Thread(target=run, name="stream", daemon=True)
    thread.start()
    try:
        while (item := items.get()) is not None:
            yield item
        task.result()
    finally:
        with suppress(RuntimeError):  # the loop is closed: the stream has ended
            loop.call_soon_threadsafe(task.cancel)
        thread.join()


def call(function: Callable[[], Item]) -> Item:
    """What `function` returns, which starts event loops: in another thread if one is running in this."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return function()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(copy_context().run, function).result()
