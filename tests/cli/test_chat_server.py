"""`rag chat` as a service runs it: in a process of its own, with JSON logs, and ended by SIGTERM amid an answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from threading import Event
from typing import Any

import httpx
import pytest

from rag.web.conversations import Conversations
from tests.conftest import WHICH
from tests.llm.server import running
from tests.ports import free_port

TIMEOUT = 120  # seconds, on a busy machine
SECRETS = ("diffusion", "depth", "monocular", "swift", "coral")  # of the questions, and of titles


@dataclass(frozen=True)
class Ended:
    """A chat that was ended while a model wrote: its index, its exit status, what it printed, and its metrics."""

    index_dir: Path
    status: int
    out: str
    lines: list[dict[str, Any]]
    metrics: str


def wait_until(is_so: Callable[[], object]) -> None:
    until = time.monotonic() + TIMEOUT
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture(scope="module")
def ended(unopened_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    index_dir = Path(copytree(unopened_index, tmp_path_factory.mktemp("chat") / "index"))
    with running() as server:
        server.silent = Event()  # the model says nothing, until its client leaves
        port = free_port()
        command = [sys.executable, "-m", "rag", "chat", "--index", str(index_dir), "--port", str(port)]
        command += ["--llm", f"openai-like:{server.url}/v1#owl"]
        process = subprocess.Popen(
            command, env=os.environ | {"RAG_LOG": "json"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=TIMEOUT) as client:
                _use(client, lambda: bool(server.requests))
                metrics = client.get("/metrics").text
                process.send_signal(signal.SIGTERM)
                out, errors = process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
    lines = [json.loads(line) for line in errors.splitlines()]
    return Ended(index_dir, process.returncode, out, lines, metrics)


def _is_ready(client: httpx.Client) -> bool:
    with suppress(httpx.ConnectError):  # it does not listen yet
        return client.get("/readyz").status_code == 200
    return False


def _use(client: httpx.Client, is_writing: Callable[[], bool]) -> None:
    """Asks two questions that are answered, and one that a model is at."""
    wait_until(lambda: _is_ready(client))
    assert client.get("/").status_code == 200
    for question in ("counting coral", "how is monocular depth\nestimated?"):
        asked = {"question": question, "writer": "quotes"}
        assert client.post("/api/v1/ask", json=asked).status_code == 200
    called = {"data": [{"question": WHICH}]}
    assert client.post("/gradio_api/call/page_ask", json=called).status_code == 200
    wait_until(is_writing)


def test_sigterm_ends_it_with_status_0(ended: Ended) -> None:
    assert ended.status == 0


def test_where_it_is_is_a_line_of_json_too(ended: Ended) -> None:
    assert ended.out == ""
    (told,) = (line["message"] for line in ended.lines if line["logger"] == "rag.chat")
    assert told.startswith("Chat: http://127.0.0.1:")


def test_sigterm_keeps_what_was_written_of_an_answer(ended: Ended) -> None:
    import sqlite3

    with closing(sqlite3.connect(ended.index_dir / "conversations.db")) as database:
        ((name, owner),) = database.execute("SELECT id, owner FROM conversations").fetchall()
    (turn,) = Conversations(ended.index_dir).load(owner, name)
    assert (turn.question, turn.state) == (WHICH, "stopped")
    assert turn.statements


def test_each_question_is_a_line(ended: Ended) -> None:
    told = [(line["face"], line["outcome"]) for line in ended.lines if line["logger"] == "rag.questions"]
    assert told == [("http", "answered"), ("http", "answered"), ("page", "stopped")]
    assert all(line["level"] == "info" for line in ended.lines)


def test_no_question_and_no_title_is_logged_or_measured(ended: Ended) -> None:
    text = (json.dumps(ended.lines) + ended.metrics).lower()
    assert [secret for secret in SECRETS if secret in text] == []
