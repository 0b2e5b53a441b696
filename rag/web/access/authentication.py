"""Lets in those who are signed in, or whose program sends their password, and nobody else."""

from __future__ import annotations

import asyncio
import logging
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse

from rag.errors import KeepingError, SettingsError
from rag.text import count
from rag.web.access.people import People, Person, matching
from rag.web.access.sessions import Sessions
from rag.web.access.throttle import Throttle
from rag.web.faces import face_of
from rag.web.guard import ALIVE, OPEN_FOLDER, READY
from rag.web.identity import VISITOR, Visitor
from rag.web.keys import hashed
from rag.web.refusals import is_for_programs, refusal_reply

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"
_CLOSED_SECONDS = 10  # after which a program should ask again whether anybody is let in
_HEADER = "your password as the header Authorization: Bearer PASSWORD"
OPEN_PATHS = (
    *(SIGN_IN, ALIVE, READY),
    "/gradio_api/startup-events",  # Gradio's call to itself, which does nothing later
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody may not come in: the status of the reply, what to tell them, and seconds to wait, if any."""

    status: int
    text: str
    delay: int = 0

    def headers(self) -> dict[str, str]:
        if self.delay:
            return {"retry-after": str(self.delay)}
        return {"www-authenticate": "Bearer"} if self.status == 401 else {}


class Gate:
    """Who knows a password, and who holds the token of a session. `is_secure` is whether browsers come by HTTPS."""

    def __init__(self, people: People, sessions: Sessions, throttle: Throttle, *, is_secure: bool) -> None:
        self._people, self.sessions, self._throttle = people, sessions, throttle
        self.is_secure = is_secure
        # With this prefix browsers make sure that no other server of the same domain has set the cookie.
        self.cookie = "__Host-rag_session" if is_secure else "rag_session"

    async def with_password(self, password: bytes, address: str) -> Person | Refusal:
        """Whose `password` it is, for a client at `address`. Not compared while that client has to wait."""
        try:
            known = await asyncio.to_thread(self._people.current)
        except SettingsError as fault:
            return closed(fault)
        if delay := math.ceil(self._throttle.delay(address)):
            return Refusal(429, f"Too many wrong passwords. Try again in {count(delay, 'second')}.", delay)
        if person := matching(known, password):
            self._throttle.succeed(address)
            return person
        self._throttle.fail(address)
        return Refusal(401, "This password is not known here.")

    async def with_token(self, token: str) -> Person | None:
        """Whose session `token` is of."""
        return await asyncio.to_thread(lambda: self.sessions.person(token, self._people.current()))


class Authentication:
    """Middleware: everybody else is shown the page to sign in, or refused."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            found = await self._person(scope)
        except (KeepingError, SettingsError) as fault:
            found = closed(fault)
        if isinstance(found, Person):
            owner, face = hashed(f"person:{found.name}"), face_of(scope["path"])
            scope[VISITOR] = Visitor(owner, found.role, found.name, face=face)
        elif not (scope["path"] in OPEN_PATHS or scope["path"].startswith(OPEN_FOLDER)):
            await _reply(scope, found)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _person(self, scope: Scope) -> Person | Refusal:
        headers = Headers(scope=scope)
        scheme, _, password = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await self._gate.with_password(password.strip().encode("latin-1"), client_address(scope))
        token = cookie_parser(headers.get("cookie", "")).get(self._gate.cookie, "")
        person = await self._gate.with_token(token) if token else None
        how = f"Send {_HEADER}." if is_for_programs(scope) else "Reload the page to sign in."
        return person or Refusal(401, f"You are not signed in. {how}")


def closed(fault: KeepingError | SettingsError) -> Refusal:
    """Why nobody may come in; what is wrong with the files of this machine is for its owner only."""
    logging.getLogger(__name__).error("%s", fault)
    return Refusal(503, "Nobody can be let in now. The terminal that runs the chat shows why.", _CLOSED_SECONDS)


def client_address(scope: Scope) -> str:
    """The IP address of the client. Behind a proxy on this machine, uvicorn takes it from `X-Forwarded-For`."""
    return str((scope.get("client") or ("",))[0])


def _reply(scope: Scope, refusal: Refusal) -> Response:
    """The page to sign in, if a browser opens a page; else what is wrong, as scripts and programs read it."""
    if reply := refusal_reply(scope, refusal.text, refusal.status, refusal.headers()):
        return reply
    accepts = Headers(scope=scope).get("accept", "")
    if refusal.status == 401 and scope["method"] == "GET" and "text/html" in accepts:
        return RedirectResponse(f"{SIGN_IN}?next={quote(scope['path'])}", 303)
    return JSONResponse({"fault": refusal.text}, refusal.status, refusal.headers())
