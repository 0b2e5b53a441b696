"""Protects every request and reply: our pages talk to their own server only, and no other site's page talks to it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The browser itself enforces that the page loads nothing from elsewhere, whatever a text may smuggle in.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
}
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
TRUSTED_SITES = ("same-origin", "none")  # Sec-Fetch-Site of a request by our own page, or by the user directly
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


class Guard:
    """Middleware: refuses changes requested by another site's page, and requests to a host name that is not ours.

    If another site's name pointed to this machine (DNS rebinding), that site's page would count as one of ours. If
    `hosts` is empty, as on a server for a whole network, any name is accepted.
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
                message["headers"] = [
                    *message["headers"],
                    *((n.encode(), v.encode()) for n, v in SECURITY_HEADERS.items()),
                ]
            await send(message)

        await self._app(scope, receive, reply)

    def _refuse(self, method: str, headers: dict[str, str]) -> str:
        host = headers.get("host", "")
        if self._hosts and _name(host) not in self._hosts:
            return f"This server does not answer to the name {host[:80]}. Open it as http://localhost."
        if method in SAFE_METHODS:
            return ""
        origin = headers.get("origin", "")
        trusted = headers.get("sec-fetch-site", "none") in TRUSTED_SITES and (
            not origin or origin.partition("://")[2] == host
        )
        return "" if trusted else "Only a page of this server may change anything here."


def _name(host: str) -> str:
    """The name without the port: ``localhost`` of ``localhost:7860``, ``::1`` of ``[::1]:7860``."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
