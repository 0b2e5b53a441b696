"""Requests to a Chroma server within bounds of time and size, and what its faults mean.

Chroma's own client is not used: it waits for a reply for ever, and takes a second to import.
"""

from __future__ import annotations

import json
import ssl
import time
import weakref
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import StoreError
from rag.text import one_line

if TYPE_CHECKING:
    import httpx

_CONNECT_SECONDS = 2.0
_MAX_BYTES = 100_000_000  # of a reply; those with vectors are the largest
_MAX_DETAIL = 200  # characters of what a server says of a fault
_START = "Start it, or correct the setting chroma."
_CORRECT = "Correct the setting chroma."


class UnservedError(StoreError):
    """A Chroma server does not do what it is asked."""

    def then(self, command: str) -> str:
        """What is wrong, and the `command` that is to follow once that is mended."""
        return str(self) if str(self).endswith(command) else f"{self} {command.replace('Run', 'Then run')}"


class NotThereError(UnservedError):
    """The server has no such collection, tenant or database."""


@dataclass(frozen=True)
class Requests:
    """Requests to the server at `url`, which may have a path. Threads may share it.

    `token` is shown to it, if there is one. The file `authority` holds the certificates that vouch for it, in PEM; None
    for the usual ones.
    """

    url: str
    token: str = field(default="", repr=False)
    authority: Path | None = None

    def ask(self, method: str, path: str, content: object, seconds: float) -> Any:
        """What the JSON says with which the server replies, within so many `seconds`. Raises UnservedError."""
        import httpx

        begin = time.monotonic()
        timeout = httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
        try:
            request = self._http.build_request(method, self.url + path, json=content, timeout=timeout)
            reply = self._http.send(request, stream=True)
            try:
                body = self._body(reply, begin + seconds)
            finally:
                reply.close()
        except httpx.TimeoutException as fault:
            raise self._fault(f"does not answer within {time.monotonic() - begin:.0f} s", "See its log.") from fault
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise self._unreached(fault) from fault
        self._check(reply.status_code, body)
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as fault:
            raise self.unreadable() from fault

    def unreadable(self) -> UnservedError:
        """That a reply cannot be one of Chroma's."""
        return self._fault("sends what is no reply of Chroma's", _CORRECT)

    @cached_property
    def _http(self) -> httpx.Client:
        import httpx

        from rag.llm.server import is_loopback

        headers = {"Accept-Encoding": "identity"}  # a few bytes can unpack to gigabytes
        if self.token:  # proxies look for the one, Chroma's own cloud for the other
            headers |= {"Authorization": f"Bearer {self.token}", "X-Chroma-Token": self.token}
        direct = is_loopback(self.url)  # a proxy is another machine
        client = httpx.Client(headers=headers, verify=self._trusted(), trust_env=not direct)
        weakref.finalize(self, client.close)
        return client

    def _trusted(self) -> ssl.SSLContext | bool:
        if not self.authority:
            return True
        try:
            return ssl.create_default_context(cafile=self.authority)
        except OSError as fault:  # an ssl.SSLError too
            remedy = "Set chroma_ca to a file of certificates in PEM."
            raise UnservedError(f"{self.authority} cannot be read ({fault.strerror or fault}). {remedy}") from fault

    def _body(self, reply: httpx.Response, end: float) -> bytes:
        """The body of a `reply` that has to be there by `end`, on the monotonic clock."""
        import httpx

        body = bytearray()
        for chunk in reply.iter_raw():
            body += chunk
            if time.monotonic() > end:
                raise httpx.ReadTimeout("the reply is too slow")
            if len(body) > _MAX_BYTES:
                raise self._fault(f"sends more than {_MAX_BYTES:,} bytes", _CORRECT)
        return bytes(body)

    def _check(self, status: int, body: bytes) -> None:
        """Raises what a reply that is not a success means."""
        if 200 <= status < 300:
            return
        said = self._said(body)
        if status in (401, 403):
            what = "refuses the token" if self.token else "asks for a token"
            raise self._fault(f"{what} (HTTP {status})", "Set RAG_CHROMA_TOKEN to one that it accepts.")
        if said and (status == 404 or (status == 400 and "does not exist" in said)):
            raise NotThereError(f"The Chroma server {self.url} says: {said}")
        if status in (404, 405, 410) or 300 <= status < 400:
            raise self._fault(f"is of no version that rag can use, or no Chroma server (HTTP {status})", _CORRECT)
        raise self._fault(f"fails (HTTP {status}{said and ', '}{said})", "See its log.")

    def _said(self, body: bytes) -> str:
        """What the server says of a fault, in a line; "" if it is not one of Chroma's messages."""
        try:
            said = one_line(str(json.loads(body)["message"]))[:_MAX_DETAIL]
        except (ValueError, KeyError, TypeError, RecursionError):
            return ""
        return said.replace(self.token, "…") if self.token else said

    def _unreached(self, fault: Exception) -> UnservedError:
        reason = one_line(str(fault)) or type(fault).__name__
        if "CERTIFICATE_VERIFY_FAILED" in reason:
            remedy = "Set chroma_ca to the certificate of the authority that issued its own."
            if "mismatch" in reason:
                remedy = "Give it the name in the setting chroma that it has in its certificate."
            return self._fault(f"has a certificate that cannot be verified ({reason})", remedy)
        if "WRONG_VERSION_NUMBER" in reason:
            return self._fault(f"speaks no TLS ({reason})", "Have the setting chroma begin with http://.")
        return self._fault(f"cannot be reached ({reason})", _START)

    def _fault(self, what: str, remedy: str) -> UnservedError:
        return UnservedError(f"The Chroma server {self.url} {what}. {remedy}")
