"""The tools of agents over HTTP. Gradio's MCP server carries them, behind the same doors as the pages.

Gradio would make its own tools of our pages' functions, call them over a connection to itself, which has no password,
and return Python's notation. So it gets ours, the same as over standard input and output. Each request stands for
itself; nothing of an agent is kept between two.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

from anyio import CancelScope
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from rag.errors import AccessError, RagError
from rag.progress import Progress
from rag.web.faces import MCP_PREFIX
from rag.web.identity import Visitor, visitor_of
from rag.web.keys import new_key
from rag.web.trouble import for_visitor
from rag.web.turns import Choices

if TYPE_CHECKING:
    import gradio as gr
    from mcp.server.lowlevel import Server
    from starlette.types import Message, Receive, Scope, Send

    from rag.answer.types import Event
    from rag.chat.library import Library
    from rag.index.store import Store
    from rag.mcp.tools import Report
    from rag.query.understanding import Query
    from rag.retrieval.hits import Hits
    from rag.web.answering import Answering
    from rag.web.rebuilding import Rebuilding

MCP_PATHS = (MCP_PREFIX.removesuffix("/"), MCP_PREFIX)  # as some clients write it, and as others do
_SESSION = "mcp-session-id"
_T = TypeVar("_T")


class ServedBackend:
    """A `rag.mcp.tools.Backend` for one call of a `visitor`."""

    def __init__(self, library: Library, answering: Answering, rebuilding: Rebuilding, visitor: Visitor) -> None:
        self.library = library
        self._answering, self._rebuilding, self._visitor = answering, rebuilding, visitor

    async def look_up(self, look: Callable[[Store], _T]) -> _T:
        """What `look` finds in the index, in the queue of all."""
        return await self._answering.look_up(self._visitor, look)

    async def search(self, question: str, top: int) -> tuple[Query, Hits]:
        """The `top` papers for `question`, and the query that they were searched with, in the queue of all."""
        return await self._answering.search(self._visitor, question, top)

    def events(self, question: str, limit: int) -> AsyncGenerator[Event]:
        """Streams the answer, in the queue of all."""
        return self._answering.events(self._visitor, question, choices=Choices(limit=limit))

    async def change(self, work: Callable[[Progress], _T], report: Report) -> _T:
        """Does `work` for a curator, as the change that all pages show. Raises AccessError for a reader."""
        if not self._visitor.is_curator:
            raise AccessError("Only a curator may add papers. Ask someone who looks after this collection.")
        change = self._rebuilding.begin("Adding papers for an agent", work, self._visitor.owner)
        try:
            async with aclosing(self._rebuilding.watch(change)) as states:
                async for now in states:
                    await report(f"{now.stage} {now.done:,} of {now.total:,}" if now.total else now.stage)
        finally:
            if self._rebuilding.running is change:
                self._rebuilding.stop()
        if change.fault:
            raise RagError(change.fault.whole)
        return cast("_T", change.result)

    def told(self, fault: RagError) -> str:
        """What is wrong, in a line, without what only those can use who run the server."""
        return for_visitor(fault, self._visitor)


class ToolRoutes:
    """The address where agents send messages, each a POST with the reply as a stream."""

    def __init__(self, library: Library, answering: Answering, rebuilding: Rebuilding) -> None:
        self._parts = library, answering, rebuilding
        self._calls: dict[tuple[str, str], CancelScope] = {}  # that run, by session and id
        self._gradio: Any = None

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer agents. It must be launched with Gradio's `mcp_server`."""
        self._server = server
        server.router.routes.extend(Route(path, _App(self.reply), methods=["POST"]) for path in MCP_PATHS)

    async def reply(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one message, or stops the call that it cancels. Raises HTTPException if it is none."""
        request = Request(scope, receive)
        media_type = request.headers.get("content-type", "").lower()
        if not media_type.startswith("application/json"):  # the library would say so in plain text
            raise HTTPException(415, "Send the message as JSON, with the header Content-Type: application/json.")
        body = await request.body()
        message, session = _parsed(body), request.headers.get(_SESSION, "")
        params = message.get("params")
        if message.get("method") == "notifications/cancelled" and isinstance(params, dict):
            self._cancel(session, params.get("requestId"))
        if message.get("method") == "initialize":
            send = _beginning(send)
        await self._carried(scope, _again(body, receive), send, session, message.get("id"))

    async def _carried(self, scope: Scope, receive: Receive, send: Send, session: str, id_: object) -> None:
        """Has Gradio's server answer, until the call `id_` of a `session` is cancelled."""
        reply, key = _Reply(send), (session, str(id_))
        with CancelScope() as running:
            if session:
                self._calls[key] = running
            try:
                await self._handler(scope, receive, reply)
            finally:
                if self._calls.get(key) is running:
                    del self._calls[key]
        if running.cancel_called:
            await reply.end(id_)

    @cached_property
    def _handler(self) -> Callable[[Scope, Receive, Send], Any]:
        """Gradio's handler, which is given our tools; made at the first request, for no page needs it."""
        gradio: Any = self._server.get_blocks().mcp_server_obj
        gradio.manager.app = self._tools()
        handler: Callable[[Scope, Receive, Send], Any] = gradio.handle_streamable_http
        return handler

    def _tools(self) -> Server[Any, Any]:
        from rag.mcp.protocol import server
        from rag.mcp.tools import Tools

        def new(request: Request, report: Report) -> Tools:
            return Tools(ServedBackend(*self._parts, visitor_of(request)), report)

        return server(new)

    def _cancel(self, session: str, id_: object) -> None:
        if running := self._calls.get((session, str(id_))):
            running.cancel()


class _App:
    """An ASGI app: Starlette takes a function for one that gets a Request."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Any]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


class _Reply:
    """Sends a reply, which can be ended early."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._begun = self._done = False

    async def __call__(self, message: Message) -> None:
        self._begun = True
        self._done = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def end(self, id_: object) -> None:
        """Ends it here: the call `id_` was cancelled. Over standard input and output it gets this error, too."""
        error = {"jsonrpc": "2.0", "id": id_, "error": {"code": 0, "message": "Request cancelled"}}
        if not self._begun:
            headers = [(b"content-type", b"text/event-stream")]
            await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        if not self._done:
            body = f"event: message\r\ndata: {json.dumps(error)}\r\n\r\n".encode()
            await self._send({"type": "http.response.body", "body": body})


def _parsed(body: bytes) -> dict[str, Any]:
    """The message in `body`. Raises HTTPException if it is none; the library would show all that it expects instead."""
    from mcp.types import JSONRPCMessage
    from pydantic import ValidationError

    try:
        message: dict[str, Any] = json.loads(body)
        JSONRPCMessage.model_validate(message)
    except ValidationError as fault:
        raise HTTPException(400, "The body is not one message of JSON-RPC, which is an object.") from fault
    except (ValueError, RecursionError) as fault:
        raise HTTPException(400, "The body is not JSON.") from fault
    return message


def _beginning(send: Send) -> Send:
    """`send`, which gives the client a name for its session, by which it can cancel its own calls and no others."""

    async def named(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (_SESSION.encode(), new_key(24).encode())]}
        await send(message)

    return named


def _again(body: bytes, receive: Receive) -> Receive:
    """`receive`, which first gives the `body` that was received already."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Message:
        return messages.pop() if messages else await receive()

    return given
