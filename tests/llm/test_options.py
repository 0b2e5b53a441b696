"""Options that a server does not take: it is asked without them, and that is remembered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rag.errors import ModelError

from .conftest import KEY, MAX_TOKENS, Ask, load, messages
from .server import WRITTEN, Server

SCHEMA = {"type": "object", "properties": {"owl": {"type": "string"}}}


def asked(server: Server, field: str) -> list[Any]:
    """What each request so far had in `field`."""
    return [body.get(field) for _, _, body in server.requests]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("temperature", "Unsupported value: 'temperature' does not support 0 with this model."),
        ("chat_template_kwargs", "Extra inputs are not permitted: chat_template_kwargs"),
        ("stream_options", "stream_options: unknown field"),
        ("temperature", "bad request"),
    ],
)
def test_an_option_that_is_rejected_is_left_out_from_then_on(
    server: Server, ask: Ask, field: str, message: str
) -> None:
    server.rejects = {field: message}
    model = load(f"openai-like:{server.url}/v1#owl")
    assert ask(model) == WRITTEN
    tries = len(server.requests)
    assert ask(model) == WRITTEN
    assert [field in body for _, _, body in server.requests].count(True) == tries - 1
    assert len(server.requests) == tries + 1
    kept = {"temperature", "chat_template_kwargs", "stream_options"} - {field}
    assert kept <= server.requests[-1][2].keys(), "the others are taken"


def test_several_options_may_be_rejected(server: Server, ask: Ask) -> None:
    server.rejects = {"temperature": "no temperature, please", "stream_options": "what is that?"}
    model = load(f"openai-like:{server.url}/v1#owl")
    assert ask(model) == WRITTEN
    assert "chat_template_kwargs" in server.requests[-1][2]


def test_the_limit_of_a_reply_is_sent_under_the_name_that_the_server_takes(
    server: Server, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.rejects = {"max_tokens": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}
    assert ask(load(f"openai-like:{server.url}/v1#owl")) == WRITTEN
    assert server.requests[-1][2]["max_completion_tokens"] == MAX_TOKENS
    server.rejects = {"max_completion_tokens": "Unrecognized argument: max_completion_tokens"}
    assert ask(load("openai:owl")) == WRITTEN
    assert server.requests[-1][2]["max_tokens"] == MAX_TOKENS


@pytest.mark.parametrize(
    ("spec", "field", "value"),
    [
        ("openai-like", "chat_template_kwargs", {"enable_thinking": False, "reasoning_effort": "low"}),
        ("ollama", "reasoning_effort", "none"),
        ("gemini", "reasoning_effort", "none"),
        ("anthropic", "thinking", {"type": "disabled"}),
    ],
    indirect=["spec"],
)
def test_a_model_is_asked_not_to_think(server: Server, spec: str, ask: Ask, field: str, value: Any) -> None:
    ask(load(spec))
    assert asked(server, field) == [value]


@pytest.mark.parametrize(
    ("message", "efforts"),
    [
        ("'reasoning_effort' does not support 'none'. Supported: 'minimal', 'low'", ["none", "minimal", "low", None]),
        ("Unrecognized request argument supplied: reasoning_effort", ["none", None]),
    ],
)
def test_a_model_that_must_think_is_asked_to_think_little_and_one_that_cannot_is_not_asked(
    server: Server, ask: Ask, monkeypatch: pytest.MonkeyPatch, message: str, efforts: list[str | None]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.rejects = {"reasoning_effort": message}
    model = load("openai:owl")
    assert ask(model) == ask(model) == WRITTEN
    assert asked(server, "reasoning_effort") == [*efforts, None]


def complete(server: Server, spec: str) -> str:
    return asyncio.run(load(spec).complete(messages(), MAX_TOKENS, SCHEMA))


def test_a_schema_is_sent(server: Server, spec: str) -> None:
    assert complete(server, spec) == WRITTEN
    (chat,) = server.chats
    assert chat.schema == SCHEMA


def test_a_server_that_takes_no_schema_is_asked_without(server: Server, spec: str) -> None:
    server.rejects = {"response_format": "response_format.json_schema is not supported"}
    assert complete(server, spec) == WRITTEN
    assert server.chats[-1].schema is None


def test_a_request_that_is_rejected_for_another_reason_is_reported_and_nothing_is_left_out(
    server: Server, ask: Ask
) -> None:
    model = load(f"openai-like:{server.url}/v1#owl")
    server.rejects = {"model": "the prompt is too long"}
    with pytest.raises(ModelError, match=r"rejects the request \(HTTP 400: the prompt is too long\)"):
        ask(model)
    server.rejects = {}
    assert ask(model) == WRITTEN
    assert {"temperature", "chat_template_kwargs", "stream_options"} <= server.requests[-1][2].keys()
