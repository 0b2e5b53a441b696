"""What is printed where the terminal cannot show all of it: every line, with "?" for what is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.runner import rag, write_json_lines

TIMEOUT = 240  # seconds, on a busy machine


def printed(*arguments: str | Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    """What `rag` prints in a process of its own with these environment variables."""
    command = [sys.executable, "-m", "rag", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=TIMEOUT, env=os.environ | {"PYTHONUTF8": "0"} | env)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_no_line_is_lost_in_another_encoding(index_dir: Path, encoding: str) -> None:
    command = ("search", "counting coral", "--top", "2", "--index", index_dir)
    done, expected = printed(*command, PYTHONIOENCODING=encoding), rag(*command).output
    assert (done.returncode, done.stderr) == (0, b"")
    assert (
        done.stdout.decode(encoding).splitlines() == expected.encode(encoding, "replace").decode(encoding).splitlines()
    )


def test_help_and_errors_are_whole_in_the_encoding_of_another_country(tmp_path: Path) -> None:
    command = "import sys; from rag.cli.main import main; main(sys.argv[1:], prog_name='rag')"
    done = subprocess.run(
        [sys.executable, "-c", command, "rebuild", "“日本”", "--index", str(tmp_path)],
        capture_output=True,
        timeout=TIMEOUT,
        env=os.environ | {"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252:strict"},
    )
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1)
    assert "“??”" in done.stderr.decode("cp1252")


def test_json_is_whole_in_any_encoding(index_dir: Path, tmp_path: Path) -> None:
    batch = write_json_lines(tmp_path / "batch.jsonl", {"id": "日\ud800", "question": "counting coral \ud800"})
    done = printed("search", "--batch", batch, "--json", "--index", index_dir, PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode("latin-1"))["id"] == "日\ud800"


def test_half_a_character_in_a_batch_is_printed(index_dir: Path, tmp_path: Path) -> None:
    batch = write_json_lines(tmp_path / "batch.jsonl", {"id": "\ud800", "question": "counting coral \ud800"})
    done = rag("search", "--batch", batch, "--json", "--index", index_dir)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["id"] == "?"


def test_a_question_in_another_encoding_than_the_terminals_is_answered(index_dir: Path) -> None:
    question = os.fsdecode("coral reefs in Curaçao".encode("latin-1"))
    done = printed("search", question, "--index", index_dir)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Coral Counting with Drones" in done.stdout


@pytest.mark.parametrize("question", ["", "   ", "\x01\u202e\n", "?!"])
@pytest.mark.parametrize("command", ["search", "ask"])
def test_a_question_without_words_is_refused_in_one_line(index_dir: Path, command: str, question: str) -> None:
    done = rag(command, question, "--index", index_dir, RAG_LLM="none")
    if (command, question) == ("ask", "?!"):  # a reader who does not know what to ask
        assert "Ask in plain words" in done.stdout
    else:
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert "question" in done.stderr


def test_a_question_that_is_too_long_is_refused_before_it_is_searched_for(index_dir: Path) -> None:
    done = rag("search", "coral " * 400, "--index", index_dir)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: A question must have 1 to 2,000 characters; this one has 2,399.\n"


def test_questions_without_words_do_not_stop_a_batch(index_dir: Path, tmp_path: Path) -> None:
    questions = [{"id": n, "question": text} for n, text in enumerate(["", "coral?", "…"])]
    batch = write_json_lines(tmp_path / "batch.jsonl", *questions)
    done = rag("search", "--batch", batch, "--index", index_dir)
    assert done.exit_code == 1
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert (first["id"], second["id"], third["id"]) == (0, 1, 2)
    assert "1 to 2,000 characters" in first["error"]
    assert second["results"]
    assert third["error"] == "“…” is no question. Ask in words."
