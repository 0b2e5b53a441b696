"""An answer as it is sent: to curl, with a model that takes its time, and to a client that leaves."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from openai import OpenAI

from rag import settings
from rag.chat.library import Library
from tests.answer.owl import Owl, grading, reading
from tests.conftest import WHICH
from tests.llm.server import PATIENCE, Server
from tests.web.serving import served

GOOD = "SwiftDepth is a diffusion model that predicts monocular depth in a single step."
ASKED: Any = {"model": "rag", "messages": [{"role": "user", "content": WHICH}], "stream": True}


@pytest.fixture
def owl(server: Server) -> Owl:
    """A capable model, which grades as the search does and writes a sentence."""
    server.last = {"usage": {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}}
    grades = grading({"SwiftDepth": "2", "Early Exit": "2"})
    return Owl(server, {"reading": reading(), "grade": grades, "synthesis": f"{GOOD} [2a][2b]\n"})


@pytest.fixture
def assisted(owl: Owl, index_dir: Path) -> Iterator[str]:
    """The base URL of a library with this model."""
    with served(Library(settings.load(index_dir=index_dir, llm=owl.spec))) as port:
        yield f"http://127.0.0.1:{port}/v1"


def curl(address: str, body: Any) -> list[str]:
    """The events and comments that curl prints."""
    command = ["curl", "--silent", "--no-buffer", "--noproxy", "*", "--include", f"{address}/chat/completions"]
    command += ["--header", "Content-Type: application/json", "--data", json.dumps(body)]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    head, _, events = printed.partition("\n\n")
    assert head.startswith("HTTP/1.1 200")
    assert "content-type: text/event-stream" in head
    return events.rstrip("\n").split("\n\n")


def test_curl_gets_server_sent_events(address: str) -> None:
    *chunks, usage, done = curl(address, ASKED | {"stream_options": {"include_usage": True}})
    data = [json.loads(chunk.removeprefix("data: ")) for chunk in chunks]
    assert data[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert {one["object"] for one in data} == {"chat.completion.chunk"}
    assert data[-1]["choices"][0] == {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}
    assert json.loads(usage.removeprefix("data: "))["usage"]["total_tokens"] == 0
    assert done == "data: [DONE]"
    assert curl(address, ASKED)[-2].endswith('"finish_reason": "stop"}]}')


def test_a_model_writes_and_what_it_does_meanwhile_is_a_comment(assisted: str) -> None:
    events = curl(assisted, ASKED | {"stream_options": {"include_usage": True}})
    assert ": The model is writing…" in events
    assert [event for event in events if event.startswith(": The model is judging papers: ")]
    data = [json.loads(event[6:]) for event in events if event.startswith("data: {")]
    texts = [one["choices"][0]["delta"].get("content") for one in data if one["choices"]]
    written = f"{GOOD} [1]"
    assert written in texts  # alone: it came before the quotes that may have been withdrawn
    assert "### The evidence" in "".join(filter(None, texts))
    usage = data[-1]["usage"]
    assert usage["prompt_tokens"] > 0
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_the_model_for_quotes_asks_no_language_model(assisted: str, owl: Owl) -> None:
    with OpenAI(base_url=assisted, api_key="x", max_retries=0) as client:
        answer = client.chat.completions.create(**ASKED | {"model": "rag-quotes", "stream": False})
    assert "ExitDepth" in answer.choices[0].message.content
    assert owl.asked == []


def test_a_model_that_fails_leaves_the_quotes_and_a_notice(assisted: str, owl: Owl) -> None:
    owl.failing = {"reading", "grade", "synthesis"}
    with OpenAI(base_url=assisted, api_key="x", max_retries=0) as client:
        answer = client.chat.completions.create(**ASKED | {"stream": False})
    assert "ExitDepth" in answer.choices[0].message.content
    assert "failed (HTTP 500)" in answer.choices[0].message.content


def test_when_the_client_of_a_stream_leaves_the_model_is_stopped(assisted: str, owl: Owl) -> None:
    owl.endless = {"synthesis"}
    with (
        OpenAI(base_url=assisted, api_key="x", max_retries=0) as client,
        client.chat.completions.create(**ASKED) as stream,
    ):
        assert next(text for chunk in stream if (text := chunk.choices[0].delta.content)) == f"{GOOD} [1]"
    assert owl.server.gone.wait(PATIENCE)


def test_when_the_client_of_a_whole_answer_leaves_the_model_is_stopped(assisted: str, owl: Owl) -> None:
    reached = Event()

    def begin(prompt: str) -> str:
        reached.set()
        return f"{GOOD} [2a][2b]\n"

    owl.endless, owl.replies["synthesis"] = {"synthesis"}, begin
    url, body = httpx.URL(assisted), json.dumps(ASKED | {"stream": False}).encode()
    head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((url.host, url.port or 80), timeout=PATIENCE) as connection:
        connection.sendall(head.encode() + body)
        assert reached.wait(PATIENCE)
    assert owl.server.gone.wait(PATIENCE)
