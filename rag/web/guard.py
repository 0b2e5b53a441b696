"""What every request and every reply must be: the page talks to its own server, and nobody else's page does."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The browser itself enforces that the page loads and asks nothing elsewhere, whatever a text may smuggle in.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
}
SAFE = ("GET", "HEAD", "OPTIONS")
OURS = ("same-origin", "none")  # what a browser says of a request by our own page, or by the user's own hand
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Guard:
    """Middleware: refuses changes that another site's page asks for, and names of this machine that are not its own.

    A name of another site that points to this machine (DNS rebinding) would make that site's page one of ours. Where
    `hosts` is empty, as for a server of a whole network, any name will do.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if refused := self._refuse(scope["method"], headers):
            from starlette.responses import PlainTextResponse

            await PlainTextResponse(refused, status_code=403)(scope, receive, send)
            return

        async def reply(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *((n.encode(), v.encode()) for n, v in HEADERS.items())]
            await send(message)

        await self._app(scope, receive, reply)

    def _refuse(self, method: str, headers: dict[str, str]) -> str:
        host = headers.get("host", "")
        if self._hosts and _name(host) not in self._hosts:
            return f"This server is not called {host[:80]}. Open it as http://localhost."
        if method in SAFE:
            return ""
        origin = headers.get("origin", "")
        ours = headers.get("sec-fetch-site", "none") in OURS and (not origin or origin.partition("://")[2] == host)
        return "" if ours else "Only a page of this server may change anything here."


def _name(host: str) -> str:
    """``localhost`` of ``localhost:7860``, ``::1`` of ``[::1]:7860``."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
