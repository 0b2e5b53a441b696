"""A server that lists models as Ollama and LM Studio do, on a free port of this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


class ListingServer(ThreadingHTTPServer):
    """Answers a GET with the JSON, or the raw bytes, at its path in `replies`; 404 if there are none."""

    daemon_threads = False  # closing the server waits for its threads, so that a test leaves none behind
    replies: dict[str, Any]
    headers: dict[str, str]  # sent with each reply
    status = 200
    paths: list[str]
    authorizations: list[str | None]
    silent: Event  # unset: requests wait until the test ends

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: ListingServer

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.server.authorizations.append(self.headers["Authorization"])
        self.server.silent.wait(30)
        reply = self.server.replies.get(self.path)
        body = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        self.send_response(404 if reply is None else self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:  # the client does not read all of it
            self.close_connection = True


@contextmanager
def listing(**replies: Any) -> Iterator[ListingServer]:
    """A server with these `replies`, by path with "_" for "/": api_tags for /api/tags."""
    with ListingServer(("127.0.0.1", 0), _Handler) as server:
        server.replies = {f"/{path.replace('_', '/')}": reply for path, reply in replies.items()}
        server.headers, server.paths, server.authorizations, server.silent = {}, [], [], Event()
        server.silent.set()
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.silent.set()
            server.shutdown()
            thread.join()


def pulled(name: str, size: str = "", of_bytes: int = 0, family: str = "llama", **more: Any) -> dict[str, Any]:
    """An entry of Ollama's list."""
    return {"name": name, "model": name, "size": of_bytes, "details": {"parameter_size": size, "family": family}} | more
