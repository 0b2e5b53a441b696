"""Agents: clients of the tools as programs have them, which are given to tests that know nothing of event loops."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

_T = TypeVar("_T")
DOCS = Path(__file__).parents[2] / "docs" / "mcp.md"
RAG = Path(sys.executable).with_name("rag")
HELLO = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": types.LATEST_PROTOCOL_VERSION,
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


class Agent:
    """A connected client of the `session`, whose event loop runs in the thread of the `portal`."""

    def __init__(self, portal: BlockingPortal, session: ClientSession) -> None:
        self._portal, self._session = portal, session

    def do(self, work: Callable[[ClientSession], Coroutine[Any, Any, _T]]) -> _T:
        return self._portal.call(work, self._session)

    def call(self, tool: str, **arguments: Any) -> types.CallToolResult:
        return self.do(lambda session: session.call_tool(tool, arguments))

    def begin(self, tool: str, **arguments: Any) -> Future[types.CallToolResult]:
        """Begins a call."""
        return self._portal.start_task_soon(self._session.call_tool, tool, arguments)

    def cancel(self) -> None:
        """Cancels the call that was begun last, as an agent does whose user presses Escape."""
        last = types.CancelledNotificationParams(requestId=self._session._request_id - 1)
        notification = types.CancelledNotification(params=last)
        self.do(lambda session: session.send_notification(types.ClientNotification(notification)))

    def json(self, tool: str, **arguments: Any) -> Any:
        """What a tool returns."""
        result = self.call(tool, **arguments)
        assert not result.isError, result.content
        assert json.loads(text_of(result)) == result.structuredContent
        return result.structuredContent

    def fault(self, tool: str, **arguments: Any) -> str:
        """Why a tool returns nothing, in one line."""
        result = self.call(tool, **arguments)
        assert result.isError
        assert result.structuredContent is None
        text = text_of(result)
        assert "\n" not in text
        assert "Traceback" not in text
        return text

    def progress(self, tool: str, **arguments: Any) -> list[str]:
        """What a tool says while it works."""
        told: list[str] = []

        async def take(progress: float, total: float | None, message: str | None) -> None:
            told.append(message or "")

        self.do(lambda session: session.call_tool(tool, arguments, progress_callback=take))
        return told

    def tools(self) -> list[types.Tool]:
        return self.do(lambda session: session.list_tools()).tools


def documented(language: str) -> list[str]:
    """The blocks of code in this `language` in docs/mcp.md."""
    return re.findall(rf"^```{language}\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def configured() -> list[dict[str, Any]]:
    """The servers in the configurations of docs/mcp.md, of whichever program they are."""
    files = map(json.loads, documented("json"))
    return [server for file in files for server in (file.get("mcpServers") or file["servers"]).values()]


def text_of(result: types.CallToolResult) -> str:
    (*_, last) = result.content
    assert isinstance(last, types.TextContent)
    return last.text


@contextmanager
def over_stdio(*arguments: str | Path, log: Path) -> Iterator[Agent]:
    """An agent that starts `rag mcp`, whose standard error goes to the file `log`."""
    parameters = StdioServerParameters(command=str(RAG), args=["mcp", *map(str, arguments)])

    @asynccontextmanager
    async def connected() -> AsyncIterator[ClientSession]:
        with log.open("a", encoding="utf-8") as errors:
            async with (
                stdio_client(parameters, errors) as (incoming, outgoing),
                ClientSession(incoming, outgoing) as session,
            ):
                await session.initialize()
                yield session

    with _connected(connected) as agent:
        yield agent


@contextmanager
def over_http(address: str, password: str = "") -> Iterator[Agent]:
    """An agent that is given the address of a chat."""
    headers = {"authorization": f"Bearer {password}"} if password else {}

    @asynccontextmanager
    async def connected() -> AsyncIterator[ClientSession]:
        async with (
            httpx.AsyncClient(headers=headers, timeout=60, trust_env=False) as client,
            streamable_http_client(address, http_client=client) as (incoming, outgoing, _),
            ClientSession(incoming, outgoing) as session,
        ):
            await session.initialize()
            yield session

    with _connected(connected) as agent:
        yield agent


@contextmanager
def _connected(connect: Callable[[], Any]) -> Iterator[Agent]:
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(connect()) as session:
        yield Agent(portal, session)
