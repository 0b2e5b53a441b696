"""Asks one service: at the pace that it allows, again after a fault that may pass, and no other host."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from rag import __version__
from rag.errors import FetchError
from rag.fetch.host import LOOPBACK, Host
from rag.fetch.reply import PassingFaultError, Reply
from rag.fetch.waiting import interval_asked, retry_after, spelled

_T = TypeVar("_T")
Sleep = Callable[[float], None]  # waits so many seconds
Parameters = Mapping[str, str | int]

CONTINUE = "Run the same command again to continue."
CONTINUE_THEN = "Run the same command again after that to continue."
MAX_BYTES = 100_000_000  # of an unpacked reply; 1,000 papers with all their references have about 20,000,000
MAX_REDIRECTS = 5
MAX_TRIES = 6
MAX_WAIT = 120.0  # seconds before one try; a service that asks for more is not waited for
MAX_WAITS = 300.0  # seconds of waiting after which there is no further try
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_BACK_OFF = wait_exponential(multiplier=2.0, max=60.0) + wait_random(0.0, 2.0)


class RejectedError(FetchError):
    """The service does not accept what it was asked, or does not know it (status 404)."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Client:
    """A connection to `host`, to be used in a `with` statement. `contact` is a mail address, which services ask for."""

    def __init__(self, host: Host, contact: str = "", sleep: Sleep = time.sleep) -> None:
        """Raises FetchError if the environment has a key that cannot be one."""
        self._host, self._sleep = host, sleep
        self._base = httpx.URL(host.base)
        local = self._base.host in LOOPBACK
        if self._base.scheme != "https" and not local:
            raise FetchError(f"{host.label} is asked over HTTPS only, not at {host.base}")
        self.key = host.key()
        self._http = httpx.Client(headers=self._headers(contact), timeout=_TIMEOUT, trust_env=not local)
        self._identity = dict(host.parameters) | {
            name: value
            for name, value in ((host.key_parameter, self.key), (host.contact_parameter, contact))
            if name and value
        }
        self._ready = 0.0  # when the next request may be sent, on the monotonic clock
        self._answered = False

    def __enter__(self) -> Self:
        logging.getLogger("httpx").addFilter(self._without_key)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.getLogger("httpx").removeFilter(self._without_key)
        self._http.close()

    def ask(
        self,
        path: str,
        parse: Callable[[Reply], _T],
        *,
        params: Parameters | None = None,
        form: Parameters | None = None,
        json: Any = None,
    ) -> _T:
        """What `parse` makes of the reply to a GET request, or with `form` or `json` to a POST request.

        `parse` may raise PassingFaultError, after which the request is repeated as after a fault of the server.
        Raises RejectedError, and FetchError for all else that goes wrong.
        """
        tries = Retrying(
            retry=retry_if_exception_type(PassingFaultError),
            wait=_pause,
            stop=_is_exhausted,
            sleep=self._sleep,
            reraise=True,
        )
        content: dict[str, Any] = {"params": {**self._identity, **(params or {})}}
        if form is not None:
            content = {"data": {**self._identity, **form}}
        if json is not None:
            content["json"] = json
        method = "GET" if form is None and json is None else "POST"
        try:
            return cast(_T, tries(self._once, method, path, parse, **content))
        except PassingFaultError as fault:
            raise FetchError(f"{self._host.label} {fault}. {CONTINUE}") from fault

    def _once(self, method: str, path: str, parse: Callable[[Reply], _T], **content: Any) -> _T:
        if (pause := self._ready - time.monotonic()) > 0:
            self._sleep(pause)
        asked = None
        try:
            reply = self._reply(self._http.build_request(method, self._host.base + path, **content))
            asked = interval_asked(reply.headers)
        except httpx.HTTPError as fault:
            raise self._explained(fault) from fault
        finally:
            self._ready = time.monotonic() + min(MAX_WAIT, self._host.interval if asked is None else asked)
        self._answered = True
        self._check(reply)
        return parse(reply)

    def _reply(self, request: httpx.Request) -> Reply:
        """The reply to `request`, after the redirects within its host."""
        for _ in range(MAX_REDIRECTS):
            response = self._http.send(request, stream=True, follow_redirects=False)
            try:
                if response.next_request is None:
                    return Reply(response.status_code, response.headers, self._body(response))
                request = response.next_request
            finally:
                response.close()
            if (request.url.scheme, request.url.netloc) != (self._base.scheme, self._base.netloc):
                raise FetchError(f"{self._host.label} sends to another host, {request.url.host}, which is not asked.")
        raise FetchError(f"{self._host.label} redirects more than {MAX_REDIRECTS} times. Try again later.")

    def _body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise FetchError(
                    f"{self._host.label} sent more than {MAX_BYTES:,} bytes in one reply. Try again later."
                )
        return bytes(body)

    def _check(self, reply: Reply) -> None:
        """Raises unless `reply` is a success."""
        status, label = reply.status, self._host.label
        if status == 200:
            return
        detail = self._hidden(reply.detail())
        if status in (408, 429) or status >= 500:
            pause = retry_after(reply.headers, datetime.now(UTC))
            if pause and pause > MAX_WAIT:
                hint = f" {self._host.remedy}" if self._host.key_name and not self.key else ""
                raise FetchError(f"{label} accepts no requests for {spelled(pause)}{detail}. {CONTINUE_THEN}{hint}")
            raise PassingFaultError(f"fails (HTTP {status}{detail})", pause)
        if status in (401, 403) or (status == 400 and "api key" in detail.lower()):
            raise FetchError(f"{label} refuses the request (HTTP {status}{detail}). {self._host.remedy}")
        raise RejectedError(f"{label} rejects the request (HTTP {status}{detail}). Correct the request.", status)

    def _explained(self, fault: httpx.HTTPError) -> Exception:
        """What to raise for `fault`: only where the service has answered before is it likely to do so again."""
        if isinstance(fault, httpx.ConnectError | httpx.ConnectTimeout) and not self._answered:
            return FetchError(
                f"{self._host.label} cannot be reached at {self._base.netloc.decode()}. {self._host.remedy}"
            )
        if isinstance(fault, httpx.TimeoutException):
            return PassingFaultError("does not answer in time")
        return PassingFaultError("breaks off the connection")

    def _headers(self, contact: str) -> dict[str, str]:
        agent = f"rag/{__version__}" + (f" (mailto:{contact})" if contact else "")
        keyed = {self._host.key_header: self.key} if self._host.key_header and self.key else {}
        return {"User-Agent": agent, **self._host.headers, **keyed}

    def _hidden(self, text: str) -> str:
        return text.replace(self.key, "…") if self.key else text

    def _without_key(self, record: logging.LogRecord) -> bool:
        """A filter for the log of httpx, which contains addresses."""
        record.msg, record.args = self._hidden(record.getMessage()), ()
        return True


def _pause(state: RetryCallState) -> float:
    """Seconds before the next try: what the service asks for, else longer each time, and never the same for all."""
    fault = state.outcome.exception() if state.outcome else None
    asked = fault.retry_after if isinstance(fault, PassingFaultError) else None
    return _BACK_OFF(state) if asked is None else asked


def _is_exhausted(state: RetryCallState) -> bool:
    return stop_after_attempt(MAX_TRIES)(state) or state.idle_for > MAX_WAITS
