"""Short questions to a server about itself and its models, which block until they are answered."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rag.llm.bounds import Bounds
from rag.llm.endings import Endless
from rag.llm.refusal import refusal_of
from rag.llm.server import REACH_TIMEOUT, Server, certificates

if TYPE_CHECKING:
    import httpx

_PART = 65_536  # bytes


def json_from(server: Server, method: str, url: str, headers: Mapping[str, str] | None = None, json: Any = None) -> Any:
    """The JSON at `url`, asked for with the server's key or other `headers`.

    Raises Refused for a reply that is not a success, Endless for one that is too long or slow, httpx.HTTPError or
    httpx.InvalidURL if the server does not answer, and ValueError for one that is not JSON.
    """
    import httpx

    sent = {"Accept-Encoding": "identity", **(server.headers() if headers is None else headers)}
    options: Any = {"timeout": REACH_TIMEOUT, "trust_env": server.uses_proxies, "verify": certificates()}
    with httpx.Client(headers=sent, **options) as client, client.stream(method, url, json=json) as reply:
        whole = httpx.Response(reply.status_code, headers=_plain(reply.headers), content=_body(reply))
    if not whole.is_success:
        raise refusal_of(whole, server.key)
    return whole.json()


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """The headers that matter; Content-Encoding was not asked for, and a few bytes can unpack to gigabytes."""
    return {name: headers[name] for name in ("Content-Type", "Retry-After") if name in headers}


def _body(reply: httpx.Response) -> bytes:
    bounds, begin, body = Bounds(2 * REACH_TIMEOUT), time.monotonic(), bytearray()
    for part in reply.iter_raw(_PART):
        body += part
        if len(body) > bounds.size:
            raise Endless(f"{bounds.size:,} bytes")
        if time.monotonic() - begin > bounds.seconds:
            raise Endless(f"{bounds.seconds:g} s")
    return bytes(body)
