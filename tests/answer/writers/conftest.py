"""Evidence to write from, a server whose model replies as a test scripts it, and the checks of written sentences."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from rag import llm
from rag.answer.types import Citation, Statement
from rag.answer.writers.task import Checks, Claim, Task, Writer
from rag.errors import ModelError
from rag.language.sentences import split_sentences
from rag.llm.model import Model
from rag.models import embedding
from rag.paper import Paper
from rag.query.intent import Intent
from rag.verify.checker import Checker
from tests.conftest import collected
from tests.llm.server import Server

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


def evidence(paper: Paper, *positions: int) -> tuple[Citation, ...]:
    """The sentences of `paper` at these positions, or all of them."""
    spans = split_sentences(paper.abstract)
    chosen = [spans[position] for position in positions] or spans
    return tuple(Citation(0, paper, span.start, span.end) for span in chosen)


def task(*found: tuple[Citation, ...], question: str = QUESTION, intent: Intent = "papers") -> Task:
    return Task(question, intent, found)


def written(writer: Writer, task: Task) -> list[Statement]:
    return collected(writer.write(task))


def until_it_fails(writer: Writer, task: Task) -> tuple[list[Statement], ModelError]:
    """What `writer` writes before its model fails, and the error."""
    seen: list[Statement] = []

    async def read() -> None:
        async for statement in writer.write(task):
            seen.append(statement)  # noqa: PERF401 - a comprehension would lose what came before the error

    with pytest.raises(ModelError) as fault:
        asyncio.run(read())
    return seen, fault.value


@pytest.fixture(scope="session")
def check() -> Checker:
    return Checker(embedding.load("bundled").encode, 0.5)


@pytest.fixture
def checks(check: Checker) -> Checks:
    """The rules, without a judge."""
    return Checks(check)


class ScriptedJudge:
    """Confirms the sentences in `stated`, and remembers what it was asked; fails with `fault` if it has one."""

    name = "wise owl"

    def __init__(self, *stated: str, fault: str = "") -> None:
        self.stated, self.fault = stated, fault
        self.asked: list[list[str]] = []

    async def __call__(self, claims: Sequence[Claim]) -> list[bool]:
        self.asked.append([claim.written for claim in claims])
        if self.fault:
            raise ModelError(self.fault)
        return [claim.written in self.stated for claim in claims]


@pytest.fixture
def model(server: Server) -> Model:
    return open_model(server)


def open_model(server: Server) -> Model:
    """The model that `server` describes at this moment."""
    model = llm.load(f"openai-like:{server.url}/v1#owl", 20.0)
    assert model is not None
    return model


def last_messages(server: Server) -> list[str]:
    """The last message of each chat so far."""
    return [request.messages[-1][1] for request in server.chats]
