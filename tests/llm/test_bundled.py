"""The bundled model, in llama.cpp inside this process."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from rag.errors import ModelError
from rag.llm import bundled

from .conftest import load, messages

pytestmark = pytest.mark.skipif(
    not bundled.bundled_installed(), reason=f"needs the bundled model: {bundled.INSTALL_BUNDLED}"
)
LONG = messages("Tell a very long story about owls.")
TOKENS = 2000  # takes minutes to generate


def test_the_bundled_model_knows_its_size_and_writes() -> None:
    model = load("bundled")
    assert (model.name, model.parameters, model.context) == ("bundled (SmolLM2 135M)", 134_515_008, 8192)
    assert asyncio.run(model.complete(messages("Copy this sentence: Owls hoot."), 20)).strip()
    assert asyncio.run(model.count_tokens(" owl" * 1000)) == 1000, "counted by the model, not estimated"


def test_a_gguf_file_can_be_loaded() -> None:
    model = load(f"gguf:{bundled.bundled_file()}")
    assert model.parameters == 134_515_008
    assert asyncio.run(model.complete(messages(), 5)).strip()


def test_the_model_answers_after_streams_are_closed_early() -> None:
    model = load("bundled", 60.0)

    async def close_after(pieces: int) -> str:
        async with aclosing(model.stream(LONG, TOKENS)) as reply:
            for _ in range(pieces):
                await anext(reply)
        return await model.complete(messages(), 5)

    for pieces in (0, 1, 5):
        assert asyncio.run(close_after(pieces))


def test_the_model_answers_after_calls_are_cancelled() -> None:
    model = load("bundled", 60.0)

    async def cancel() -> str:
        started = asyncio.Event()

        async def read() -> None:
            try:
                async for _ in model.stream(LONG, TOKENS):
                    started.set()
            finally:  # if it fails, the test must fail instead of waiting forever
                started.set()

        calls = [asyncio.create_task(read())]
        await started.wait()
        calls += [asyncio.create_task(read()) for _ in range(2)]
        waiting = [asyncio.create_task(model.complete(LONG, TOKENS)) for _ in range(2)]
        await asyncio.wait(waiting, timeout=1.0)  # they are queued: the model writes two replies at a time
        for call in (*calls, *waiting):
            call.cancel()
        done = await asyncio.gather(*calls, *waiting, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in done)
        return await model.complete(messages(), 5)

    assert asyncio.run(cancel())


def test_a_short_call_does_not_wait_for_a_reply_that_is_being_written() -> None:
    model = load("bundled", 60.0)

    async def answer() -> bool:
        started = asyncio.Event()

        async def read() -> None:
            async for _ in model.stream(LONG, TOKENS):
                started.set()

        reading = asyncio.create_task(read())
        await started.wait()
        await model.complete(messages(), 5)
        is_written = reading.done()
        reading.cancel()
        await asyncio.wait([reading])
        return is_written

    assert not asyncio.run(answer())


def test_a_prompt_longer_than_the_context_is_reported() -> None:
    with pytest.raises(ModelError, match=r"^llama\.cpp with SmolLM2\S+ rejects the request \(HTTP 400: .*8192 tokens"):
        asyncio.run(load("bundled").complete(messages("owl " * 9000), 5))


def test_requests_to_the_bundled_model_do_not_use_a_proxy(closed_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    model = load("bundled")
    assert asyncio.run(model.complete(messages(), 5)).strip()
    assert asyncio.run(model.count_tokens("owl"))
    assert model.llm.chat(messages(), max_tokens=5).message.content
