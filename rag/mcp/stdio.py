"""Serves one agent over standard input and output, on which there is nothing but the protocol."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import anyio
from mcp import types
from mcp.server.stdio import stdio_server
from pydantic import ValidationError

from rag.errors import RagError
from rag.mcp.pipes import Lines, Out
from rag.mcp.protocol import server
from rag.mcp.tools import Backend, Tools

if TYPE_CHECKING:
    from rag.chat.library import Library

LAST_SECONDS = 1.0  # for the last calls to end, and their replies to be read, once the agent closed standard input


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
        asyncio.get_running_loop().run_in_executor(None, _open, library)  # whose end the loop waits for

    built.notification_handlers[types.InitializedNotification] = opened
    agent: Any = _Agent(given, taken)  # all that is used of files is to read lines, and to write
    try:
        with anyio.CancelScope() as scope:
            async with stdio_server(agent, agent) as (incoming, outgoing):
                await built.run(incoming, outgoing, built.create_initialization_options())
                scope.deadline = anyio.current_time() + LAST_SECONDS
    except* (BrokenPipeError, anyio.BrokenResourceError, anyio.ClosedResourceError):  # the agent has left
        pass


class _Agent:
    """The messages of an agent, as lines, and the replies to it. What is no message is answered here."""

    def __init__(self, given: int, taken: int) -> None:
        self._lines, self._out = Lines(given), Out(taken)
        self._open: set[types.RequestId] = set()  # requests that have no reply yet
        self._replied = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[str]:
        async for line in self._lines:
            try:
                message = types.JSONRPCMessage.model_validate_json(line).root
            except ValidationError:
                await self._out.write(_refusal(line))
                continue
            if isinstance(message, types.JSONRPCRequest):
                self._open.add(message.id)
            yield line
        with anyio.move_on_after(LAST_SECONDS):
            while self._open:
                self._replied.clear()
                await self._replied.wait()

    async def write(self, text: str) -> None:
        """Returns when the message `text` is written. Raises BrokenPipeError if nobody can read it any more."""
        await self._out.write(text)
        self._open.discard(json.loads(text).get("id"))
        self._replied.set()

    async def flush(self) -> None:
        """Nothing is held back."""


def _refusal(line: str) -> str:
    """The reply to a `line` that is no message, such as one with half a surrogate pair."""
    code, reason, id_ = types.PARSE_ERROR, "The line is not JSON.", None
    with suppress(ValueError, RecursionError):
        given = json.loads(line)
        code, reason = types.INVALID_REQUEST, "The line is not a message of JSON-RPC in valid Unicode."
        id_ = given.get("id") if isinstance(given, dict) else None
    error = {"code": code, "message": reason}
    return json.dumps({"jsonrpc": "2.0", "id": id_ if isinstance(id_, str | int) else None, "error": error}) + "\n"


def _reserved() -> tuple[int, int]:
    """Descriptors of standard input and output, in whose places others get nothing and standard error."""
    given, taken = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)  # what is written in C, too
    sys.stdout = sys.stderr
    return given, taken


def _open(library: Library) -> None:
    """Opens the index; whoever asks first is told what is wrong with it."""
    with suppress(RagError):
        library.retriever()
