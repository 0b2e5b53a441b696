"""A server on loopback that stands in for a service, and fails as a test demands."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """A request: its path without the query, the parameters of the query or of a form, and a body of JSON."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    json: Any = None


@dataclass
class Answer:
    """A reply. Its `body` is sent as it is, or as JSON if it is no text; `cut` ends the connection before its end.

    It is sent after `delay` seconds.
    """

    body: Any = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    delay: float = 0.0


class Server(ThreadingHTTPServer):
    """Answers the first requests with `first`, and the others as `answer` says."""

    daemon_threads = False  # closing the server waits for its threads, so that a test leaves none behind

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: Callable[[Asked], Answer] = lambda asked: Answer(status=404)
        self.first: list[Answer] = []
        self.asked: list[Asked] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores clients that have gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, content: bytes) -> None:
        address = urlsplit(self.path)
        is_json = self.headers.get("Content-Type") == "application/json"
        query = address.query if is_json or not content else content.decode()
        params = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, address.path, params, headers, json.loads(content) if is_json else None)
        self.server.asked.append(asked)
        self._send(self.server.first.pop(0) if self.server.first else self.server.answer(asked))

    def _send(self, answer: Answer) -> None:
        time.sleep(answer.delay)
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        body = text.encode()
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(body) + answer.cut), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running() -> Iterator[Server]:
    """A server, until the end of the block."""
    server = Server()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
