"""Short questions to a server about itself and its models, which block until they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from rag.llm.bounds import Bounds
from rag.llm.endings import Endless
from rag.llm.refusal import refusal_of
from rag.llm.server import REACH_TIMEOUT, Server, certificates

if TYPE_CHECKING:
    import httpx

_PART = 65_536  # bytes
_BOUNDS = Bounds(2 * REACH_TIMEOUT)  # of a reply and its headers, which can trickle as well


def json_from(server: Server, method: str, url: str, headers: Mapping[str, str] | None = None, json: Any = None) -> Any:
    """The JSON at `url`, asked for with the server's key or other `headers`.

    Raises Refused for a reply that is not a success, Endless for one that is too long or slow, httpx.HTTPError or
    httpx.InvalidURL if the server does not answer, and ValueError for one that is not JSON.
    """
    import httpx

    sent = {"Accept-Encoding": "identity", **(server.headers() if headers is None else headers)}
    options: Any = {"timeout": REACH_TIMEOUT, "trust_env": server.uses_proxies, "verify": certificates()}
    with ThreadPoolExecutor(1) as thread, httpx.Client(headers=sent, **options) as client:
        asked = thread.submit(_whole, client, method, url, json)
        try:
            whole = asked.result(_BOUNDS.seconds)
        except TimeoutError as fault:  # closing the client ends the thread
            raise Endless(f"{_BOUNDS.seconds:g} s") from fault
    if not whole.is_success:
        raise refusal_of(whole, server.key)
    return whole.json()


def _whole(client: httpx.Client, method: str, url: str, json: Any) -> httpx.Response:
    import httpx

    with client.stream(method, url, json=json) as reply:
        return httpx.Response(reply.status_code, headers=_plain(reply.headers), content=_body(reply))


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """The headers that matter; Content-Encoding was not asked for, and a few bytes can unpack to gigabytes."""
    return {name: headers[name] for name in ("Content-Type", "Retry-After") if name in headers}


def _body(reply: httpx.Response) -> bytes:
    body = bytearray()
    for part in reply.iter_raw(_PART):
        body += part
        if len(body) > _BOUNDS.size:
            raise Endless(f"{_BOUNDS.size:,} bytes")
    return bytes(body)
