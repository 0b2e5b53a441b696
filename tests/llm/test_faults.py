"""A server that fails: what may pass is tried again, the rest is told in a line that says what to do."""

from __future__ import annotations

import asyncio
import time
from threading import Event

import pytest

from rag.errors import ModelError
from rag.llm import faults

from .conftest import KEY, MAX_TOKENS, Ask, load, messages
from .server import WRITTEN, Reply, Server


def refusal(status: int, message: str = "slow down", **headers: str) -> Reply:
    return status, f'{{"error": {{"message": "{message}"}}}}'.encode(), headers


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again(server: Server, spec: str, ask: Ask, status: int) -> None:
    server.first = [refusal(status), refusal(status)]
    assert ask(load(spec)) == WRITTEN
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("status", "tries", "said"),
    [
        (429, 3, r"takes no more requests for now: slow down\. Wait, or choose another: --llm\."),
        (500, 3, r"failed \(HTTP 500: slow down\)\. See its log, or choose another: --llm\."),
        (400, 1, r"refuses the request \(HTTP 400: slow down\)\. Choose another: --llm\."),
        (401, 1, r"refuses the key\. Set \w+_API_KEY to a valid one, or choose --llm none\."),
        (403, 1, r"refuses the key\. Set \w+_API_KEY to a valid one, or choose --llm none\."),
        (404, 1, r"has no such model or address: slow down\. Correct it: --llm\."),
        (301, 1, r"refuses the request \(HTTP 301: slow down\)\. Choose another: --llm\."),
    ],
)
def test_a_refusal_is_told_with_what_the_server_says(
    server: Server, spec: str, ask: Ask, status: int, tries: int, said: str
) -> None:
    server.broken = refusal(status)
    with pytest.raises(ModelError, match=rf"^(The LLM|Ollama|Anthropic|Gemini) at http://127\.0\.0\.1:\S+ {said}$"):
        ask(load(spec))
    assert len(server.requests) == tries


def test_a_server_may_say_how_long_to_wait(server: Server, spec: str, ask: Ask) -> None:
    server.first = [refusal(429, **{"Retry-After": "1"})]
    model, before = load(spec), time.monotonic()
    assert ask(model) == WRITTEN
    assert time.monotonic() - before >= 1


@pytest.mark.parametrize("pause", ["3600", "inf", "nan"])
def test_a_server_that_asks_to_wait_for_long_is_not_waited_for(server: Server, spec: str, ask: Ask, pause: str) -> None:
    server.broken = refusal(429, **{"Retry-After": pause})
    with pytest.raises(ModelError, match="takes no more requests for now"):
        ask(load(spec))
    assert len(server.requests) == 1


def test_a_key_that_the_server_repeats_is_not_shown(server: Server, spec: str, ask: Ask) -> None:
    server.broken = refusal(400, f"the key {KEY} is odd")
    with pytest.raises(ModelError, match="the key … is odd") as fault:
        ask(load(spec))
    assert KEY not in str(fault.value)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in</html>",
        b"{cut o",
        b"",
        b"null",
        b"[1]",
        b"{}",
        b'data: {"choices": "none"}\n\n',
        b'{"choices": [], "message": {}}',
        b'{"choices": [{"message": null}], "message": null}',
        b'{"choices": "none", "message": "none"}',
        b'{"choices": [{"message": {"content": "\xff"}}], "message": {"content": "\xff"}}',
    ],
)
def test_rubbish_is_a_model_error_and_the_next_call_is_made_anew(
    server: Server, spec: str, ask: Ask, body: bytes
) -> None:
    model = load(spec)
    server.broken = 200, body, {}
    with pytest.raises(ModelError, match=r"gave (no usable|an empty) reply[^\n]*\. Choose another: --llm\.$"):
        ask(model)
    assert len(server.requests) == 1, "it would be the same again"
    server.broken = None
    assert ask(model) == WRITTEN


@pytest.mark.parametrize("content", [None, "", " \n\n"])
def test_an_empty_reply_is_a_model_error(server: Server, spec: str, ask: Ask, content: str | None) -> None:
    server.content = content
    with pytest.raises(ModelError, match=r"gave (an empty|no usable) reply"):
        ask(load(spec))


def test_an_error_in_place_of_the_next_piece_is_told(server: Server, spec: str) -> None:
    server.fault = "out of memory"
    with pytest.raises(ModelError, match=r"gave no usable reply \(out of memory\)\."):
        asyncio.run(_read(spec, []))


async def _read(spec: str, pieces: list[str], timeout: float = 20.0) -> None:
    async for piece in load(spec, timeout).stream(messages(), MAX_TOKENS):
        pieces += [piece]


def test_a_connection_cut_before_the_first_word_is_made_anew(server: Server, spec: str, ask: Ask) -> None:
    server.killed = 2
    assert ask(load(spec)) == WRITTEN
    assert len(server.requests) == 3


def test_a_connection_that_is_cut_each_time_is_told(server: Server, spec: str, ask: Ask) -> None:
    server.killed = 9
    with pytest.raises(ModelError, match=r"broke off \(RemoteProtocolError\)\. See its log"):
        ask(load(spec))
    assert len(server.requests) == faults.TRIES


def test_a_stream_cut_after_the_first_word_is_told_and_not_begun_again(server: Server, spec: str) -> None:
    server.killed, server.before = 1, 3
    pieces: list[str] = []
    with pytest.raises(ModelError, match=r"broke off \(RemoteProtocolError\)\."):
        asyncio.run(_read(spec, pieces))
    assert "".join(pieces) == "OwlNet finds voles"
    assert len(server.requests) == 1


def test_a_server_that_is_silent_is_given_up(server: Server, spec: str, ask: Ask) -> None:
    server.silent = Event()
    with pytest.raises(ModelError, match=r"was silent for 0\.2 s\. Set RAG_LLM_TIMEOUT higher"):
        ask(load(spec, timeout=0.2))
    assert len(server.requests) == 1, "it would be as slow again"


def test_a_stream_that_stops_halfway_is_given_up(server: Server, spec: str) -> None:
    server.endless = True
    pieces: list[str] = []
    with pytest.raises(ModelError, match=r"was silent for 0\.2 s\."):
        asyncio.run(_read(spec, pieces, 0.2))
    assert "".join(pieces) == WRITTEN


def test_a_server_that_is_no_longer_there_is_told(server: Server, spec: str, ask: Ask) -> None:
    model = load(spec)
    server.shutdown()
    server.server_close()
    with pytest.raises(ModelError, match=r"does not answer \(ConnectError\)\. Start it, or choose another: --llm\.$"):
        ask(model)
