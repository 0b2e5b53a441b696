"""Errors of any command: one line on standard error, exit code 1, and nothing changed."""

from __future__ import annotations

import os
import subprocess
import sys
from errno import ENOSPC
from pathlib import Path

import pytest

from rag.cli.main import main
from rag.errors import StoreError
from tests.cli.runner import rag


@pytest.mark.parametrize("command", main.commands)
def test_every_command_has_a_help_text_and_a_line_in_the_list(command: str) -> None:
    assert rag(command, "--help").stdout.startswith(f"Usage: rag {command} ")
    listed = rag("--help").stdout
    (line,) = (line for line in listed.splitlines() if line.split()[:1] == [command])
    assert line.endswith(".")
    assert not line.endswith("...")


@pytest.mark.parametrize(
    ("arguments", "env", "message"),
    [
        (("rebuild", "no/such/path"), {}, "no/such/path"),
        (("rebuild", "empty"), {}, "in empty"),
        (("rebuild", "--dry-run", "empty"), {}, "in empty"),
        (("rebuild", "binary.txt"), {}, "binary.txt: "),
        (("ask", "x", "--index", "nowhere"), {}, "/nowhere. Run: rag rebuild --index nowhere"),
        (("ask", "x"), {"RAG_LMM": "none"}, "Did you mean RAG_LLM?"),
        (("ask", "x"), {"RAG_PORT": "many"}, "'port'"),
        (("ask", "x", "--llm", "gpt"), {}, "'gpt'"),
        (("ask", "x", "--json", "--llm", "openai-like:http://127.0.0.1:9/v1#m"), {}, "http://127.0.0.1:9/v1"),
        (("ask", "x year:soon"), {"RAG_LLM": "none"}, "year:soon"),
        (("ask", "--batch", "missing.jsonl"), {}, "missing.jsonl"),
        (("eval", "missing.jsonl"), {}, "missing.jsonl"),
        (("eval", "empty"), {}, "qrels.tsv"),
        (("eval", "missing.jsonl", "--compare", "other.toml"), {}, "other.toml"),
        (("ask", "x"), {"RAG_EMBEDDING": "some/model"}, "some/model"),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(
    tmp_path: Path,
    index_copy: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    env: dict[str, str],
    message: str,
) -> None:
    def contents() -> list[Path]:
        return sorted(path for path in index_copy.iterdir() if path.name != ".lock")

    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)
    before = (index_copy / "CURRENT").read_text(), contents()
    done = rag(*arguments, **{"RAG_INDEX_DIR": str(index_copy)} | env)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert ((index_copy / "CURRENT").read_text(), contents()) == before


@pytest.mark.parametrize("command", ["rebuild", "add", "watch", "eval", "status --index", "eval --claims"])
def test_an_empty_path_is_not_the_current_folder(command: str) -> None:
    done = rag(*command.split(), "")
    assert done.exit_code == 2
    assert done.stderr.endswith(": The path is empty. Name a file or a folder; the current one is “.”.\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", ["papers", "--help", "papers --help", "status"])
def test_output_that_cannot_be_written_is_told_in_one_line(index_dir: Path, command: str, unbuffered: str) -> None:
    start, env = [sys.executable, "-m", "rag", *command.split()], {"RAG_INDEX_DIR": str(index_dir)}
    with Path("/dev/full").open("w") as full:
        env = os.environ | env | {"PYTHONUNBUFFERED": unbuffered}
        done = subprocess.run(start, stdout=full, stderr=subprocess.PIPE, text=True, env=env, check=False)
    assert (done.returncode, done.stderr) == (1, f"Error: The output could not be written: {os.strerror(ENOSPC)}.\n")


def test_debug_raises_the_error_itself(tmp_path: Path) -> None:
    done = rag("--debug", "ask", "x", "--llm", "none", "--index", tmp_path)
    assert isinstance(done.exception, StoreError)


def test_an_unexpected_error_is_one_line_too_and_says_how_to_debug_it(
    tmp_path: Path, papers_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def calibrate(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("rag.chat.rebuild.calibrate", calibrate)
    done = rag("rebuild", papers_file, "--index", tmp_path)
    assert done.exit_code == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("Error: ZeroDivisionError")
    assert "rag --debug rebuild" in last
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("g")] == []
