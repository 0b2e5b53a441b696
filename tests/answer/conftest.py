"""Answers to questions about the invented papers, with or without a model."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from rag.answer.asked import Asked
from rag.answer.assistant import Assistant
from rag.answer.pipeline import stream_answer
from rag.answer.types import Answer, Event
from rag.index.opening import open_current
from rag.models import embedding
from rag.paper import Paper
from rag.query.history import History
from rag.query.understanding import understand
from rag.retrieval.retriever import HybridRetriever
from rag.verify.checker import Checker
from tests.answer.owl import Owl
from tests.llm.server import Server

Ask = Callable[..., list[Event]]
MIN_PROBABILITY = 0.38


@pytest.fixture(scope="session")
def check() -> Checker:
    return Checker(embedding.load("bundled").encode, 0.5)


@pytest.fixture
def owl(server: Server, monkeypatch: pytest.MonkeyPatch) -> Owl:
    """A model whose calls do not read certificate authorities, which takes most of the time of a test."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *args, **kwargs: None)
    return Owl(server)


@pytest.fixture(scope="module")
def retriever(index_dir: Path) -> HybridRetriever:
    return HybridRetriever(open_current(index_dir), embedding.load("bundled"))


@pytest.fixture
def ask(retriever: HybridRetriever) -> Ask:
    """The events of an answer, up to the first for which `until` is true.

    If `stopped` becomes true, the answer is cancelled, whatever it awaits.
    """
    numbers: dict[Paper, int] = {}

    def numbering(paper: Paper) -> int:
        return numbers.setdefault(paper, len(numbers) + 1)

    def ask(
        question: str,
        assistant: Assistant | None = None,
        max_papers: int | None = None,
        open_assistant: Callable[[], Awaitable[Assistant | None]] | None = None,
        until: Callable[[Event], bool] = lambda event: False,
        stopped: Callable[[], bool] | None = None,
        history: History = History(),  # noqa: B008 - it is immutable
    ) -> list[Event]:
        async def opened() -> Assistant | None:
            return assistant

        seen: list[Event] = []

        async def read() -> None:
            query = understand(question, retriever.store, history)
            asked = Asked(MIN_PROBABILITY, max_papers, history=history)
            stream = stream_answer(query, retriever, open_assistant or opened, numbering, asked)
            async with aclosing(stream):
                async for event in stream:
                    seen.append(event)
                    if until(event):
                        return

        async def stop() -> None:
            reading = asyncio.create_task(read())
            while stopped and not (stopped() or reading.done()):
                await asyncio.sleep(0.01)
            reading.cancel()
            await asyncio.wait([reading])

        asyncio.run(stop() if stopped else read())
        return seen

    return ask


def final(events: list[Event]) -> Answer:
    assert isinstance(events[-1], Answer)
    return events[-1]
