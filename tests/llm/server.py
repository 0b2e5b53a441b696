"""A server on loopback that speaks OpenAI's protocol under /v1 and Ollama's under /api, and fails as it is told to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

WRITTEN = "OwlNet finds voles 3 times faster than a barn owl."
PATIENCE = 30.0  # seconds for anything to happen
MESSAGE = "/v1/chat/completions", "/api/chat"

Reply = tuple[int, bytes, dict[str, str]]  # status, body, headers


class Server(ThreadingHTTPServer):
    """`content` is what its model says, a word at a time where it is asked to stream."""

    daemon_threads = False  # closing it waits for those that answer: a test leaves none behind
    content: str | None = WRITTEN
    key = ""  # that it asks for; none by default
    broken: Reply | None = None  # the reply to each chat instead
    first: list[Reply]  # replies to the first chats instead
    killed: int  # chats whose connection is cut, after `before` pieces
    before = 0
    models: Any = None  # what /v1/models lists
    known: dict[str, Any]  # what other addresses answer, such as /props
    pulled: dict[str, dict[str, Any]]  # Ollama's models, and what it shows of each
    silent: Event | None = None  # a chat is answered only when it is set, or its client gone
    endless = False  # a stream has no end
    gone: Event  # a client closed its connection before all was said
    asked: list[str]  # every address that was asked
    requests: list[tuple[str, str | None, dict[str, Any]]]  # path, authorization, body of each chat

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        listed = [{"model": name, **shown} for name, shown in self.server.pulled.items()]
        known = {"/v1/models": self.server.models or {"object": "list", "data": []}, "/api/tags": {"models": listed}}
        self._answer(known.get(self.path, self.server.known.get(self.path)))

    def do_POST(self) -> None:
        self.server.asked.append(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/show":
            self._answer(self.server.pulled.get(body["model"]))
        elif self.path == "/tokenize":
            words = body["content"].split()
            self._answer(self.server.known.get("/tokenize") and {"tokens": list(range(len(words)))})
        elif self._wrong_key():
            self._answer(None)
        else:
            self.server.requests.append((self.path, self.headers["Authorization"], body))
            try:
                self._chat(body)
            except ConnectionError:
                self._lost()

    def _chat(self, body: dict[str, Any]) -> None:
        if self.server.silent and not self._wait(self.server.silent):
            return
        if self.server.first:
            self._send(*self.server.first.pop(0))
        elif self.server.broken:
            self._send(*self.server.broken)
        elif body.get("stream"):
            self._stream(body["model"])
        elif self.server.killed:
            self._cut()
        else:
            self._answer(self._message(body["model"], self.server.content))

    def _stream(self, model: str) -> None:
        pieces = (self.server.content or "").split(" ")
        pieces = [piece if n == 0 else f" {piece}" for n, piece in enumerate(pieces)]
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in pieces[: self.server.before] if self.server.killed else pieces:
            self._chunk(self._piece(model, piece))
        if self.server.killed:
            self._cut()
        elif self.server.endless:
            self._wait(Event())
        else:
            self._chunk(b"data: [DONE]\n\n" if self.path == MESSAGE[0] else self._piece(model, "", done=True))
            self._chunk(b"")

    def _message(self, model: str, content: str | None, done: bool = True) -> dict[str, Any]:
        message = {"role": "assistant", "content": content}
        if self.path == MESSAGE[1]:
            return {"model": model, "created_at": "2025-01-01T00:00:00Z", "message": message, "done": done}
        choice = {"index": 0, "finish_reason": "stop", "message": message, "delta": message}
        return {"id": "1", "object": "chat.completion", "created": 0, "model": model, "choices": [choice]}

    def _piece(self, model: str, text: str, done: bool = False) -> bytes:
        data = json.dumps(self._message(model, text, done)).encode()
        return b"data: " + data + b"\n\n" if self.path == MESSAGE[0] else data + b"\n"

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _cut(self) -> None:
        self.server.killed -= 1
        self.close_connection = True

    def _wait(self, event: Event) -> bool:
        """Whether `event` was set before the client went."""
        self.connection.settimeout(0.01)
        while not event.is_set():
            try:
                if not self.connection.recv(1):
                    self._lost()
                    return False
            except TimeoutError:
                continue
        self.connection.settimeout(None)
        return True

    def _lost(self) -> None:
        self.close_connection = True
        self.server.gone.set()

    def _wrong_key(self) -> bool:
        return bool(self.server.key) and self.headers["Authorization"] != f"Bearer {self.server.key}"

    def _answer(self, data: Any) -> None:
        if self._wrong_key():
            self._send(401, b'{"error": {"message": "wrong key"}}', {})
        else:
            self._send(404 if data is None else 200, json.dumps(data).encode(), {})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (
            {"Content-Type": "application/json", "Content-Length": str(len(content))} | headers
        ).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def running() -> Iterator[Server]:
    """A server that has the model "owl", on a free port."""
    with Server(("127.0.0.1", 0), Handler) as server:
        server.requests, server.first, server.asked = [], [], []
        server.killed, server.known, server.gone = 0, {}, Event()
        server.pulled = {"owl": {"details": {}, "model_info": {}}}
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
