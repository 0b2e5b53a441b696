"""What is asked of a model, what comes back, and that whoever stops listening stops it."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from rag.llm.model import MAX_CONTEXT, UNKNOWN_CONTEXT, parameters

from .conftest import MAX_TOKENS, Ask, load, messages
from .server import PATIENCE, WRITTEN, Server

PAPERS = Path(__file__).parent.parent / "data" / "papers.jsonl"
TEXT = "Die Eule hört im Dunkeln; 3 × 4 = 12 voles."
WORDS = len(TEXT.split())


def test_the_model_that_is_named_gets_the_messages(server: Server, spec: str, ask: Ask) -> None:
    assert ask(load(spec)) == WRITTEN
    (asked,) = server.heard
    assert asked.model == "owl"
    assert asked.said == [("system", "Be brief."), ("user", "Who hoots?")]


def test_a_reply_is_asked_to_be_short_and_the_same_each_time(server: Server, spec: str, ask: Ask) -> None:
    ask(load(spec))
    (asked,) = server.heard
    assert asked.temperature == (None if spec.startswith("gemini") else 0), "newer models of Google's refuse one"
    assert asked.max_tokens == MAX_TOKENS


def test_a_stream_comes_as_it_is_written(server: Server, spec: str) -> None:
    server.endless = True  # the last piece is there before the end is

    async def read() -> list[str]:
        pieces = []
        async with aclosing(load(spec).stream(messages(), MAX_TOKENS)) as reply:
            async for piece in reply:
                pieces.append(piece)
                if "owl." in piece:
                    break
        return pieces

    pieces = asyncio.run(read())
    assert len(pieces) > 5
    assert "".join(pieces) == WRITTEN


def test_a_stream_that_is_closed_early_stops_the_server(server: Server, spec: str) -> None:
    server.endless = True

    async def read_a_little() -> bool:
        async with aclosing(load(spec).stream(messages(), MAX_TOKENS)) as reply:
            assert await anext(reply) == "OwlNet"
        return server.gone.wait(PATIENCE)  # the loop does nothing more: it is closed already, not soon

    assert asyncio.run(read_a_little())


def test_a_cancelled_call_stops_the_server(server: Server, spec: str, ask: Ask, request: pytest.FixtureRequest) -> None:
    server.silent = asked = _Asked()
    call = request.node.callspec.params["ask"]

    async def cancel() -> bool:
        task = asyncio.create_task(call(load(spec)))
        assert await asyncio.to_thread(asked.seen.wait, PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return server.gone.wait(PATIENCE)

    assert asyncio.run(cancel())
    server.silent = None
    assert ask(load(spec)) == WRITTEN


class _Asked(Event):
    """Never set; `seen` is, as soon as the server waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = Event()

    def is_set(self) -> bool:
        self.seen.set()
        return False


def test_calls_may_come_from_several_event_loops_and_at_once(server: Server, spec: str, ask: Ask) -> None:
    model = load(spec)

    async def together() -> list[str]:
        one = model.complete(messages(), MAX_TOKENS)
        return await asyncio.gather(one, asyncio.to_thread(ask, model), asyncio.to_thread(ask, model))

    assert asyncio.run(together()) == [WRITTEN] * 3
    assert ask(model) == WRITTEN


SHOWN = {"general.architecture": "bird", "general.parameter_count": 1_543_714_304, "bird.context_length": 32_768}


@pytest.mark.parametrize(
    ("shown", "size", "context"),
    [
        ({"details": {"parameter_size": "1.5B"}, "model_info": SHOWN}, 1_543_714_304, MAX_CONTEXT),
        ({"details": {"parameter_size": "1.5B"}, "model_info": {"bird.context_length": 2048}}, 1_500_000_000, 2048),
        ({"details": {}, "model_info": {}}, 8_000_000_000, UNKNOWN_CONTEXT),  # by its name
    ],
)
def test_ollama_tells_size_and_context_and_is_given_the_context(
    server: Server, ask: Ask, shown: dict[str, Any], size: int, context: int
) -> None:
    server.pulled["owl:8b"] = shown
    model = load("ollama:owl:8b")
    assert (model.parameters, model.context) == (size, context)
    ask(model)
    assert server.requests[0][2]["options"]["num_ctx"] == context


LLAMACPP = {"id": "a.gguf", "owned_by": "llamacpp", "meta": {"n_params": 134_515_008}}
PROPS = {"/props": {"default_generation_settings": {"n_ctx": 6144}}, "/tokenize": True}


@pytest.mark.parametrize(
    ("model", "entries", "known", "size", "context", "count"),
    [
        ("owl", [LLAMACPP], PROPS, 134_515_008, 6144, WORDS),
        ("owl", [{"id": "owl", "owned_by": "vllm", "max_model_len": 2048}], {"/tokenize": True}, None, 2048, WORDS),
        ("owl", [{"id": "owl", "owned_by": "vllm", "max_model_len": 2048}], {}, None, 2048, None),
        ("owl-7b", [{"id": "bat", "max_model_len": 1}, {"id": "owl-7b"}], {}, 7_000_000_000, UNKNOWN_CONTEXT, None),
        ("owl", "nonsense", {}, None, UNKNOWN_CONTEXT, None),
        ("owl", [None, {"id": "owl", "meta": [], "max_model_len": "long"}], {}, None, UNKNOWN_CONTEXT, None),
    ],
)
def test_a_server_with_openais_protocol_tells_what_it_can(
    server: Server, model: str, entries: Any, known: dict[str, Any], size: int, context: int, count: int | None
) -> None:
    server.models, server.known = {"data": entries}, known
    loaded = load(f"openai-like:{server.url}/v1#{model}")
    assert (loaded.parameters, loaded.context) == (size, context)
    counted = asyncio.run(loaded.count(TEXT))
    assert counted == count if count else counted > WORDS


def test_tokens_that_a_server_does_not_count_are_not_underestimated(server: Server) -> None:
    exact, estimated = load("bundled"), load("ollama:owl")
    records = (json.loads(line) for line in PAPERS.read_text(encoding="utf-8").splitlines())

    async def both(text: str) -> tuple[int, int]:
        return await exact.count(text), await estimated.count(text)

    for text in (record["abstract"] for record in records):
        told, guessed = asyncio.run(both(text))
        assert told <= guessed < 2 * told


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("qwen2.5:1.5b", 1_500_000_000),
        ("Llama-3.1-8B-Instruct", 8_000_000_000),
        ("SmolLM2-135M-Instruct.Q4_1.gguf", 135_000_000),
        ("gpt-4o", None),
        ("mixtral:8x7b", None),  # 47 billion, by their count
        ("v3base", None),
        ("", None),
    ],
)
def test_the_size_of_a_model_is_read_in_its_name(name: str, size: int | None) -> None:
    assert parameters(name) == size
