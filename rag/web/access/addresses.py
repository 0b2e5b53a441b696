"""The addresses that the chat answers to, and the origins that its own pages have."""

from __future__ import annotations

import re
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::([0-9]{1,5}))?")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`, a name or an IP address."""
    if host == "localhost":
        return True
    return _is_ip(host) and ip_address(host).is_loopback


class Addresses:
    """Which `Host` headers are those of a server that listens on `host` and that browsers may open by `url` too.

    If another site's name pointed to this machine (DNS rebinding), that site's page would count as one of ours. So
    names are accepted only if they are known to be ours. An IP address cannot be rebound: each is accepted, unless only
    this machine can reach the server.
    """

    def __init__(self, host: str, url: str = "") -> None:
        self._is_shared = not is_loopback(host)
        self._names = {*LOOPBACK_HOSTS, host.lower()}
        if self._is_shared:
            name = socket.gethostname().lower()
            self._names |= {name, f"{name}.local"}
        parts = urlsplit(url.lower())
        self._names |= {parts.hostname} if parts.hostname else set()
        self._authority = _without_default_port(parts.scheme, parts.netloc)
        self._origin = f"{parts.scheme}://{self._authority}" if url else ""

    def is_ours(self, host: str) -> bool:
        """Whether `host`, the value of a `Host` header, leads here."""
        found = _AUTHORITY.fullmatch(host.lower())
        name = found[1].strip("[]") if found else ""
        return name in self._names or (self._is_shared and _is_ip(name))

    def origin(self, host: str) -> str:
        """The origin of our own pages for a browser that sends `host`: that of `url` if it names the same server."""
        host = host.lower()
        if self._origin and _without_default_port(self._origin.partition(":")[0], host) == self._authority:
            return self._origin
        return f"http://{_without_default_port('http', host)}"


def _without_default_port(scheme: str, authority: str) -> str:
    """`authority` as an origin has it."""
    return authority.removesuffix(f":{_DEFAULT_PORTS.get(scheme)}")


def _is_ip(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
