"""A model that fails or is stopped during an answer, in the chat."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from rag import settings
from rag.chat.library import Library
from rag.web.conversations import Conversations
from rag.web.jobs import Jobs
from rag.web.turn_view import turn_html
from rag.web.turns import Choices, Turn
from tests.answer.owl import Owl, grading, reading
from tests.conftest import WHICH
from tests.llm.server import PATIENCE, Server

GOOD = "SwiftDepth is a diffusion model that predicts monocular depth in a single step."


@pytest.fixture
def owl(server: Server) -> Owl:
    """A capable model, which grades as the search does and writes a sentence."""
    grades = grading({"SwiftDepth": "2", "Early Exit": "2"})
    return Owl(server, {"reading": reading(), "grade": grades, "synthesis": f"{GOOD} [2a][2b]\n"})


@pytest.fixture
def jobs(owl: Owl, index_dir: Path, tmp_path: Path) -> Jobs:
    return Jobs(Library(settings.load(index_dir=index_dir, llm=owl.spec)), Conversations(tmp_path))


def test_the_conversation_goes_on_when_the_model_is_back(owl: Owl, jobs: Jobs) -> None:
    async def ask_twice() -> list[Turn]:
        for failing in ({"reading", "grade", "synthesis"}, set[str]()):
            owl.failing = failing
            await jobs.ask("ada", "one", WHICH, Choices())
            turns = [turns async for turns in jobs.watch("ada", "one")][-1]
        return turns

    failed, mended = (turn.answer for turn in asyncio.run(ask_twice()))
    assert failed
    assert mended
    assert "failed (HTTP 500)" in failed.notice
    assert {statement.verdict for statement in failed.statements} == {"quote"}
    assert failed.written == ()
    assert not mended.notice
    assert [(one.text, one.verdict) for one in mended.written] == [(GOOD, "reworded")]
    assert mended.statements == failed.statements


def test_stopping_an_answer_stops_the_model_and_keeps_what_was_shown(owl: Owl, jobs: Jobs) -> None:
    owl.endless = {"synthesis"}

    async def stop_at_the_first_sentence() -> Turn:
        await jobs.ask("ada", "one", WHICH, Choices())
        async for turns in jobs.watch("ada", "one"):
            if turns[-1].written:
                jobs.stop("ada", "one")
        return turns[-1]

    turn = asyncio.run(stop_at_the_first_sentence())
    assert turn.stopped
    assert {statement.verdict for statement in turn.statements} == {"quote"}
    assert [one.text for one in turn.written] == [GOOD]
    assert owl.server.gone.wait(PATIENCE)


def test_half_a_surrogate_pair_or_a_bidi_override_of_a_model_ends_no_answer_and_is_not_stored(
    owl: Owl, jobs: Jobs
) -> None:
    half = GOOD.replace("single", "s\udd89ingle")
    owl.replies["synthesis"] = f"\ud83e\u202e{half} [2a][2b]\ud83e\x00\n\udd89"

    async def ask() -> Turn:
        await jobs.ask("ada", "one", WHICH, Choices())
        return [turns async for turns in jobs.watch("ada", "one")][-1][-1]

    turn = asyncio.run(ask())
    assert turn.state == "done", turn.error
    assert not turn.unkept
    assert jobs.conversations.load("ada", "one") == [turn]
    html = turn_html([turn], 0, "one")
    html.encode()
    assert not {"\u202e", "\x00"} & {*html}
