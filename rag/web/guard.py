"""Protects every request and reply: our pages talk to their own server only, and no other site's page talks to it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from rag.web.bounds import bounded, too_large
from rag.web.faces import FACES_WITH_HEAD, face_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from rag.web.access.addresses import Addresses

# The browser itself enforces that the page loads nothing from elsewhere, whatever a text may smuggle in.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "referrer-policy": "same-origin",  # not "no-referrer": with that, browsers hide the origin of our own forms
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
TRUSTED_SITES = ("same-origin", "none")  # Sec-Fetch-Site of a request by our own page, or by the user directly
PAGES = re.compile(r"/(c/[\w-]+|papers|saved|sign-in)?", re.ASCII)  # that a link on another site may open
OPEN_FOLDER = "/ui/"  # the style sheet and the scripts: no secrets
ALIVE, READY = "/healthz", "/readyz"  # where anybody may ask whether the server lives, and whether it can answer
_OTHER_CHARSET = re.compile(r"json\b[^,]*;\s*+charset=(?!\"?utf-?8\b)", re.IGNORECASE)
_SINGLE = {
    "host",
    "origin",
    "authorization",
    "content-length",
    "content-type",
    "content-encoding",
    "sec-fetch-site",
    "sec-fetch-mode",
    "sec-fetch-dest",
}


class Guard:
    """Middleware: refuses what another site's page requests, what is for another host, and what is too large."""

    def __init__(self, app: ASGIApp, addresses: Addresses) -> None:
        self._app = app
        self._addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _secured(send, scope["path"]))
        else:  # our pages open no WebSockets
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = Counter(name.decode("latin-1") for name, _ in scope["headers"])
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if refused := too_large(scope, headers) or self._refuse(scope, headers, names):
            from starlette.responses import PlainTextResponse

            from rag.web.refusals import refusal_reply

            status, text = refused
            reply = refusal_reply(scope, text, status) or PlainTextResponse(text, status)
            await reply(scope, receive, send)
            return
        if scope["method"] == "HEAD" and face_of(scope["path"]) in FACES_WITH_HEAD:
            scope = {**scope, "method": "GET"}  # uvicorn, which knows the method, leaves the body out
        await self._app(scope, bounded(scope, receive), send)

    def _refuse(self, scope: Scope, headers: dict[str, str], names: Counter[str]) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if doubled := sorted(name for name in _SINGLE if names[name] > 1):
            return 400, f"The header {doubled[0]} was sent more than once."
        if "content-length" in headers and "transfer-encoding" in headers:  # proxies differ in which they believe
            return 400, "A request gives its length or comes in chunks, not both."
        if headers.get("content-encoding", "identity").lower() != "identity":
            return 415, "Send the body as it is, without Content-Encoding."
        if _OTHER_CHARSET.search(headers.get("content-type", "")):
            return 415, "JSON is UTF-8: send it so, without another charset."
        if not self._addresses.is_ours(host):
            return 403, (
                f"This server does not answer to the name {host[:80]!a}. On its own machine open it as "
                "http://localhost with its port; for other names see --url."
            )
        origin = headers.get("origin")
        if origin is not None and origin != self._addresses.origin(host):
            return 403, "Only a page of this server may ask it anything."
        if headers.get("sec-fetch-site", "none") not in TRUSTED_SITES and not _is_link(scope, headers):
            return 403, "Another site's page may only link to the pages of this server."
        return None


def _is_link(scope: Scope, headers: dict[str, str]) -> bool:
    """Whether a user follows a link on another site to one of our pages, and not that page asks behind their back."""
    opens = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    is_early = "sec-purpose" in headers or "purpose" in headers  # fetched before anybody follows the link
    return opens and not is_early and scope["method"] == "GET" and PAGES.fullmatch(scope["path"]) is not None


def _secured(send: Send, path: str) -> Send:
    """`send`, which adds our headers and drops those by which Gradio allows other sites to read replies.

    Nothing but the style sheet and the scripts is kept by a browser or a proxy, unless the reply says so.
    """
    ours = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]

    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(n, v) for n, v in message["headers"] if not n.lower().startswith(b"access-control-")]
            if not path.startswith(OPEN_FOLDER) and not any(name == b"cache-control" for name, _ in kept):
                kept.append((b"cache-control", b"no-store"))
            message = {**message, "headers": [*kept, *ours]}
        await send(message)

    return secured
