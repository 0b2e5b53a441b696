"""Replies to programs that may leave before they have them: as server-sent events, or whole."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.responses import Response

from rag.errors import RagError

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_T = TypeVar("_T")
KEEP_ALIVE_SECONDS = 4.0  # httpx waits for 5 by default, some proxies for 30
_WEIGHT = re.compile(r"[01](\.[0-9]{0,3})?")
_KEEP_ALIVE = ": keep-alive\n\n"


def sse(name: str, data: object) -> str:
    """A server-sent event of this `name`; its `data` as JSON, which has no line breaks."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def prefers_events(accept: str) -> bool:
    """Whether the header Accept gives server-sent events more weight than JSON: "" and "*/*" do not."""
    weights = dict(map(_weight, accept.lower().split(",")))
    json_weight = next((weights[one] for one in ("application/json", "application/*", "*/*") if one in weights), 0.0)
    return weights.get(EventStream.media_type, 0.0) > json_weight


def _weight(accepted: str) -> tuple[str, float]:
    """A media type of the header Accept, and its weight from 0 to 1, which is 1 unless it is given."""
    media_type, *parameters = (part.strip() for part in accepted.split(";"))
    given = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    return media_type, float(given) if _WEIGHT.fullmatch(given) else 0.0


class EventStream(Response):
    """Sends `parts`, each the text of one event, and a comment whenever none came for a while.

    They are closed when all are sent, or when the client leaves, whatever they wait for. What they raise once the reply
    has begun is sent as the event that `told` makes of it.
    """

    media_type = "text/event-stream"

    def __init__(self, parts: AsyncGenerator[str], told: Callable[[Exception], str]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self.headers["x-accel-buffering"] = "no"  # nginx would send it all at once
        self._parts, self._told = beating(parts), told
        self._first: str | None = None

    async def begun(self, receive: Receive) -> EventStream:
        """Waits for the first event, though not for long, so that what is raised before it is no stream yet."""
        self._first = await unless_gone(receive, _first(self._parts))
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(ClientDisconnect):  # nobody is there to be told
            await unless_gone(receive, self._send(send))

    async def _send(self, send: Send) -> None:
        async def write(text: str) -> None:
            await send({"type": "http.response.body", "body": text.encode("utf-8", "replace"), "more_body": True})

        async with aclosing(self._parts) as parts:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await write(self._first or _KEEP_ALIVE)
            try:
                async for part in parts:
                    await write(part or _KEEP_ALIVE)
            except RagError as fault:
                await write(self._told(fault))
            except Exception as fault:  # the reply has begun: it can say so in no other way
                logging.getLogger(__name__).exception("A reply was cut off")
                await write(self._told(fault))
        await send({"type": "http.response.body", "body": b""})


async def beating(parts: AsyncGenerator[_T], seconds: float = KEEP_ALIVE_SECONDS) -> AsyncGenerator[_T | None]:
    """`parts`, and None whenever the next has not come for `seconds`. Closes them."""
    async with aclosing(parts):
        while True:
            waiting = asyncio.create_task(_next(parts))
            try:
                while not (await asyncio.wait([waiting], timeout=seconds))[0]:
                    yield None
            finally:
                await _end(waiting)
            if (found := waiting.result()) is None:
                return
            yield found[0]


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, _T]) -> _T:
    """The result of `work`, which is cancelled if the client leaves: then raises ClientDisconnect.

    The body of the request must have been received.
    """
    working, leaving = asyncio.create_task(work), asyncio.create_task(_left(receive))
    try:
        await asyncio.wait([working, leaving], return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        await _end(working)
        await _end(leaving)


async def _first(parts: AsyncGenerator[_T]) -> _T:
    return await anext(parts)


async def _next(parts: AsyncGenerator[_T]) -> tuple[_T] | None:
    """The next of `parts`, None if there is none."""
    try:
        return (await anext(parts),)
    except StopAsyncIteration:
        return None


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _end(task: asyncio.Task[Any]) -> None:
    """Cancels `task` unless it is done, and waits until it has ended."""
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # nobody else asks for it, of which asyncio would complain
