"""Calls of Gradio's queue: each belongs to whoever made it, and a result that nobody fetches is dropped.

Gradio itself keeps what a call returns until it is fetched, for ever, and hands it to whoever names the call.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import BackgroundTasks, HTTPException, Request
from fastapi.responses import StreamingResponse
from gradio.data_classes import CancelBody
from gradio.utils import cancel_tasks

from rag.web.identity import visitor_of

if TYPE_CHECKING:
    import gradio as gr
    from gradio.data_classes import PredictBodyInternal
    from starlette.types import Receive, Scope, Send

CALL = "/gradio_api/call/{api_name}/{event_id}"
DATA = "/gradio_api/queue/data"
CANCEL = "/gradio_api/cancel"
HEARTBEAT = "/gradio_api/heartbeat/{session_hash}"
MAX_CALLS = 400  # that run or wait to be fetched, of all together
MAX_CALLS_OF_OWNER = 40  # twenty pages may follow an answer, and ten questions wait
FETCH_SECONDS = 60.0  # seconds that a result waits for somebody to fetch it
_SESSION = re.compile(r"[\w-]{1,100}", re.ASCII)  # Gradio builds names of tasks from it, and takes them apart again


@dataclass(slots=True)
class _Session:
    """Calls with the same session hash, which one client chooses: whose they are, and who is fetching them."""

    owner: str
    made_at: float  # when the last call of it was made
    sent_at: float = 0.0  # when something of it was last sent
    readers: int = 0


class Calls:
    """The calls to the functions of `blocks`, and the addresses where they are fetched and cancelled.

    `gradio` holds Gradio's own functions at these addresses. For the event loop of the server only.
    """

    def __init__(self, blocks: gr.Blocks, gradio: dict[str, Callable[..., Any]]) -> None:
        self._blocks, self._gradio = blocks, gradio
        self._push = blocks._queue.push
        self._sessions: dict[str, _Session] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` ask here whenever a call is made, fetched or cancelled."""
        queue: Any = self._blocks._queue
        queue.push = self.push
        queue.ANALYTICS_MAX_EVENTS = 1  # or each call makes a table of the last ten thousand
        server.get(CALL)(self.call)
        server.get(DATA)(self.data)
        server.get(HEARTBEAT)(self.heartbeat)
        server.post(CANCEL)(self.cancel)

    async def push(self, body: PredictBodyInternal, request: Request, username: str | None) -> tuple[bool, Any, Any]:
        """Queues a call, as Gradio does. Raises HTTPException if there is no such function, or for too many calls."""
        owner = _owner(request)
        if body.fn_index not in self._blocks.fns:
            raise HTTPException(404, "There is no such function.")
        if body.session_hash is not None:
            self._check(owner, body.session_hash)
        self._check_room(owner)
        body.batched, body.event_data, body.trigger_id = False, None, None  # nothing of ours takes them
        pushed = await self._push(body=body, request=request, username=username)
        if session := body.session_hash:  # Gradio has set it
            self._sessions.setdefault(session, _Session(owner, 0.0))
            self._leave(session)
        return pushed

    async def call(self, request: Request, api_name: str, event_id: str) -> StreamingResponse:
        """Streams what a call returns."""
        session = self._session(_owner(request), event_id)
        return self._read(session, await self._gradio[CALL](request, event_id))

    async def data(self, request: Request, session_hash: str) -> StreamingResponse:
        """Streams what all calls of a session return."""
        session = self._mine(_owner(request), session_hash)
        return self._read(session, await self._gradio[DATA](request, session))

    async def cancel(self, request: Request, body: CancelBody) -> Any:
        """Ends a call."""
        owner = _owner(request)
        if self._session(owner, body.event_id) != body.session_hash:
            raise _unknown()
        return await self._gradio[CANCEL](body)

    async def heartbeat(self, request: Request, session_hash: str) -> Any:
        """Says for as long as the connection is open that the server runs."""
        self._check(_owner(request), session_hash)
        return self._gradio[HEARTBEAT](session_hash, request, BackgroundTasks(), None)

    def _check(self, owner: str, session: str) -> None:
        """Raises HTTPException if `session` is another's, or cannot be one."""
        if not _SESSION.fullmatch(session):
            raise HTTPException(400, "A session hash has up to 100 letters, digits, _ and -.")
        if session in self._sessions and self._sessions[session].owner != owner:
            raise _unknown()

    def _check_room(self, owner: str) -> None:
        open_ = {session: self._count(session) for session in self._sessions}
        own = sum(calls for session, calls in open_.items() if self._sessions[session].owner == owner)
        if own >= MAX_CALLS_OF_OWNER:
            raise HTTPException(429, f"{own} calls of yours are open already. Fetch their results, or wait a minute.")
        if sum(open_.values()) >= MAX_CALLS:
            raise HTTPException(429, f"{MAX_CALLS} calls are open already. Try again in a minute.")

    def _count(self, session: str) -> int:
        """How many calls of `session` have not been fetched to their end."""
        return len(self._blocks._queue.pending_event_ids_session.get(session, ()))

    def _mine(self, owner: str, session: str) -> str:
        if session not in self._sessions or self._sessions[session].owner != owner:
            raise _unknown()
        return session

    def _session(self, owner: str, event_id: str) -> str:
        """The session of a call of `owner`. Raises HTTPException if they have no such call, or have fetched it."""
        pending = self._blocks._queue.pending_event_ids_session
        for session, held in self._sessions.items():
            if held.owner == owner and event_id in pending.get(session, ()):
                return session
        raise _unknown()

    def _read(self, session: str, stream: StreamingResponse) -> StreamingResponse:
        held, clock = self._sessions[session], asyncio.get_running_loop().time
        held.readers += 1
        held.sent_at = clock()

        async def parts() -> AsyncIterator[Any]:
            try:
                async for part in stream.body_iterator:
                    held.sent_at = clock()
                    yield part
            except (KeyError, HTTPException):  # so Gradio notices that the call was dropped meanwhile
                return

        def end() -> None:
            held.readers -= 1
            if held.made_at <= held.sent_at:  # else another call was made at the end, and will be fetched
                held.made_at = -FETCH_SECONDS
            self._end_if_over(session)

        return _Stream(parts(), end)

    def _leave(self, session: str) -> None:
        """Has the calls of `session` dropped, if nobody fetches them in time."""
        loop = asyncio.get_running_loop()
        self._sessions[session].made_at = loop.time()
        loop.call_later(FETCH_SECONDS + 0.01, self._end_if_over, session)  # clocks are not exact

    def _end_if_over(self, session: str) -> None:
        task = asyncio.get_running_loop().create_task(self._end(session))  # a request may be cancelled, this not
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self, session: str) -> None:
        """Cancels the calls of `session` and drops what they returned, if it is over."""
        if not self._is_over(session):
            return
        queue = self._blocks._queue
        running = [event for event in queue.event_ids_to_events.values() if event.session_hash == session]
        del self._sessions[session]
        await queue.clean_events(session_hash=session)
        queue.pending_messages_per_session.pop(session, None)
        queue.pending_event_ids_session.pop(session, None)
        self._blocks.state_holder.session_data.pop(session, None)
        await cancel_tasks({f"{session}_{event.fn._id}" for event in running})
        for event in running:  # which Gradio does too, unless it is cancelled before
            await queue.reset_iterators(event._id)
            queue.event_ids_to_events.pop(event._id, None)

    def _is_over(self, session: str) -> bool:
        """Whether all calls of `session` were fetched, or whoever should fetch them has left."""
        held = self._sessions.get(session)
        if held is None or held.readers:
            return False
        is_gone = session not in self._blocks._queue.pending_messages_per_session
        waited = asyncio.get_running_loop().time() - held.made_at
        return is_gone or not self._count(session) or waited >= FETCH_SECONDS


class _Stream(StreamingResponse):
    """A stream that calls `end` when it has been sent, or cannot be."""

    def __init__(self, parts: AsyncIterator[Any], end: Callable[[], None]) -> None:
        super().__init__(parts, media_type="text/event-stream")
        self._end = end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._end()


def _owner(request: Request) -> str:
    """Whose calls these are. Without a cookie nobody's: such calls return nothing of anybody's."""
    visitor = visitor_of(request)
    return visitor.owner if visitor.is_known else ""


def _unknown() -> HTTPException:
    return HTTPException(404, "There is no such call, or its result was fetched already.")
