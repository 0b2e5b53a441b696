"""The questions to ask next, as a page fetches them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rag import settings
from rag.chat.library import Library
from rag.web.conversations import Conversations
from rag.web.home import Homes
from rag.web.identity import VISITOR, Visitor
from rag.web.jobs import Jobs
from rag.web.next_routes import NextRoutes
from rag.web.turns import Choices
from tests.conftest import WHICH

from .reader import read

OWNER = "ada-owns-this-one"


def request_of(owner: str) -> Any:
    return SimpleNamespace(scope={VISITOR: Visitor(owner, "reader")})


@pytest.fixture
def jobs(index_dir: Path, tmp_path: Path) -> Jobs:
    return Jobs(Library(settings.load(index_dir=index_dir, llm="none")), Conversations(tmp_path))


async def answered(jobs: Jobs, question: str, name: str = "one") -> None:
    await jobs.ask(OWNER, name, question, Choices())
    async for _ in jobs.watch(OWNER, name):
        pass


async def buttons(routes: NextRoutes, n: int = 0, owner: str = OWNER) -> list[str]:
    """The questions of the buttons that turn `n` gets."""
    found = await routes.next(request_of(owner), "one", n)
    return [button.content for button in read(found["html"]).all("button", "example")]


def test_the_last_answer_gets_questions_and_the_same_ones_again(jobs: Jobs) -> None:
    async def test() -> None:
        routes = NextRoutes(jobs, Homes(jobs))
        await answered(jobs, WHICH)
        first = await buttons(routes)
        assert first
        assert first == await buttons(routes)
        await answered(jobs, first[0])
        assert await buttons(routes) == []
        assert await buttons(routes, 1)

    asyncio.run(asyncio.wait_for(test(), 120))


def test_a_refusal_far_from_everything_gets_examples_of_the_collection(jobs: Jobs) -> None:
    async def test() -> None:
        homes = Homes(jobs)
        examples = (await homes.complete()).examples
        assert examples
        await answered(jobs, "how do I bake sourdough bread?")
        found = await buttons(NextRoutes(jobs, homes))
        assert {example.question for example in examples} & set(found)

    asyncio.run(asyncio.wait_for(test(), 120))


def test_nobody_gets_the_questions_of_others(jobs: Jobs) -> None:
    async def test() -> None:
        from rag.errors import UnknownConversationError

        await answered(jobs, WHICH)
        with pytest.raises(UnknownConversationError):
            await buttons(NextRoutes(jobs, Homes(jobs)), owner="somebody-else-here")

    asyncio.run(asyncio.wait_for(test(), 120))


def test_where_too_many_wait_an_answer_gets_none(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.web.next_routes.MAX_SUGGESTING", 0)

    async def test() -> None:
        await answered(jobs, WHICH)
        assert await buttons(NextRoutes(jobs, Homes(jobs))) == []

    asyncio.run(asyncio.wait_for(test(), 120))
