"""Where a model answers, and how it is asked: time-outs, proxies, TLS, and what counts as a refusal."""

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

REACH_TIMEOUT = 5.0  # seconds to find out whether anybody answers at an address


@dataclass(frozen=True)
class Server:
    """An address, and what belongs to asking there."""

    url: str
    timeout: float  # seconds that it may be silent
    key: str = field(default="", repr=False)
    where: str = ""  # as a reader is told: begins a sentence
    key_name: str = "OPENAI_API_KEY"  # the variable that holds the key
    direct: bool = False  # past any proxy

    def client(self) -> httpx.AsyncClient:
        """A client for one call: its connections belong to the event loop they are made in."""
        import httpx

        return httpx.AsyncClient(**self.options())

    def options(self) -> dict[str, Any]:
        """What a client for one call is made with; a reply that is a refusal raises `faults.Refused`."""
        import httpx

        return {
            "timeout": httpx.Timeout(self.timeout, connect=min(REACH_TIMEOUT, self.timeout)),
            "trust_env": not self.direct,
            "verify": _certificates(),
            "event_hooks": {"response": [self.acheck]},
        }

    def headers(self) -> dict[str, str]:
        """With the key, where there is one."""
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    def check(self, reply: httpx.Response) -> None:
        """Raises `faults.Refused` where `reply` is no success."""
        if not reply.is_success:
            reply.read()
            raise refusal_of(reply, self.key)

    async def acheck(self, reply: httpx.Response) -> None:
        """As `check`, for an AsyncClient."""
        if not reply.is_success:
            await reply.aread()
            raise refusal_of(reply, self.key)


def without_password(url: str) -> str:
    """`url` for a reader: a password in an address does not belong on the screen."""
    return re.sub(r"//[^/@]*@", "//", url)


def key_from(name: str) -> str:
    """The key in the environment variable `name`, "" if there is none. Raises ModelError for what cannot be one."""
    key = os.environ.get(name, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise ModelError(f"{name} holds a character that no key has. Set it anew, or choose --llm none")
    return key


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes longer than the rest of a call to this machine."""
    import httpx

    return httpx.create_ssl_context()
