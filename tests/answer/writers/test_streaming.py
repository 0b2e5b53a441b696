"""Checked sentences come as soon as they and those before them are checked, and stopping ends what is going on."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing
from typing import Any

import pytest

from rag.answer.types import Citation, Finding, Statement, Working
from rag.answer.writers.checked import Draft, checked
from rag.answer.writers.task import Checks, Claim, Tally

from .conftest import OWL, evidence, task

CITED = evidence(OWL, 0)
CLAIMS = [Claim(f"Sentence {n} hoots.", CITED) for n in range(6)]
PATIENCE = 30.0  # seconds

Stop = Callable[..., Coroutine[Any, Any, None]]


def undecided(written: str, citations: Sequence[Citation]) -> Finding:
    return Finding(None)


class WaitingJudge:
    """Confirms everything, a call at a time, once the test lets it."""

    name = "patient owl"

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.called, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, claims: Sequence[Claim]) -> list[bool]:
        self.asked.append([claim.written for claim in claims])
        self.called.set()
        await self.go_on.wait()
        return [True] * len(claims)


def run(test: Coroutine[Any, Any, None]) -> None:
    """Runs `test`, after which nothing may be left to do."""

    async def alone() -> None:
        await asyncio.wait_for(test, PATIENCE)
        assert asyncio.all_tasks() == {asyncio.current_task()}, "every task has ended"

    asyncio.run(alone())
    gc.collect()  # so that a warning about what was left behind belongs to this test


def stream(drafts: AsyncGenerator[Draft], judge: WaitingJudge) -> AsyncGenerator[Statement | Working]:
    return checked(task(), drafts, Checks(undecided, judge), Tally())


def text(found: Statement | Working) -> str:
    assert isinstance(found, Statement)
    return found.text


def test_a_judge_that_ponders_a_sentence_holds_back_none_before_it() -> None:
    async def test() -> None:
        judge, second = WaitingJudge(), asyncio.Event()

        async def drafts() -> AsyncGenerator[Draft]:
            yield CLAIMS[0]
            await second.wait()
            yield CLAIMS[1]

        async with aclosing(stream(drafts(), judge)) as found:
            judge.go_on.set()
            assert text(await anext(found)) == CLAIMS[0].written
            judge.go_on.clear()
            second.set()
            last = asyncio.ensure_future(anext(found))
            await asyncio.sleep(0)
            await judge.called.wait()
            assert not last.done()
            judge.go_on.set()
            assert text(await last) == CLAIMS[1].written

    run(test())


def test_sentences_that_come_while_the_judge_is_busy_are_judged_in_one_call_and_shown_in_order() -> None:
    async def test() -> None:
        judge = WaitingJudge()

        async def drafts() -> AsyncGenerator[Draft]:
            yield CLAIMS[0]
            await judge.called.wait()
            for claim in CLAIMS[1:]:
                yield claim
            asyncio.get_running_loop().call_later(0.05, judge.go_on.set)

        found = [text(one) async for one in stream(drafts(), judge)]
        assert found == [claim.written for claim in CLAIMS]
        assert judge.asked == [[CLAIMS[0].written], [claim.written for claim in CLAIMS[1:]]]

    run(test())


def test_what_the_model_does_is_told_while_a_sentence_is_judged() -> None:
    async def test() -> None:
        judge = WaitingJudge()

        async def drafts() -> AsyncGenerator[Draft]:
            yield CLAIMS[0]
            await judge.called.wait()
            yield Working("thinking")

        async with aclosing(stream(drafts(), judge)) as found:
            assert await anext(found) == Working("thinking")
            judge.go_on.set()
            assert text(await anext(found)) == CLAIMS[0].written

    run(test())


async def close(found: AsyncGenerator[Statement | Working], judge: WaitingJudge) -> None:
    async with aclosing(found):
        await anext(found)


async def cancel(found: AsyncGenerator[Statement | Working], judge: WaitingJudge) -> None:
    async def read() -> None:
        async with aclosing(found):
            async for _ in found:
                pass

    reading = asyncio.create_task(read())
    await judge.called.wait()
    reading.cancel()
    await asyncio.wait([reading])


@pytest.mark.parametrize("last", [CLAIMS[1], None], ids=["a sentence", "nothing"])
@pytest.mark.parametrize("stop", [close, cancel])
def test_stopping_ends_the_model_and_the_judge(stop: Stop, last: Draft | None) -> None:
    closed = []

    async def drafts(judge: WaitingJudge) -> AsyncGenerator[Draft]:
        try:
            yield CLAIMS[0]
            await judge.called.wait()
            yield Working("writing")
            if last:
                yield last
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    async def test() -> None:
        judge = WaitingJudge()
        await stop(stream(drafts(judge), judge), judge)
        assert closed == [True], "before the stream has ended"
        assert len(judge.asked) == 1

    run(test())
