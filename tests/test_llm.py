"""Each way to name an LLM, against a real server on loopback, and what is said where it does not answer."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from rag import answer, llm
from rag.errors import ModelError

KEY = "sk-very-secret"
SENTENCE = "In this work, we propose OwlNet, a small model that finds voles 3 times faster than a barn owl."
ASKED = ("What is OwlNet?", "OwlNet: Hearing in the Dark", SENTENCE)
WRITTEN = "OwlNet finds voles 3 times faster than a barn owl."


class Server(ThreadingHTTPServer):
    """Speaks OpenAI's protocol under /v1 and Ollama's under /api; `content` is what its model says."""

    content: str | None = WRITTEN
    key = ""  # that it asks for; none by default
    broken: tuple[int, bytes] | None = None  # status and body of the reply to a chat instead
    requests: list[tuple[str, str | None, dict[str, Any]]]  # path, authorization, body

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._reply({"object": "list", "data": []} if self.path == "/v1/models" else None)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/show":
            self._reply({"details": {}, "model_info": {}} if body["model"] == "owl" else None)
            return
        self.server.requests.append((self.path, self.headers["Authorization"], body))
        message = {"role": "assistant", "content": self.server.content}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        known = {
            "/v1/chat/completions": {"id": "1", "object": "chat.completion", "created": 0, "model": body["model"]}
            | {"choices": [choice]},
            "/api/chat": {
                "model": body["model"],
                "created_at": "2025-01-01T00:00:00Z",
                "message": message,
                "done": True,
            },
        }
        self._reply(known.get(self.path), self.server.broken)

    def _reply(self, data: dict[str, Any] | None, broken: tuple[int, bytes] | None = None) -> None:
        status, content = broken or (404 if data is None else 200, json.dumps(data).encode())
        if self.server.key and self.headers["Authorization"] != f"Bearer {self.server.key}":
            status, content = 401, b'{"error": {"message": "wrong key"}}'
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OLLAMA_API_KEY", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Server(("127.0.0.1", 0), Handler) as running:
        running.requests = []
        monkeypatch.setenv("OLLAMA_HOST", running.url)
        thread = Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def rewriter(spec: str) -> answer.Rewrite:
    loaded = llm.load(spec, 20.0)
    assert loaded is not None
    return answer.rewriter(loaded)


Spec = Callable[[Server], str]
BACKENDS = pytest.mark.parametrize(
    "spec",
    [lambda server: f"openai-like:{server.url}/v1#owl", lambda server: "ollama:owl"],
    ids=["openai-like", "ollama"],
)


@BACKENDS
def test_the_model_that_is_named_gets_the_question_the_title_and_the_sentence(server: Server, spec: Spec) -> None:
    assert rewriter(spec(server))(*ASKED) == WRITTEN
    ((_, _, body),) = server.requests
    assert body["model"] == "owl"
    assert [message["role"] for message in body["messages"][::2]][1:] == ["assistant"] * (
        len(body["messages"]) // 2 - 1
    )
    assert all(part in body["messages"][-1]["content"] for part in ASKED)


@BACKENDS
def test_a_reply_is_asked_to_be_short_and_the_same_each_time(server: Server, spec: Spec) -> None:
    rewriter(spec(server))(*ASKED)
    ((_, _, body),) = server.requests
    options = body.get("options", body)
    assert options["temperature"] == 0
    assert options.get("max_tokens", options.get("num_predict")) == answer.MAX_TOKENS


@pytest.mark.parametrize("ending", ["/v1", "/v1/"])
def test_an_address_may_end_in_a_slash(server: Server, ending: str) -> None:
    assert rewriter(f"openai-like:{server.url}{ending}#vendor/model:8b")(*ASKED) == WRITTEN
    assert server.requests[0][2]["model"] == "vendor/model:8b"


def test_ollama_is_found_where_its_own_variable_says_without_a_scheme(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", server.url.removeprefix("http://"))
    assert rewriter("ollama:owl")(*ASKED) == WRITTEN


def test_a_key_is_sent_where_there_is_one(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.key = KEY
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert rewriter(f"openai-like:{server.url}/v1#owl")(*ASKED) == WRITTEN


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("\n  Owls hoot.  \nBats do not.\n", "Owls hoot."),
        ("Owls hoot", "Owls hoot."),
        ("Owls hoot!", "Owls hoot!"),
        
        
    ],
)
@BACKENDS
def test_the_first_line_of_a_reply_is_taken_as_a_sentence(server: Server, spec: Spec, content: str, line: str) -> None:
    server.content = content
    assert rewriter(spec(server))(*ASKED) == line


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"boom"),
        (404, b'{"error": "model \'owl\' not found"}'),
        (429, b'{"error": {"message": "slow down"}}'),
        (200, b"<html>Sign in</html>"),
        (200, b"{cut o"),
        (200, b""),
        (200, b"null"),
        (200, b"[1]"),
        (200, b"{}"),
        (200, b'{"choices": [], "message": {}}'),
        (200, b'{"choices": [{"message": null}], "message": null}'),
        (200, b'{"choices": "none", "message": "none"}'),
        (200, b'{"choices": [{"message": {"content": "\xff"}}], "message": {"content": "\xff"}}'),
    ],
)
@BACKENDS
def test_a_server_that_breaks_while_answering_is_a_model_error(
    server: Server, spec: Spec, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    rewrite = rewriter(spec(server))
    server.broken = status, body
    with pytest.raises(ModelError, match=r"."):
        rewrite(*ASKED)
    server.broken = None
    assert rewrite(*ASKED) == WRITTEN, "the next sentence is tried anew"


def test_a_key_that_is_refused_is_not_shown(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    rewrite = rewriter(f"openai-like:{server.url}/v1#owl")
    server.key = "another"
    with pytest.raises(ModelError) as later:
        rewrite(*ASKED)
    with pytest.raises(ModelError, match=r"refuses the key\. Set OPENAI_API_KEY [^\n]+$") as at_once:
        llm.load(f"openai-like:{server.url}/v1#owl", 20.0)
    assert KEY not in f"{later.value} {at_once.value}"


@pytest.mark.parametrize(
    ("spec", "host", "said"),
    [
        ("openai-like:http://127.0.0.1:{port}/v1#owl", "", "No LLM answers at http://127.0.0.1:{port}/v1/models"),
        ("ollama:owl", "127.0.0.1:{port}", "No Ollama answers. Start it: ollama serve"),
        ("openai-like:nonsense#owl", "", "No LLM answers at nonsense"),
        ("openai-like:http://[::1#owl", "", "No LLM answers at"),
        ("openai-like:http://127.0.0.1/v1", "", "Unknown llm"),
        ("gpt-9", "", "Unknown llm 'gpt-9'. It is one of: bundled, none, gguf:PATH"),
        ("ollama:", "", "Unknown llm"),
        ("gguf:", "", "Unknown llm"),
        ("", "", "Unknown llm"),
        ("gguf:{folder}/missing.gguf", "", "No such model file: {folder}/missing.gguf. Give a GGUF file"),
        ("gguf:{folder}", "", "No such model file"),
        ("gguf:{folder}/notes.gguf", "", "is not a GGUF model. Give a GGUF file"),
        ("gguf:{folder}/broken.gguf", "", "broken.gguf"),
    ],
)
def test_what_cannot_be_loaded_is_told_in_one_line_with_a_way_on(
    tmp_path: Path, closed_port: int, monkeypatch: pytest.MonkeyPatch, spec: str, host: str, said: str
) -> None:
    (tmp_path / "notes.gguf").write_text("Not a model.")
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + bytes(200))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OLLAMA_HOST", host.format(port=closed_port))
    with pytest.raises(ModelError) as fault:
        llm.load(spec.format(port=closed_port, folder=tmp_path), 20.0)
    assert said.format(port=closed_port, folder=tmp_path) in str(fault.value)
    assert "\n" not in str(fault.value)
    assert re.search(r"--llm|Start|It is one of", str(fault.value)), "a way on"
    assert KEY not in str(fault.value)


def test_none_is_no_model() -> None:
    assert llm.load("none", 20.0) is None


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        ("bundled", "bundled (SmolLM2 135M)"),
        ("none", "none (quotes only)"),
        ("ollama:owl:8b", "ollama:owl:8b"),
        ("openai-like:https://me:secret@example.org/v1#owl", "owl"),
    ],
)
def test_a_model_is_described_without_its_address(spec: str, shown: str) -> None:
    assert llm.describe(spec) == shown


@pytest.mark.skipif(not llm.bundled_installed(), reason=f"needs the bundled model: {llm.INSTALL_BUNDLED}")
def test_the_bundled_model_writes_a_sentence() -> None:
    written = rewriter("bundled")(*ASKED)
    assert "OwlNet" in written
    assert written.endswith((".", "!", "?"))
