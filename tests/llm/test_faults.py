"""A server that fails: transient faults are retried, others are reported in one line that says what to do."""

from __future__ import annotations

import asyncio
import time
from threading import Event

import httpx
import pytest

from rag.errors import ModelError, ReplyError
from rag.llm import faults
from rag.llm.endings import Endless

from .conftest import KEY, MAX_TOKENS, Ask, load, messages
from .server import WRITTEN, Reply, Server


@pytest.fixture
def spec(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """One kind of server is enough: all have the same client."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return f"openai-like:{server.url}/v1#owl"


def refusal(status: int, message: str = "slow down", **headers: str) -> Reply:
    return status, f'{{"error": {{"message": "{message}"}}}}'.encode(), headers


@pytest.mark.parametrize("status", [429, 500, 503])
def test_transient_faults_are_retried(server: Server, spec: str, ask: Ask, status: int) -> None:
    server.first = [refusal(status), refusal(status)]
    assert ask(load(spec)) == WRITTEN
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("status", "tries", "message"),
    [
        (429, 3, r"accepts no more requests for now: slow down\. Wait, or choose another: --llm\."),
        (500, 3, r"failed \(HTTP 500: slow down\)\. See its log, or choose another: --llm\."),
        (400, 5, r"rejects the request \(HTTP 400: slow down\)\. Choose another: --llm\."),
        (401, 1, r"rejects the key\. Set \w+_API_KEY to a valid one, or choose --llm none\."),
        (403, 1, r"rejects the key\. Set \w+_API_KEY to a valid one, or choose --llm none\."),
        (404, 1, r"has no such model or address: slow down\. Correct it: --llm\."),
        (301, 1, r"rejects the request \(HTTP 301: slow down\)\. Choose another: --llm\."),
    ],
)
def test_a_refusal_is_reported_with_the_servers_message(
    server: Server, spec: str, ask: Ask, status: int, tries: int, message: str
) -> None:
    server.broken = refusal(status)
    with pytest.raises(ModelError, match=rf"^(The LLM|Ollama|Anthropic|Gemini) at http://127\.0\.0\.1:\S+ {message}$"):
        ask(load(spec))
    assert len(server.requests) == tries


@pytest.mark.parametrize(
    "body",
    [
        '{"error": {"message": "too hot"}}',
        '[{"error": {"message": "too hot"}}]',
        '{"error": "too hot"}',
        '{"message": "too hot"}',
        '{"detail": [{"msg": "too hot"}]}',
    ],
)
def test_the_message_is_found_where_servers_have_it(server: Server, spec: str, ask: Ask, body: str) -> None:
    server.broken = 400, body.encode(), {}
    with pytest.raises(ModelError, match=r"HTTP 400: .*too hot"):
        ask(load(spec))


@pytest.mark.parametrize("body", ["null", "[]", "{}", '{"error": null}', "Sorry", "", '{"error": {}}'])
def test_a_refusal_without_a_message_is_reported(server: Server, spec: str, ask: Ask, body: str) -> None:
    server.broken = 400, body.encode(), {}
    with pytest.raises(ModelError, match=r"rejects the request \(HTTP 400\)\."):
        ask(load(spec))


def test_a_server_decides_how_long_to_wait(server: Server, spec: str, ask: Ask) -> None:
    server.first = [refusal(429, **{"Retry-After": "0.3"})]
    model, before = load(spec), time.monotonic()
    assert ask(model) == WRITTEN
    assert time.monotonic() - before >= 0.3


@pytest.mark.parametrize("pause", ["3600", "inf", "nan"])
def test_a_server_that_asks_for_a_long_wait_is_not_retried(server: Server, spec: str, ask: Ask, pause: str) -> None:
    server.broken = refusal(429, **{"Retry-After": pause})
    with pytest.raises(ModelError, match="accepts no more requests for now"):
        ask(load(spec))
    assert len(server.requests) == 1


def test_a_key_in_the_servers_message_is_not_shown(server: Server, spec: str, ask: Ask) -> None:
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
        b'data: ["x"]\n\n',
        b'data: {"choices": [{"delta": {"content": ["x"]}}]}\n\n',
        b'{"choices": [], "message": {}}',
        b'{"choices": [{"message": null}], "message": null}',
        b'{"choices": "none", "message": "none"}',
        b'{"choices": [{"message": {"content": "\xff"}}], "message": {"content": "\xff"}}',
    ],
)
def test_a_malformed_reply_is_a_model_error_and_the_next_call_works(
    server: Server, spec: str, ask: Ask, body: bytes
) -> None:
    model = load(spec)
    server.broken = 200, body, {}
    with pytest.raises(ModelError, match=r"gave (no usable|an empty) reply[^\n]*\. Choose another: --llm\.$"):
        ask(model)
    assert len(server.requests) == 1, "it would fail in the same way"
    server.broken = None
    assert ask(model) == WRITTEN


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ('{"choices": "x"}', "“choices” in it is not a list"),
        ('{"choices": {"a": 1}}', "“choices” in it is not a list"),
        ('{"choices": ["x"]}', "“finish_reason” is missing in it"),
        ('{"choices": [{"delta": "x"}]}', "“content” is missing in it"),
        ('{"choices": [{"delta": {"content": ["x"]}}]}', "“content” in it is not a text"),
        ('{"choices": [{"finish_reason": 3, "delta": {}}]}', "“finish_reason” in it is not a text"),
        ('{"choices": [{"logprobs": "x", "delta": {}}]}', "the reply has an unknown form"),
        ('["x"]', "“choices” is missing in it"),
        ('"x"', "“choices” is missing in it"),
        ("{cut o", "the reply is not valid JSON"),
        ("[" * 50_000, "the reply is not valid JSON"),
    ],
)
def test_what_is_wrong_with_a_reply_is_said_in_words(
    server: Server, spec: str, ask: Ask, event: str, words: str
) -> None:
    server.broken = 200, f"data: {event}\n\n".encode(), {}
    with pytest.raises(ModelError, match=rf"gave no usable reply \({words}\)\. Choose another: --llm\.$"):
        ask(load(spec))


@pytest.mark.parametrize(
    "fault",
    [
        *(kind("") for kind in (httpx.ConnectError, httpx.ReadError, httpx.ReadTimeout, httpx.RemoteProtocolError)),
        *(kind("x") for kind in (httpx.InvalidURL, AttributeError, TypeError, KeyError, ValueError, MemoryError)),
        *(kind() for kind in (TimeoutError, ConnectionResetError, RecursionError)),
        Endless("5 s"),
    ],
)
def test_no_fault_is_told_by_the_name_of_its_class(fault: Exception) -> None:
    words = faults.in_words(fault)
    assert words
    assert type(fault).__name__ not in words


@pytest.mark.parametrize("content", [None, "", " \n\n"])
def test_an_empty_reply_is_a_model_error(server: Server, spec: str, ask: Ask, content: str | None) -> None:
    server.content = content
    with pytest.raises(ModelError, match="gave an empty reply"):
        ask(load(spec))


def test_an_error_in_a_stream_is_reported(server: Server, spec: str) -> None:
    server.fault = "out of memory"
    with pytest.raises(ModelError, match=r"gave no usable reply \(out of memory\)\."):
        asyncio.run(_read(spec, []))


async def _read(spec: str, pieces: list[str], timeout: float = 20.0) -> None:
    async for piece in load(spec, timeout).stream(messages(), MAX_TOKENS):
        pieces += [piece.text]


def test_a_connection_lost_before_the_first_word_is_retried(server: Server, spec: str, ask: Ask) -> None:
    server.killed = 2
    assert ask(load(spec)) == WRITTEN
    assert len(server.requests) == 3


def test_a_connection_that_is_lost_each_time_is_reported(server: Server, spec: str, ask: Ask) -> None:
    server.killed = 9
    with pytest.raises(ModelError, match=r"broke off \([^\n]* (closed|disconnected) [^\n]+\)\. See its log"):
        ask(load(spec))
    assert len(server.requests) == faults.TRIES


def test_a_stream_lost_after_the_first_word_is_reported_and_not_retried(server: Server, spec: str) -> None:
    server.killed, server.before = 1, 3
    pieces: list[str] = []
    with pytest.raises(ModelError, match=r"broke off \(peer closed connection [^\n]+\)\. See its log"):
        asyncio.run(_read(spec, pieces))
    assert "".join(pieces) == "OwlNet finds voles"
    assert len(server.requests) == 1


def test_a_server_that_sends_nothing_times_out(server: Server, spec: str, ask: Ask) -> None:
    server.silent = Event()
    with pytest.raises(ModelError, match=r"sent nothing for 0\.5 s\. Raise RAG_LLM_TIMEOUT"):
        ask(load(spec, timeout=0.5))
    assert len(server.requests) == 1, "it would be as slow"


def test_a_stream_that_stalls_times_out(server: Server, spec: str) -> None:
    server.endless = True
    pieces: list[str] = []
    with pytest.raises(ModelError, match=r"sent nothing for 0\.5 s\."):
        asyncio.run(_read(spec, pieces, 0.5))
    assert "".join(pieces) == WRITTEN


def test_a_server_that_has_stopped_is_reported(server: Server, spec: str, ask: Ask) -> None:
    model = load(spec)
    server.shutdown()
    server.server_close()
    with pytest.raises(ModelError, match=r"does not answer \(All connection attempts failed\)\. Start it, or choose"):
        ask(model)


async def _whole(spec: str) -> str:
    return await load(spec).complete(messages(), MAX_TOKENS)


def test_a_reply_that_is_cut_off_at_its_limit_is_given_and_reported(server: Server, spec: str) -> None:
    server.finish = "length"
    assert asyncio.run(_whole(spec)) == WRITTEN
    pieces: list[str] = []
    with pytest.raises(ReplyError, match=rf"stopped early: its reply reached the limit of {MAX_TOKENS} tokens\.$"):
        asyncio.run(_read(spec, pieces))
    assert "".join(pieces) == WRITTEN


def test_a_stream_that_ends_without_saying_so_is_reported(server: Server, spec: str) -> None:
    server.finish, server.done = None, False
    pieces: list[str] = []
    with pytest.raises(ModelError, match=r"broke off: its reply has no end\. See its log"):
        asyncio.run(_read(spec, pieces))
    assert "".join(pieces) == WRITTEN
    with pytest.raises(ModelError, match="broke off"):
        asyncio.run(_whole(spec))


@pytest.mark.parametrize(("finish", "done"), [("stop", False), (None, True)])
def test_one_sign_of_the_end_is_enough(server: Server, spec: str, ask: Ask, finish: str | None, done: bool) -> None:
    server.finish, server.done = finish, done
    assert ask(load(spec)) == WRITTEN
