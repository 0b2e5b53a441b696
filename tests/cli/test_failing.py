"""A backend that fails: the command and the conversation give what came, the rest as quotes, and say so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner, Result

from rag import settings
from rag.chat.library import Library
from rag.cli.main import main
from rag.llm import faults
from rag.web.conversations import Conversations
from rag.web.jobs import Jobs
from rag.web.turns import Choices, Turn
from tests.conftest import WHICH
from tests.llm.server import PATIENCE, Server, running

KEY = "sk-very-secret"
GOOD = "SwiftDepth is a diffusion model that predicts monocular depth in a single step. [1a][1b][1c]\n"
QUOTED = "The rest of the answer is quoted."


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(faults, "PAUSE", 0.0)
    with running() as started:
        started.content = GOOD
        yield started


def ask(server: Server, index_dir: Path, *more: str, question: str = "what is SwiftDepth?") -> Result:
    spec = f"openai-like:{server.url}/v1#owl"
    options = ["--llm", spec, "--writer", "synthesis", "--index", str(index_dir), *more]
    return CliRunner().invoke(main, ["ask", question, *options])


def test_a_model_that_answers_is_shown_and_not_excused(server: Server, index_dir: Path) -> None:
    shown = ask(server, index_dir)
    assert shown.exit_code == 0, shown.output
    assert "SwiftDepth is a diffusion model that predicts monocular depth in a single step. [1]" in shown.output
    assert QUOTED not in shown.output


def _killed(server: Server) -> None:
    server.killed, server.before = 9, 20


def _slow(server: Server) -> None:
    server.silent = Event()


def _rubbish(server: Server) -> None:
    server.broken = (200, b"<html>It works!</html>", {})


def _empty(server: Server) -> None:
    server.content = ""


def _busy(server: Server) -> None:
    server.broken = (429, b"{}", {"Retry-After": "0"})


def _locked(server: Server) -> None:
    server.broken = (401, b'{"error": {"message": "bad key sk-very-secret"}}', {})


def _down(server: Server) -> None:
    server.broken = (500, b"{}", {})


def _mended(server: Server) -> None:
    server.broken = None


@pytest.mark.parametrize("fails", [_killed, _slow, _rubbish, _empty, _busy, _locked, _down])
def test_whatever_goes_wrong_there_is_an_answer_and_a_line_that_says_what(
    server: Server, index_dir: Path, fails: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("RAG_LLM_TIMEOUT", "0.5")
    fails(server)  # type: ignore[operator]
    shown = ask(server, index_dir, question=WHICH)
    assert shown.exit_code == 0, shown.output
    assert "“SwiftDepth runs 40 times faster" in shown.output
    assert "Early Exit for Diffusion-Based Depth Estimation" in shown.output
    told = shown.stderr.strip()
    assert told.endswith(QUOTED)
    assert len(told.splitlines()) == 1
    assert KEY not in shown.output + told


def test_what_came_before_it_broke_stays(server: Server, index_dir: Path) -> None:
    server.content = GOOD + "SwiftDepth is also " + "very " * 40
    server.killed, server.before = 9, 20
    shown = ask(server, index_dir)
    assert "SwiftDepth is a diffusion model that predicts monocular depth in a single step. [1]" in shown.output
    assert QUOTED in shown.stderr


def desk(server: Server, index_dir: Path, tmp_path: Path) -> Jobs:
    spec = f"openai-like:{server.url}/v1#owl"
    chat = Library(settings.load(index_dir=index_dir, llm=spec, writer="synthesis"))
    return Jobs(chat, Conversations(tmp_path))


def test_the_chat_goes_on_when_the_model_is_back(server: Server, index_dir: Path, tmp_path: Path) -> None:
    async def visit() -> list[Turn]:
        at_work = desk(server, index_dir, tmp_path)
        for fails in (_down, _mended):
            fails(server)
            await at_work.ask("ada", "one", "what is SwiftDepth?", Choices())
            turns = [turns async for turns in at_work.watch("ada", "one")][-1]
        return turns

    failed, mended = (turn.answer for turn in asyncio.run(visit()))
    assert failed
    assert mended
    assert failed.notice.endswith(QUOTED)
    assert {statement.verdict for statement in failed.statements} == {"quote"}
    assert not mended.notice
    assert mended.statements[0].verdict == "supported"


def test_stopping_a_chat_stops_the_model(server: Server, index_dir: Path, tmp_path: Path) -> None:
    server.endless = True

    async def stop_at_the_first_sentence() -> Turn:
        at_work = desk(server, index_dir, tmp_path)
        await at_work.ask("ada", "one", "what is SwiftDepth?", Choices())
        async for turns in at_work.watch("ada", "one"):
            if turns[-1].statements:
                at_work.stop("ada", "one")
        return turns[-1]

    turn = asyncio.run(stop_at_the_first_sentence())
    assert turn.stopped
    assert [statement.verdict for statement in turn.statements] == ["supported"]
    assert server.gone.wait(PATIENCE)


def test_a_wrong_key_is_told_before_the_question(
    server: Server, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.key = "another"
    shown = ask(server, index_dir)
    assert shown.exit_code == 1
    assert "OPENAI_API_KEY" in shown.stderr
    assert KEY not in shown.output + shown.stderr
