"""A model that fails or is stopped during an answer, in the chat."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from rag import settings
from rag.chat.library import Library
from rag.web.conversations import Conversations
from rag.web.jobs import Jobs
from rag.web.turns import Choices, Turn
from tests.llm.server import PATIENCE, Server

GOOD = "SwiftDepth is a diffusion model that predicts monocular depth in a single step. [1a][1b][1c]\n"
QUESTION = "what is SwiftDepth?"


@pytest.fixture
def server(server: Server) -> Server:
    server.content = GOOD
    return server


@pytest.fixture
def jobs(server: Server, index_dir: Path, tmp_path: Path) -> Jobs:
    chosen = settings.load(index_dir=index_dir, llm=f"openai-like:{server.url}/v1#owl", writer="synthesis")
    return Jobs(Library(chosen), Conversations(tmp_path))


def test_the_conversation_goes_on_when_the_model_is_back(server: Server, jobs: Jobs) -> None:
    async def ask_twice() -> list[Turn]:
        for broken in ((500, b"{}", {}), None):
            server.broken = broken
            await jobs.ask("ada", "one", QUESTION, Choices())
            turns = [turns async for turns in jobs.watch("ada", "one")][-1]
        return turns

    failed, mended = (turn.answer for turn in asyncio.run(ask_twice()))
    assert failed
    assert mended
    assert "quoted" in failed.notice
    assert {statement.verdict for statement in failed.statements} == {"quote"}
    assert not mended.notice
    assert mended.statements[0].verdict == "reworded"


def test_stopping_an_answer_stops_the_model(server: Server, jobs: Jobs) -> None:
    server.endless = True

    async def stop_at_the_first_sentence() -> Turn:
        await jobs.ask("ada", "one", QUESTION, Choices())
        async for turns in jobs.watch("ada", "one"):
            if turns[-1].statements:
                jobs.stop("ada", "one")
        return turns[-1]

    turn = asyncio.run(stop_at_the_first_sentence())
    assert turn.stopped
    assert [statement.verdict for statement in turn.statements] == ["reworded"]
    assert server.gone.wait(PATIENCE)
