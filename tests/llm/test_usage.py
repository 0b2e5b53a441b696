"""What calls take: tokens, as the server says or estimated, and time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rag.errors import ModelError
from rag.llm.model import Model
from rag.llm.usage import Usage

from .conftest import MAX_TOKENS, Ask, load, messages
from .server import WRITTEN, Server


@pytest.fixture
def model(server: Server) -> Model:
    return load(f"openai-like:{server.url}/v1#owl")


def said(prompt: int, reply: int, cached: int = 0) -> dict[str, Any]:
    details = {"prompt_tokens_details": {"cached_tokens": cached}}
    return {"usage": {"prompt_tokens": prompt, "completion_tokens": reply, "total_tokens": prompt + reply, **details}}


def test_calls_are_added_up_as_the_server_says(server: Server, model: Model, ask: Ask) -> None:
    server.last, usage = said(120, 30), Usage()
    ask(model.counting(usage))
    ask(model.counting(usage))
    ask(model)
    assert (usage.calls, usage.prompt_tokens, usage.reply_tokens) == (2, 240, 60)
    assert usage.thinking_seconds == 0


def test_tokens_are_estimated_if_the_server_does_not_say(server: Server, model: Model, ask: Ask) -> None:
    usage = Usage()
    ask(model.counting(usage))
    assert 5 < usage.prompt_tokens < 30
    assert len(WRITTEN.split()) <= usage.reply_tokens < 40


@pytest.mark.parametrize(
    "last",
    [{"usage": {"prompt_tokens": "many", "completion_tokens": -1}}, {"usage": [1]}, {"timings": {"prompt_ms": "1"}}],
)
def test_odd_counts_are_not_believed(server: Server, model: Model, ask: Ask, last: dict[str, Any]) -> None:
    server.last, usage = last, Usage()
    assert ask(model.counting(usage)) == WRITTEN
    assert 5 < usage.prompt_tokens < 30
    assert len(WRITTEN.split()) <= usage.reply_tokens < 40


def test_a_stream_that_is_closed_early_counts(server: Server, model: Model) -> None:
    server.endless, usage = True, Usage()

    async def read_a_little() -> None:
        stream = model.counting(usage).stream(messages(), MAX_TOKENS)
        await anext(stream)
        await stream.aclose()

    asyncio.run(read_a_little())
    assert usage.calls == 1
    assert usage.prompt_tokens
    assert usage.reply_tokens


def test_a_call_that_the_server_refuses_takes_nothing(server: Server, model: Model, ask: Ask) -> None:
    server.broken, usage = (401, b"{}", {}), Usage()
    with pytest.raises(ModelError):
        ask(model.counting(usage))
    assert usage == Usage()


def test_the_time_in_which_only_thinking_arrives_counts(server: Server, model: Model, ask: Ask) -> None:
    server.streams, usage = [([{"reasoning": "Owls"}, {"content": "Owls."}], "stop")] * 2, Usage()
    ask(model.counting(usage))
    assert usage.thinking_seconds > 0


@pytest.mark.parametrize(
    ("last", "rate"),
    [
        ({**said(400, 9, 100), "timings": {"prompt_n": 300, "prompt_ms": 1500.0}}, 200),
        ({**said(400, 9), "timings": {"prompt_n": 20, "prompt_ms": 1500.0}}, None),
        (said(99, 9), None),
        (said(400, 9, 350), None),
    ],
)
def test_the_pace_is_that_of_the_tokens_that_are_not_cached(
    server: Server, model: Model, ask: Ask, last: dict[str, Any], rate: float | None
) -> None:
    assert model.pace.prompt_rate is None
    server.last = last
    ask(model)
    assert model.pace.prompt_rate == rate
    assert model.counting(Usage()).pace is model.pace


def test_the_pace_is_measured_if_the_server_does_not_say(server: Server, model: Model, ask: Ask) -> None:
    server.last = said(400, 9)
    ask(model)
    assert model.pace.prompt_rate
