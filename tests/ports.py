"""Where the servers of tests listen."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port of this machine at which nothing listened just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
