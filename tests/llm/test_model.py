"""What a model is sent, what it returns, and that closing a stream stops the server."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from threading import Event

import pytest

from rag.llm.model import parameter_count

from .conftest import MAX_TOKENS, Ask, load, messages
from .server import PATIENCE, WRITTEN, Server


def test_the_named_model_gets_the_messages(server: Server, spec: str, ask: Ask) -> None:
    assert ask(load(spec)) == WRITTEN
    (request,) = server.chats
    assert request.model == "owl"
    assert request.messages == [("system", "Be brief."), ("user", "Who hoots?")]


def test_a_reply_is_limited_and_deterministic(server: Server, spec: str, ask: Ask) -> None:
    ask(load(spec))
    (request,) = server.chats
    assert request.temperature == (None if spec.startswith("gemini") else 0), "Google advises against 0"
    assert request.max_tokens == MAX_TOKENS


def test_a_stream_arrives_while_it_is_generated(server: Server, spec: str) -> None:
    server.endless = True  # the last piece arrives although there is no end

    async def read() -> list[str]:
        pieces = []
        async with aclosing(load(spec).stream(messages(), MAX_TOKENS)) as reply:
            async for piece in reply:
                pieces.append(piece.text)
                if "owl." in piece.text:
                    break
        return pieces

    pieces = asyncio.run(read())
    assert len(pieces) > 5
    assert "".join(pieces) == WRITTEN


def test_a_stream_that_is_closed_early_stops_the_server(server: Server, spec: str) -> None:
    server.endless = True

    async def read_a_little() -> bool:
        async with aclosing(load(spec).stream(messages(), MAX_TOKENS)) as reply:
            assert (await anext(reply)).text == "OwlNet"
        return server.gone.wait(PATIENCE)  # blocks the loop: the connection must be closed by now

    assert asyncio.run(read_a_little())


def test_a_cancelled_call_stops_the_server(server: Server, spec: str, ask: Ask, request: pytest.FixtureRequest) -> None:
    server.silent = waiting = _Waiting()
    call = request.node.callspec.params["ask"]

    async def cancel() -> bool:
        task = asyncio.create_task(call(load(spec)))
        assert await asyncio.to_thread(waiting.seen.wait, PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return server.gone.wait(PATIENCE)

    assert asyncio.run(cancel())
    server.silent = None
    assert ask(load(spec)) == WRITTEN


class _Waiting(Event):
    """Never set; `seen` is set as soon as the server waits for this event."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = Event()

    def is_set(self) -> bool:
        self.seen.set()
        return False


def test_several_event_loops_can_call_a_model_at_once(server: Server, spec: str, ask: Ask) -> None:
    model = load(spec)

    async def together() -> list[str]:
        call = model.complete(messages(), MAX_TOKENS)
        return await asyncio.gather(call, asyncio.to_thread(ask, model), asyncio.to_thread(ask, model))

    assert asyncio.run(together()) == [WRITTEN] * 3
    assert ask(model) == WRITTEN


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("qwen2.5:1.5b", 1_500_000_000),
        ("Llama-3.1-8B-Instruct", 8_000_000_000),
        ("SmolLM2-135M-Instruct.Q4_1.gguf", 135_000_000),
        ("gpt-4o", None),
        ("mixtral:8x7b", None),  # which has 47 billion
        ("v3base", None),
        ("", None),
    ],
)
def test_the_number_of_parameters_is_read_from_the_name(name: str, size: int | None) -> None:
    assert parameter_count(name) == size
