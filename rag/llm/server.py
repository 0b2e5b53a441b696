"""The server of a model, and how its clients connect: timeouts, proxies, TLS, and which replies are refusals."""

from __future__ import annotations

import os
import re
import ssl
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.errors import ModelError
from rag.llm.bounds import Bounds
from rag.llm.refusal import refusal_of

if TYPE_CHECKING:
    import httpx

REACH_TIMEOUT = 5.0  # seconds to find out whether a server answers at an address


@dataclass(frozen=True)
class Server:
    """An address, and what is needed to use it."""

    url: str
    timeout: float  # seconds to wait for the next bytes of a reply
    key: str = field(default="", repr=False)
    label: str = ""  # its name at the start of a message
    key_name: str = "OPENAI_API_KEY"  # the environment variable with the key
    direct: bool = False  # whether it is in this process

    def client(self, bounds: Bounds | None = None) -> httpx.AsyncClient:
        """A client for one call: connections belong to the event loop in which they are opened.

        It raises `Refused` for a reply that is not a success, and `Endless` for one beyond `bounds`.
        """
        import httpx

        limits = bounds or Bounds(self.timeout)

        async def check(reply: httpx.Response) -> None:
            await self._check(reply, limits)

        return httpx.AsyncClient(
            headers={"Accept-Encoding": "identity"},
            timeout=httpx.Timeout(self.timeout, connect=min(REACH_TIMEOUT, self.timeout)),
            trust_env=self.uses_proxies,
            verify=certificates(),
            event_hooks={"response": [check]},
        )

    def headers(self) -> dict[str, str]:
        """The authorization header; none without a key."""
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine, as far as its address says."""
        return is_loopback(self.url)

    @property
    def uses_proxies(self) -> bool:
        """Whether the environment's proxies apply: they are other machines."""
        return not (self.direct or self.is_local)

    async def _check(self, reply: httpx.Response, bounds: Bounds) -> None:
        import httpx

        from rag.llm.bounded_stream import BoundedStream

        assert isinstance(reply.stream, httpx.AsyncByteStream)
        reply.headers.pop("Content-Encoding", None)  # was not asked for; a few bytes can unpack to gigabytes
        reply.stream = BoundedStream(reply.stream, bounds)
        if not reply.is_success:
            await reply.aread()
            raise refusal_of(reply, self.key)


def is_loopback(address: str) -> bool:
    """Whether `address` is one of this machine that no other can reach."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name, or no address at all
        return False


def without_password(url: str) -> str:
    """`url` without a user name and password, so that it can be shown."""
    return re.sub(r"//[^/@]*@", "//", url)


def key_from(name: str) -> str:
    """The key in the environment variable `name`, "" if it is not set. Raises ModelError if it cannot be a key."""
    key = os.environ.get(name, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise ModelError(f"{name} contains a character that no key can have. Set it again, or choose --llm none")
    return key


@cache
def certificates() -> ssl.SSLContext:
    """The certificate authorities, read once: this takes longer than the rest of a call to a local server."""
    import httpx

    return httpx.create_ssl_context()
