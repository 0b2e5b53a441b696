"""Work that is waited for until it has ended: a thread cannot be stopped, whoever leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import ParamSpec, TypeVar

_T = TypeVar("_T")
_P = ParamSpec("_P")


async def in_thread(call: Callable[_P, _T], *given: _P.args, **named: _P.kwargs) -> _T:
    """What `call` returns, made in a thread. Whoever is cancelled meanwhile holds what it holds until that has ended.

    `asyncio.to_thread` returns at once then, and the place in a queue goes to the next while the thread works on.
    """
    return await through(asyncio.to_thread(call, *given, **named))


async def through(work: Awaitable[_T]) -> _T:
    """The result of `work`, which nobody interrupts: whoever stops waiting for it does so once it is through."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):  # some cancel again and again
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # nobody else asks for it, of which asyncio would complain
        raise
