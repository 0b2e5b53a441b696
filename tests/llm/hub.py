"""A server that speaks the protocol of the Hugging Face hub, and fails as a test demands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Hub(ThreadingHTTPServer):
    """Has one file, at `path`, which its storage on another host, localhost, sends after a redirect."""

    daemon_threads = False
    path: str
    content: bytes
    sha256: str  # what it states
    size: int | None  # what it states
    cut: int | None = None  # after so many bytes of a reply, the connection breaks
    ranges = True  # whether a part of the file can be had
    asked: list[tuple[str, str, str | None]]  # method, path, range of each request
    authorizations: dict[str, str | None]  # by path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._redirect()

    def do_GET(self) -> None:
        self.server.authorizations[self.path] = self.headers["Authorization"]
        if self.path == "/storage":
            self._send()
        else:
            self._redirect()

    def _redirect(self) -> None:
        self.server.asked.append((self.command, self.path, None))
        found = self.path == self.server.path
        self.send_response(302 if found else 404)
        if found:
            self.send_header("Location", f"http://localhost:{self.server.server_address[1]}/storage")
            self.send_header("X-Repo-Commit", "c" * 40)
            self.send_header("X-Linked-Etag", f'"{self.server.sha256}"')
            if self.server.size is not None:
                self.send_header("X-Linked-Size", str(self.server.size))
        else:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self) -> None:
        wanted = self.headers["Range"]
        self.server.asked.append((self.command, self.path, wanted))
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if self.server.ranges else 0
        body = self.server.content[start:]
        self.send_response(206 if self.server.ranges else 200)
        if self.server.ranges:
            self.send_header(
                "Content-Range", f"bytes {start}-{len(self.server.content) - 1}/{len(self.server.content)}"
            )
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.cut])
        self.close_connection = True


@contextmanager
def hub(repo: str, file: str, content: bytes) -> Iterator[Hub]:
    """A hub with `content` as the `file` of `repo`."""
    with Hub(("127.0.0.1", 0), _Handler) as server:
        server.path, server.content, server.asked = f"/{repo}/resolve/main/{file}", content, []
        server.authorizations = {}
        server.sha256, server.size = hashlib.sha256(content).hexdigest(), len(content)
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
