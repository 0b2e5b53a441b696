"""A model that fails during an answer: what it wrote stays, the rest is quoted, and one line says why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from click.testing import Result

from tests.cli.runner import rag
from tests.conftest import WHICH
from tests.llm.server import Server

KEY = "sk-very-secret"
GOOD = "SwiftDepth is a diffusion model that predicts monocular depth in a single step. [1a][1b][1c]\n"
GOOD_SHOWN = "SwiftDepth is a diffusion model that predicts monocular depth in a single step. [1]"


@pytest.fixture
def server(server: Server) -> Server:
    server.content = GOOD
    return server


def ask(server: Server, index_dir: Path, question: str = "what is SwiftDepth?") -> Result:
    model = f"openai-like:{server.url}/v1#owl"
    return rag("ask", question, "--llm", model, "--writer", "synthesis", "--index", index_dir)


def test_a_model_that_answers_is_shown_without_a_notice(server: Server, index_dir: Path) -> None:
    done = ask(server, index_dir)
    assert (done.exit_code, done.stderr) == (0, "")
    assert GOOD_SHOWN in done.stdout


def break_off(server: Server) -> None:
    server.killed, server.before = 9, 20


def stay_silent(server: Server) -> None:
    server.silent = Event()


def send_html(server: Server) -> None:
    server.broken = (200, b"<html>It works!</html>", {})


def send_nothing(server: Server) -> None:
    server.content = ""


def be_busy(server: Server) -> None:
    server.broken = (429, b"{}", {"Retry-After": "0"})


def refuse_the_key(server: Server) -> None:
    server.broken = (401, b'{"error": {"message": "bad key sk-very-secret"}}', {})


def fail(server: Server) -> None:
    server.broken = (500, b"{}", {})


@pytest.mark.parametrize("misbehave", [break_off, stay_silent, send_html, send_nothing, be_busy, refuse_the_key, fail])
def test_whatever_fails_the_answer_is_quoted_and_one_line_says_why(
    server: Server, index_dir: Path, misbehave: Callable[[Server], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("RAG_LLM_TIMEOUT", "0.5")
    misbehave(server)
    done = ask(server, index_dir, question=WHICH)
    assert done.exit_code == 0, done.output
    assert "“SwiftDepth runs 40 times faster" in done.stdout
    assert "Early Exit for Diffusion-Based Depth Estimation" in done.stdout
    assert done.stderr.count("\n") == 1
    assert "quoted" in done.stderr
    assert KEY not in done.output


def test_what_was_written_before_the_failure_stays(server: Server, index_dir: Path) -> None:
    server.content = GOOD + "SwiftDepth is also " + "very " * 40
    break_off(server)
    done = ask(server, index_dir)
    assert GOOD_SHOWN in done.stdout
    assert done.stderr.count("\n") == 1


def test_a_wrong_key_is_an_error_before_the_question(
    server: Server, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.key = "another"
    done = ask(server, index_dir)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "OPENAI_API_KEY" in done.stderr
    assert KEY not in done.output
