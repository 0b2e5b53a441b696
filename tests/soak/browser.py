"""A browser of one user: its cookies, its requests, and the streams that it follows as static/common.js does."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx

from tests.soak.chat import Service
from tests.soak.tally import CROSSED, DROPPED, HUNG, SERVER_ERROR, UNTOLD, Tally

TIMEOUT = 120.0  # seconds without a byte
Update = dict[str, Any]


class Gone(Exception):
    """The server was killed during the request, or it is a broken promise that the tally has already: no reply."""


class Fault(Exception):
    """The user was told in words that it cannot be done."""


class Browser:
    """Sends requests to `chat`, counts them in `tally`, and looks in each reply for the `markers` of other users."""

    def __init__(self, chat: Service, tally: Tally, markers: frozenset[str]) -> None:
        self._chat, self._tally, self._markers = chat, tally, markers
        self._cookies = httpx.Cookies()
        self._client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Closes its connections; it keeps its cookies."""
        if self._client:
            self._cookies = self._client.cookies
            await self._client.aclose()
            self._client = None

    async def send(self, kind: str, method: str, path: str, **options: Any) -> httpx.Response:
        """The reply to a request. Raises Gone if there is none."""
        self._tally.requests[kind] += 1
        response: httpx.Response = await self._guarded(kind, lambda: self._http().request(method, path, **options))
        self._look_at(kind, path, response.status_code, response.text)
        return response

    async def get(self, kind: str, path: str) -> str:
        """The page at `path`. Raises Gone, or Fault if it cannot be shown."""
        return _read(await self.send(kind, "GET", path)).text

    async def call(self, kind: str, method: str, path: str, **options: Any) -> Any:
        """The reply to a change as data. Raises Gone, or Fault if it is refused."""
        return _read(await self.send(kind, method, path, **options)).json()

    async def stream(self, name: str, argument: object, take: Callable[[Update], object]) -> None:
        """Calls the streaming function `name`; `take` gets each update. Raises Gone if it ends early, or Fault."""
        started = await self.send(name, "POST", f"/gradio_api/call/{name}", json={"data": [argument]})
        path = f"/gradio_api/call/{name}/{_read(started).json()['event_id']}"
        if not await self._guarded(name, lambda: self._follow(name, path, take)):
            self._tally.broke(UNTOLD, f"{name}: its stream ended with an error event")
            raise Gone

    async def _follow(self, name: str, path: str, take: Callable[[Update], object]) -> bool:
        """Whether the stream at `path` came to its end."""
        event, fault = "", ""
        async with self._http().stream("GET", path) as response:
            async for line in response.aiter_lines():
                if line.startswith("event: "):
                    event = line[7:]
                elif line.startswith("data: ") and event == "generating":
                    self._look_at(name, path, response.status_code, line)
                    update = json.loads(line[6:])[0]
                    fault = update.get("fault", "") or fault
                    take(update)
                if event in ("complete", "error"):
                    break
        if fault:
            raise Fault(fault)
        if event not in ("complete", "error"):
            raise httpx.ReadError("the stream ended before its end")
        return event == "complete"

    async def _guarded(self, kind: str, act: Callable[[], Any]) -> Any:
        deaths = self._chat.deaths
        try:
            return await act()
        except httpx.TimeoutException as fault:
            self._excuse(HUNG, deaths, kind, fault)
        except httpx.TransportError as fault:
            self._excuse(DROPPED, deaths, kind, fault)

    def _excuse(self, promise: str, deaths: int, kind: str, fault: Exception) -> None:
        """Raises Gone; what failed while the server was down is not held against it."""
        if self._chat.is_up and self._chat.deaths == deaths:
            self._tally.broke(promise, f"{kind}: {fault!r}")
        else:
            self._tally.excused[kind] += 1
        raise Gone

    def _look_at(self, kind: str, path: str, status: int, text: str) -> None:
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            self._tally.broke(SERVER_ERROR, f"{kind} {path}: status {status}: {text[:200]}")
        for marker in self._markers:
            if marker in text:
                self._tally.broke(CROSSED, f"{kind} {path} holds {marker}")

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            # One that is kept may be closed by the server just as it is used again, which real browsers mend.
            alone = httpx.Limits(max_keepalive_connections=0)
            self._client = httpx.AsyncClient(
                base_url=self._chat.url, timeout=TIMEOUT, trust_env=False, cookies=self._cookies, limits=alone
            )
        return self._client


def _read(response: httpx.Response) -> httpx.Response:
    """`response` if it is what was asked for. Raises Fault with the words of a refusal."""
    if response.is_success:
        return response
    told = ""
    with suppress(ValueError, AttributeError):
        told = response.json().get("fault", "")
    raise Fault(told or f"status {response.status_code}: {response.text[:200]}")
