"""HTTP/1.1 by connection: how many there are, how long one may take to ask, and how long to take a reply."""

from __future__ import annotations

import asyncio
import sys

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_CONNECTIONS = 500  # half of the files that a process may usually have open
HEAD_SECONDS = 20.0  # for the head of a request
STALL_SECONDS = 60.0  # for a client to take anything of a reply that is ready
_HEAD_TOO_LONG = (
    "The headers of this request are too long. If you see this in a browser, delete the cookies of this host: any "
    "server on it, on whatever port, may have set them."
)


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol, which closes connections that only wait. (Its other one, of httptools, reads headers of any
    size in quadratic time; this one refuses more than 16 kB.)"""

    _head_timer: asyncio.TimerHandle | None = None
    _stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            idle = (one for one in self.connections if isinstance(one, BoundedProtocol) and one is not self)
            next((one for one in idle if one._is_idle), self).transport.abort()
        self._time_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head_timer()
        self._stop_stall_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._time_head()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._time_head()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_stall_timer()
        self._stall_timer = self.loop.call_later(STALL_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_stall_timer()

    def send_400_response(self, msg: str) -> None:
        """Says of a head that is too long how to mend it; a browser cannot know."""
        fault = sys.exc_info()[1]
        if not (isinstance(fault, h11.RemoteProtocolError) and fault.error_status_hint == 431):
            super().send_400_response(msg)
            return
        headers = [
            ("content-type", "text/plain; charset=utf-8"),
            ("connection", "close"),
            ("cache-control", "no-store"),
        ]
        head = h11.Response(status_code=431, headers=headers, reason=b"Request Header Fields Too Large")
        for event in (head, h11.Data(data=_HEAD_TOO_LONG.encode()), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    @property
    def _is_idle(self) -> bool:
        """Whether no request has arrived that is not answered yet."""
        return self.cycle is None or self.cycle.response_complete

    def _time_head(self) -> None:
        """Closes the connection unless the head of a request, or of the next, is complete in time."""
        if not self._is_idle:
            self._stop_head_timer()
        elif self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_stall_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
