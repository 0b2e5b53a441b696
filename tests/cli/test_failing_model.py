"""A model that fails during an answer: the quotes and what it wrote before stay, and one line says why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from click.testing import Result

from tests.answer.owl import Owl, grading, reading
from tests.cli.runner import rag
from tests.conftest import WHICH
from tests.llm.server import Server

KEY = "sk-very-secret"
GOOD = "SwiftDepth is a diffusion model that predicts monocular depth in a single step."
QUOTE = "“SwiftDepth runs 40 times faster"


def ask(server: Server, index_dir: Path, question: str = WHICH) -> Result:
    return rag("ask", question, "--llm", f"openai-like:{server.url}/v1#owl", "--index", index_dir)


@pytest.fixture
def owl(server: Server) -> Owl:
    """A capable model, which grades as the search does and writes a sentence."""
    grades = grading({"SwiftDepth": "2", "Early Exit": "2"})
    return Owl(server, {"reading": reading(), "grade": grades, "synthesis": f"{GOOD} [2a][2b]\n"})


def test_a_model_that_answers_is_shown_without_a_notice(owl: Owl, index_dir: Path) -> None:
    done = ask(owl.server, index_dir)
    assert (done.exit_code, done.stderr) == (0, "")
    assert QUOTE in done.stdout
    assert GOOD in " ".join(done.stdout.split())


def break_off(server: Server) -> None:
    server.killed, server.before = 9, 2


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
def test_whatever_fails_the_quotes_stay_and_one_line_says_why(
    server: Server, index_dir: Path, misbehave: Callable[[Server], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("RAG_LLM_TIMEOUT", "0.5")
    misbehave(server)
    done = ask(server, index_dir)
    assert done.exit_code == 0, done.output
    assert QUOTE in done.stdout
    assert "Early Exit for Diffusion-Based Depth Estimation" in done.stdout
    assert done.stderr.count("\n") == 1
    assert server.url in done.stderr
    assert KEY not in done.output


def test_what_was_written_before_the_failure_stays(owl: Owl, index_dir: Path) -> None:
    owl.replies["synthesis"] = f"{GOOD} [2a][2b]\nSwiftDepth is also {'very ' * 40}"
    owl.cut = {"synthesis": 25}
    done = ask(owl.server, index_dir)
    assert QUOTE in done.stdout
    assert GOOD in " ".join(done.stdout.split())
    assert done.stderr.count("\n") == 1
    assert "broke off" in done.stderr


@pytest.mark.parametrize(("prompt", "part"), [("reading", "what the question means"), ("grade", "gave no grades")])
def test_a_reply_that_cannot_be_read_is_told_in_one_line(owl: Owl, index_dir: Path, prompt: str, part: str) -> None:
    owl.replies[prompt] = "Owls hoot."
    done = ask(owl.server, index_dir)
    assert done.exit_code == 0
    assert part in done.stderr
    assert done.stderr.count("\n") == 1
    assert GOOD in " ".join(done.stdout.split())


def test_without_the_model_the_quotes_come_and_one_line_says_why(index_dir: Path) -> None:
    done = rag("ask", WHICH, "--llm", "openai-like:http://127.0.0.1:9/v1#owl", "--index", index_dir)
    assert done.exit_code == 1
    assert QUOTE in done.stdout
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("The answer is quoted.\n")


def test_to_a_program_a_model_that_cannot_be_reached_is_an_error_before_the_question(index_dir: Path) -> None:
    done = rag("ask", WHICH, "--llm", "openai-like:http://127.0.0.1:9/v1#owl", "--index", index_dir, "--json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1


def test_a_wrong_key_is_told_after_the_quotes(server: Server, index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.key = "another"
    done = ask(server, index_dir)
    assert done.exit_code == 1
    assert QUOTE in done.stdout
    assert "OPENAI_API_KEY" in done.stderr
    assert KEY not in done.output
