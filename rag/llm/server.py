"""The server of a model, and how its clients connect: timeouts, proxies, TLS, and which replies are refusals."""

from __future__ import annotations

import os
import re
import ssl
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
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
    direct: bool = False  # whether to bypass proxies

    def client(self) -> httpx.AsyncClient:
        """A client for one call: connections belong to the event loop in which they are opened."""
        import httpx

        return httpx.AsyncClient(**self.options())

    def options(self) -> dict[str, Any]:
        """The arguments of an `httpx.AsyncClient` that raises `Refused` for a reply that is not a success."""
        import httpx

        return {
            "timeout": httpx.Timeout(self.timeout, connect=min(REACH_TIMEOUT, self.timeout)),
            "trust_env": not self.direct,
            "verify": _certificates(),
            "event_hooks": {"response": [self.acheck]},
        }

    def headers(self) -> dict[str, str]:
        """The authorization header; none without a key."""
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    def check(self, reply: httpx.Response) -> None:
        """Raises `Refused` if `reply` is not a success."""
        if not reply.is_success:
            reply.read()
            raise refusal_of(reply, self.key)

    async def acheck(self, reply: httpx.Response) -> None:
        """Like `check`, for an `httpx.AsyncClient`."""
        if not reply.is_success:
            await reply.aread()
            raise refusal_of(reply, self.key)


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
def _certificates() -> ssl.SSLContext:
    """Created once: this takes longer than the rest of a call to a local server."""
    import httpx

    return httpx.create_ssl_context()
