"""Any stream in place of a model's reply is a reply, or told as a failure of the model."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import llm
from rag.errors import ModelError
from rag.llm import faults
from rag.llm.model import Model
from tests.fuzz.budget import examples
from tests.fuzz.strategies import damaged, damaged_json, json_values
from tests.fuzz.told import assert_told
from tests.llm import protocol
from tests.llm.conftest import complete, stream
from tests.llm.server import Server, running

DELTAS: list[protocol.Json] = [
    {"content": "Owls"},
    {"content": " hoot"},
    {"reasoning_content": "well"},
    {"content": "<think>"},
    {"content": None},
]
EVENTS = [
    *protocol.events("owl", DELTAS),
    protocol.ending("owl", "stop", {"usage": {"prompt_tokens": 1}}),
    protocol.DONE,
]
TOKENS = [
    b"\n",
    b"\n\n",
    b"\r\n",
    b"data: ",
    b"event: error\n",
    b"null",
    b"1e999",
    b"[DONE]",
    b": ping\n\n",
    b'"\\ud800"',
]
CHUNK = {"choices": [{"index": 0, "finish_reason": None, "delta": {"content": "Owls"}}], "usage": None}
STREAMS = st.lists(
    st.one_of(
        st.sampled_from(EVENTS),
        damaged(EVENTS, TOKENS),
        damaged_json(CHUNK).map(protocol.event),
        st.binary(max_size=20),
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def served() -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch, running() as server:
        patch.setattr(faults, "PAUSE", 0.0)
        patch.setattr(ssl.SSLContext, "load_verify_locations", lambda *args, **kwargs: None)  # takes longest by far
        yield server


def replies(model: Model) -> None:
    for ask in (complete, stream):
        try:
            text = asyncio.run(ask(model))
        except ModelError as fault:
            assert_told(fault)
        else:
            assert text.strip()
            text.encode()


def opened(server: Server) -> Model:
    found = llm.load(f"openai-like:{server.url}/v1#owl", 20.0)
    assert found
    return found


@examples(25)
@given(STREAMS)
def test_any_stream_is_a_reply_or_a_failure(served: Server, chunks: list[bytes]) -> None:
    served.flood, served.broken = [chunk for chunk in chunks if chunk], None
    replies(opened(served))


@examples(30)
@given(
    st.sampled_from([200, 204, 301, 400, 401, 404, 429, 500, 503]) | st.integers(200, 599),
    st.binary(max_size=50) | json_values().map(lambda value: protocol.event(value)[6:]) | damaged(EVENTS, TOKENS),
    st.sampled_from(["application/json", "text/event-stream", "text/html", ""]),
)
def test_any_response_is_a_reply_or_a_failure(served: Server, status: int, body: bytes, kind: str) -> None:
    served.broken = status, body, {"Content-Type": kind}
    replies(opened(served))
