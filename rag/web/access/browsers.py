"""Tells browsers apart where nobody has to sign in: each is known by a cookie that holds a key nobody can guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from rag.web.faces import face_of
from rag.web.identity import VISITOR, Visitor
from rag.web.keys import hashed, is_key, new_key

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "rag_owner"
COOKIE_DAYS = 400  # the longest that browsers keep a cookie


class Browsers:
    """Middleware: every browser is a visitor of its own, who may do everything, since only this machine gets here.

    The cookie is a secret, so conversations are kept under its hash. A page gives it to a browser that has none.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held = cookie_parser(Headers(scope=scope).get("cookie", "")).get(COOKIE, "")
        key = held if is_key(held) else new_key(24)
        scope[VISITOR] = Visitor(hashed(key), "curator", is_known=key == held, face=face_of(scope["path"]))

        async def reply(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                message["headers"] = [*message["headers"], (b"set-cookie", _cookie(key).encode())]
            await send(message)

        await self._app(scope, receive, reply)


def _is_page(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")


def _cookie(key: str) -> str:
    """Has the browser keep `key`, for this server only and out of reach of scripts.

    It is sent also when a link on another site is followed ("lax"): with "strict" the visitor would be taken for a new
    one and lose their conversations. `Guard` protects requests that change anything.
    """
    return f"{COOKIE}={key}; HttpOnly; Max-Age={COOKIE_DAYS * 86_400}; Path=/; SameSite=lax"
