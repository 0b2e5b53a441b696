"""Servers whose replies do not end: each is stopped, and none keeps other tasks from running."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Iterable, Iterator
from itertools import repeat
from types import SimpleNamespace
from typing import Any

import pytest

from rag import llm
from rag.errors import ModelError
from rag.llm import bounded_stream, bounds
from rag.llm.model import Model
from rag.llm.usage import Usage

from . import protocol
from .conftest import MAX_TOKENS, Ask, complete, load, messages
from .server import WRITTEN, Handler, Kept, Server


def piece(content: str) -> bytes:
    return b"".join(protocol.events("owl", [{"content": content}]))


class Trickle:
    """A word every now and then."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield piece("owl ")
            time.sleep(0.02)


KEPT = {
    "comments": b": ping\n\n",
    "newlines": b"\n",
    "roles": piece(""),
    "blanks": piece(" \n"),
    "no delta": b"".join(protocol.events("owl", [{}])),
    "no choices": protocol.event({"choices": []}),
    "a line without an end": b"data: ",
}


class Headers(Handler):
    """Never comes to the end of the headers of a reply."""

    def do_GET(self) -> None:
        self.server.requests.append((self.path, None, {}))
        self._trickle()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, None, json.loads(body)))
        self._trickle()

    def _trickle(self) -> None:
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for _ in Kept(b""):
                self.wfile.write(b"x-owl: hoots\r\n")
        except ConnectionError:
            self._lost()


FLOODS: dict[str, tuple[Iterable[bytes], str]] = {
    "text": (repeat(piece("owl " * 10)), "1,112 characters"),
    "blank": (repeat(piece(" " * 10)), "1,112 characters"),
    "thoughts": (repeat(b"".join(protocol.events("owl", [{"reasoning": "well " * 10}]))), "66,344 characters"),
    "empty pieces": (repeat(piece("")), "1,014 pieces"),
    "pieces without choices": (repeat(protocol.event({"choices": []})), "1,014 pieces"),
    "one line": (repeat(b"data: owl" * 100), "131,072 bytes in one event"),
    "one event of many lines": (repeat(b"data: owl\n" * 100), "131,072 bytes in one event"),
    "newlines": (repeat(b"\n" * 1000), "276,480 bytes"),
    "comments": (repeat(b": owl\n\n" * 100), "276,480 bytes"),
    "huge pieces": (repeat(piece("owl " * 10_000)), "1,112 characters"),
    "10 MB": ([piece("owl " * 2_500_000)], "131,072 bytes in one event"),
    "10 MB of JSON": ([json.dumps({"owl": "owl " * 2_500_000}).encode()], "131,072 bytes in one event"),
}


@pytest.fixture
def model(server: Server) -> Model:
    return load(f"openai-like:{server.url}/v1#owl", timeout=60.0)


def test_a_reply_that_trickles_is_stopped(server: Server, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "_SECONDS_PER_TOKEN", 0.0)
    server.flood = Trickle()
    with pytest.raises(ModelError, match=r"does not end: its reply has more than 0\.5 s\."):
        ask(load(f"openai-like:{server.url}/v1#owl", timeout=0.5))


@pytest.mark.parametrize("kind", KEPT)
def test_what_says_nothing_does_not_count_as_the_next_part_of_a_reply(server: Server, ask: Ask, kind: str) -> None:
    server.flood = Kept(KEPT[kind])
    with pytest.raises(ModelError, match=r"sent nothing for 0\.5 s\. Raise RAG_LLM_TIMEOUT"):
        ask(load(f"openai-like:{server.url}/v1#owl", timeout=0.5))
    assert len(server.requests) == 1


def test_a_model_that_thinks_or_writes_slowly_is_waited_for(server: Server, ask: Ask) -> None:
    def slowly() -> Iterator[bytes]:
        for delta in [{"reasoning": "Well. "}] * 5 + [{"content": "owl "}] * 5:
            time.sleep(0.25)
            yield b"".join(protocol.events("owl", [delta]))
        yield protocol.ending("owl", "stop", {}) + protocol.DONE

    server.flood = slowly()
    model = load(f"openai-like:{server.url}/v1#owl", timeout=2.0)  # less than all that takes, and more than each part
    model.endpoint.habits.thinks = True
    assert ask(model) == "owl " * 5


def test_headers_that_trickle_are_no_part_of_a_reply(server: Server, ask: Ask) -> None:
    model = load(f"openai-like:{server.url}/v1#owl", timeout=0.5)
    server.RequestHandlerClass = Headers
    with pytest.raises(ModelError, match=r"sent nothing for 0\.5 s"):
        ask(model)
    assert len(server.requests) == 1


def test_a_count_of_tokens_that_trickles_is_given_up(server: Server) -> None:
    server.models = {"object": "list", "data": [{"id": "owl", "owned_by": "llamacpp"}]}
    server.known = {"/tokenize": True}
    model = load(f"openai-like:{server.url}/v1#owl", timeout=0.5)
    assert asyncio.run(model.count_tokens("two owls")) == 2
    server.RequestHandlerClass = Headers
    with pytest.raises(ModelError, match=r"sent nothing for 0\.5 s"):
        asyncio.run(model.count_tokens("two owls"))
    assert len(server.requests) == 1


@pytest.mark.parametrize("flood", [Kept(KEPT["comments"]), repeat(piece("owl "))], ids=["silent", "endless"])
def test_after_a_reply_without_an_end_nothing_more_is_asked_for_the_same_answer(
    server: Server, ask: Ask, flood: Iterable[bytes]
) -> None:
    model = load(f"openai-like:{server.url}/v1#owl", timeout=2.0)
    answering, server.flood = model.counting(Usage()), flood
    said = []
    for again in (ask, ask, lambda model: asyncio.run(model.count_tokens("owl"))):
        with pytest.raises(ModelError) as fault:
            again(answering)
        said.append(str(fault.value))
    assert len(set(said)) == len(server.requests) == 1
    server.flood = ()
    assert ask(model.counting(Usage())) == WRITTEN, "the next answer tries again"


def test_after_a_reply_that_cannot_be_used_more_is_asked(server: Server, model: Model, ask: Ask) -> None:
    answering, server.script = model.counting(Usage()), [""]
    with pytest.raises(ModelError, match="empty reply"):
        ask(answering)
    assert ask(answering) == WRITTEN


@pytest.mark.parametrize("kind", FLOODS)
def test_a_reply_that_does_not_end_is_stopped(server: Server, model: Model, ask: Ask, kind: str) -> None:
    server.flood, bound = FLOODS[kind]
    with pytest.raises(ModelError, match=rf"does not end: its reply has more than {bound}\."):
        ask(model)
    server.flood = ()
    assert ask(model) == WRITTEN


@pytest.mark.parametrize("kind", FLOODS)
def test_other_tasks_run_while_a_server_floods(server: Server, model: Model, kind: str) -> None:
    server.flood, _ = FLOODS[kind]
    turns = 0

    async def watch() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def both() -> None:
        watching = asyncio.create_task(watch())
        with pytest.raises(ModelError):
            await model.complete(messages(), MAX_TOKENS)
        watching.cancel()

    asyncio.run(both())
    assert turns > 20


def test_what_came_before_the_bound_is_given(server: Server, model: Model) -> None:
    server.flood = repeat(piece("owl "))
    pieces: list[str] = []

    async def read() -> None:
        async for one in model.stream(messages(), MAX_TOKENS):
            pieces.append(one.text)  # noqa: PERF401 - a comprehension would lose what came before the error

    with pytest.raises(ModelError, match="characters"):
        asyncio.run(read())
    assert len(pieces) == 278


def test_the_time_that_a_reader_takes_does_not_count(
    server: Server, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1.0
    monkeypatch.setattr(bounded_stream, "time", SimpleNamespace(monotonic=lambda: now))

    async def read() -> str:
        nonlocal now
        text = ""
        async for one in model.stream(messages(), MAX_TOKENS):
            text += one.text
            now += 100
        return text

    assert asyncio.run(read()) == WRITTEN


def test_a_packed_reply_is_not_unpacked(server: Server, model: Model, ask: Ask) -> None:
    server.broken = 200, gzip.compress(b"\n" * 50_000_000), {"Content-Encoding": "gzip"}
    with pytest.raises(ModelError):
        ask(model)


@pytest.mark.parametrize("status", [200, 500])
def test_a_refusal_or_count_that_is_too_long_is_reported(server: Server, model: Model, status: int) -> None:
    server.broken = status, b" " * 10_000_000, {}
    with pytest.raises(ModelError, match="does not end"):
        asyncio.run(complete(model))


@pytest.mark.parametrize("spec", ["openai-like", "ollama", "anthropic", "gemini"], indirect=True)
@pytest.mark.parametrize("kind", ["newlines", "one line"])
def test_a_server_that_floods_when_it_is_asked_for_its_models_is_reported(server: Server, spec: str, kind: str) -> None:
    server.flood, _ = FLOODS[kind]
    paths: dict[str, Any] = {"ollama": "/api/show", "anthropic": "/v1/models/owl", "gemini": "/v1beta/models/owl"}
    server.flooded = paths.get(spec.partition(":")[0], "/v1/models")
    with pytest.raises(ModelError, match=r"does not end|No (LLM|Ollama) answers"):
        llm.load(spec, 5.0)


@pytest.mark.parametrize("spec", ["openai-like", "ollama", "anthropic"], indirect=True)
def test_headers_that_trickle_when_it_is_asked_for_its_models_are_given_up(
    server: Server, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.llm.ask._BOUNDS", bounds.Bounds(0.5))
    server.RequestHandlerClass = Headers
    with pytest.raises(ModelError, match=r"does not end|No (LLM|Ollama) answers"):
        llm.load(spec, 5.0)
    assert len(server.requests) == 1
