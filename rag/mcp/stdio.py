"""Serves one agent over standard input and output, on which there is nothing but the protocol."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import anyio
from mcp import types
from mcp.server.stdio import stdio_server

from rag.errors import RagError
from rag.mcp.pipes import Lines, Out
from rag.mcp.protocol import server
from rag.mcp.tools import Backend, Tools

if TYPE_CHECKING:
    from rag.chat.library import Library

LAST_SECONDS = 1.0  # for the last replies to be read, once the agent has closed standard input


def serve(library: Library) -> None:
    """Serves `library` until standard input ends, or Ctrl+C.

    The index is opened meanwhile, so that the agent need not wait for it. What libraries print goes to standard error.
    """
    given, taken = _reserved()
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(library, given, taken))


async def _serve(library: Library, given: int, taken: int) -> None:
    @cache
    def backend() -> Backend:
        from rag.mcp.local import LocalBackend  # with numpy and all that answers, for which no client is to wait

        return LocalBackend(library)

    built = server(lambda request, report: Tools(backend(), report))

    async def opened(notification: types.InitializedNotification) -> None:
        _in_background(library)

    built.notification_handlers[types.InitializedNotification] = opened
    files: Any = Lines(given), Out(taken)  # all that is used of files is to read lines, and to write
    try:
        with anyio.CancelScope() as scope:
            async with stdio_server(*files) as (incoming, outgoing):
                await built.run(incoming, outgoing, built.create_initialization_options())
                scope.deadline = anyio.current_time() + LAST_SECONDS
    except* (BrokenPipeError, anyio.BrokenResourceError):  # the agent has left
        pass


def _reserved() -> tuple[int, int]:
    """Descriptors of standard input and output, in whose places others get nothing and standard error."""
    given, taken = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)  # what is written in C, too
    sys.stdout = sys.stderr
    return given, taken


def _in_background(library: Library) -> None:
    """Opens the index in a thread; whoever asks first is told what is wrong with it."""

    def work() -> None:
        with suppress(RagError):
            library.retriever()

    threading.Thread(target=work, name="opening").start()  # no daemon: cut off inside C++ it would abort
