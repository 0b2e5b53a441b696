"""Evidence to write from, a server whose model replies as a test scripts it, and a judge."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from rag.answer.types import Citation, Statement, Working
from rag.answer.writers.task import Checks, Claim, Tally, Task, Writer
from rag.errors import ModelError
from rag.language.sentences import split_sentences
from rag.llm.model import Model
from rag.paper import Paper
from rag.query.intent import Intent
from rag.verify.checker import Checker
from tests.answer.owl import opened
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


def written(writer: Writer, task: Task, tally: Tally | None = None) -> list[Statement]:
    """The sentences that `writer` writes."""
    return statements(collected(writer.write(task, tally or Tally())))


def statements(found: Sequence[Statement | Working]) -> list[Statement]:
    return [one for one in found if isinstance(one, Statement)]


def until_it_fails(stream: AsyncGenerator[Statement | Working]) -> tuple[list[Statement], str]:
    """What `stream` gives before it fails, and the message."""
    seen: list[Statement | Working] = []

    async def read() -> None:
        async for one in stream:
            seen.append(one)  # noqa: PERF401 - a comprehension would lose what came before the error

    with pytest.raises(ModelError) as fault:
        asyncio.run(read())
    return statements(seen), str(fault.value)


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
    return opened(server)


def last_messages(server: Server) -> list[str]:
    """The last message of each chat so far."""
    return [request.messages[-1][1] for request in server.chats]
