"""A local server that stands in for every kind of server, and fails as a test demands."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from . import protocol
from .protocol import Chat, chat_of

WRITTEN = "OwlNet finds voles 3 times faster than a barn owl."
PATIENCE = 30.0  # seconds to wait for an event
KEYS = "Authorization", "x-api-key", "x-goog-api-key"
HOSTED = "v1", "v1beta"  # where Anthropic and Gemini describe a model
CHATS = "/v1/chat/completions", "/v1beta/openai/chat/completions"

Reply = tuple[int, bytes, dict[str, str]]  # status, body, headers
Stream = tuple[list[dict[str, Any]], str | None]  # deltas, and why they end


class Kept:
    """The same bytes every now and then, which keep the connection open and say nothing."""

    def __init__(self, sent: bytes) -> None:
        self._sent = sent

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield self._sent
            time.sleep(0.02)


class Server(ThreadingHTTPServer):
    """Its model replies with the items of `script`, then always with `content`; a stream is one word per piece."""

    daemon_threads = False  # closing the server waits for its threads, so that a test leaves none behind
    content: str | None = WRITTEN
    script: list[str]  # replies to the first chats
    certainty: float | None = None  # the probability of its "yes" and "no", if it gives the probabilities of tokens
    streams: list[Stream]  # the first streams instead
    finish: str | None = "stop"  # why the other streams end
    done = True  # whether streams end with the line that says so
    last: dict[str, Any]  # fields of the last chunk of each stream, such as usage
    rejects: dict[str, str]  # fields that it does not take, and its messages
    flood: Iterable[bytes] = ()  # what it sends as a stream instead
    flooded = ""  # a path other than that of chats where it sends `flood` too
    key = ""  # the key it requires; none by default
    broken: Reply | None = None  # a raw reply to every chat instead
    first: list[Reply]  # raw replies to the first chats instead
    killed: int  # the number of chats whose connection is cut, after `before` pieces
    before = 0
    models: Any = None  # what /v1/models lists
    known: dict[str, Any]  # the replies at other paths, such as /props
    pulled: dict[str, dict[str, Any]]  # Ollama's models and their descriptions
    hosted: dict[str, dict[str, Any]]  # models of Anthropic and Gemini and their descriptions
    silent: Event | None = None  # chats wait until it is set or the client disconnects
    fault = ""  # an error that a stream sends instead of its first word
    endless = False  # streams do not end
    gone: Event  # set when a client disconnects before the end of a reply
    paths: list[str]  # the path of every request
    requests: list[tuple[str, str | None, dict[str, Any]]]  # path, authorization, body of each chat

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next_content(self) -> str | None:
        return self.script.pop(0) if self.script else self.content

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores clients that disconnect, as some tests do on purpose."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def chats(self) -> list[Chat]:
        """`requests` in short."""
        return [chat_of(body) for _, _, body in self.requests]


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        if self.path == self.server.flooded:
            self._flood()
            return
        listed = [{"model": name, **shown} for name, shown in self.server.pulled.items()]
        known = {"/v1/models": self.server.models or {"object": "list", "data": []}, "/api/tags": {"models": listed}}
        known |= {f"/{part}/models/{name}": info for name, info in self.server.hosted.items() for part in HOSTED}
        self._answer(known.get(self.path, self.server.known.get(self.path)))

    def do_POST(self) -> None:
        self.server.paths.append(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == self.server.flooded:
            self._flood()
        elif self.path == "/api/show":
            self._answer(self.server.pulled.get(body["model"]))
        elif self.path == "/tokenize":
            words = body["content"].split()
            self._answer(self.server.known.get("/tokenize") and {"tokens": list(range(len(words)))})
        elif self._wrong_key():
            self._answer(None)
        elif self.path in CHATS:
            self.server.requests.append((self.path, self.headers["Authorization"], body))
            try:
                self._chat(chat_of(body), body)
            except ConnectionError:
                self._lost()
        else:
            self._answer(None)

    def _chat(self, chat: Chat, body: dict[str, Any]) -> None:
        if self.server.silent and not self._wait(self.server.silent):
            return
        rejected = next((message for field, message in self.server.rejects.items() if field in body), None)
        if self.server.first:
            self._send(*self.server.first.pop(0))
        elif self.server.broken:
            self._send(*self.server.broken)
        elif rejected:
            self._send(400, json.dumps({"error": {"message": rejected}}).encode(), {})
        elif chat.stream:
            self._stream(chat)
        else:
            self._answer(protocol.whole(chat.model, self.server.next_content()))

    def _stream(self, chat: Chat) -> None:
        if self.server.flood:
            self._flood()
        else:
            self._begin()
            self._reply(chat)

    def _flood(self) -> None:
        self._begin()
        try:
            for part in self.server.flood:
                self._chunk(part)
            self._chunk(b"")
        except ConnectionError:
            self._lost()

    def _begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _reply(self, chat: Chat) -> None:
        server = self.server
        deltas, finish = server.streams.pop(0) if server.streams else (self._deltas(), server.finish)
        certainty = server.certainty if chat.scored else None
        chunks = (
            [protocol.fault(server.fault)] if server.fault else list(protocol.events(chat.model, deltas, certainty))
        )
        for chunk in chunks[: server.before] if server.killed else chunks:
            self._chunk(chunk)
        if server.killed:
            self._cut()
        elif server.endless:
            self._wait(Event())
        else:
            end = protocol.ending(chat.model, finish, server.last) + (protocol.DONE if server.done else b"")
            if end:
                self._chunk(end)
            self._chunk(b"")

    def _deltas(self) -> list[dict[str, Any]]:
        return [{"content": word} for word in protocol.words(self.server.next_content() or "")]

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _cut(self) -> None:
        self.server.killed -= 1
        self.close_connection = True

    def _wait(self, event: Event) -> bool:
        """Whether `event` was set before the client disconnected."""
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
        sent = next((self.headers[name] for name in KEYS if name in self.headers), "")
        return bool(self.server.key) and sent.removeprefix("Bearer ") != self.server.key

    def _answer(self, data: Any) -> None:
        if self._wrong_key():
            google = self.path.startswith("/v1beta")
            reason = {"details": [{"reason": "API_KEY_INVALID"}]} if google else {}
            self._send(400 if google else 401, json.dumps({"error": {"message": "wrong key", **reason}}).encode(), {})
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
def running(port: int = 0) -> Iterator[Server]:
    """A server with the model "owl", on `port`, or on a free one."""
    with Server(("127.0.0.1", port), Handler) as server:
        server.requests, server.first, server.script, server.paths = [], [], [], []
        server.killed, server.known, server.gone = 0, {}, Event()
        server.streams, server.last, server.rejects = [], {}, {}
        server.pulled, server.hosted = {"owl": {"details": {}, "model_info": {}}}, {"owl": {}}
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
