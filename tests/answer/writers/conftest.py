"""Evidence to write from, a real server whose model says what a test wants, and the check by the bundled embedding."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from rag import llm
from rag.answer.types import Citation, Statement
from rag.answer.writers.task import Task, Writer
from rag.errors import ModelError
from rag.language.sentences import split_sentences
from rag.llm import faults
from rag.llm.model import Model
from rag.models import embedding
from rag.paper import Paper
from rag.query.intent import Intent
from rag.verify.checker import Checker
from tests.conftest import collected
from tests.llm.server import Server, running

ALIKE = 0.5
QUESTION = "Which networks hear prey?"
OWL = Paper(
    "OwlNet: Hearing in the Dark",
    "We propose OwlNet, a small network that finds voles by their rustling. OwlNet hears voles 3 times faster than "
    "BatNet on the Barn set. It needs 40 hours of recordings.",
)
BAT = Paper(
    "BatNet: Echoes of Moths",
    "We introduce BatNet, which locates moths by their echoes. BatNet needs 90 hours of recordings.",
)


def evidence(paper: Paper, *places: int) -> tuple[Citation, ...]:
    """These sentences of `paper`, all where none are named."""
    spans = split_sentences(paper.abstract)
    chosen = [spans[place] for place in places] or spans
    return tuple(Citation(0, paper, span.start, span.end) for span in chosen)


def task(*found: tuple[Citation, ...], question: str = QUESTION, intent: Intent = "papers") -> Task:
    return Task(question, intent, found)


def written(writer: Writer, asked: Task) -> list[Statement]:
    return collected(writer.write(asked))


def until_it_fails(writer: Writer, asked: Task) -> tuple[list[Statement], ModelError]:
    """What `writer` writes before its model fails, and how that is told."""
    seen: list[Statement] = []

    async def read() -> None:
        async for statement in writer.write(asked):
            seen.append(statement)  # noqa: PERF401 - what came before the fault is kept

    with pytest.raises(ModelError) as fault:
        asyncio.run(read())
    return seen, fault.value


@pytest.fixture(scope="session")
def check() -> Checker:
    return Checker(embedding.load("bundled").encode, ALIKE)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Asked without a key. A second try comes at once."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(faults, "PAUSE", 0.0)
    with running() as started:
        yield started


@pytest.fixture
def model(server: Server) -> Model:
    return loaded(server)


def loaded(server: Server) -> Model:
    """The model of `server` as it tells of itself now."""
    model = llm.load(f"openai-like:{server.url}/v1#owl", 20.0)
    assert model is not None
    return model


def asked(server: Server) -> list[str]:
    """The last message of each chat."""
    return [request.said[-1][1] for request in server.heard]
