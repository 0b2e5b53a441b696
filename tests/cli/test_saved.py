"""`rag saved`: what is new on saved questions is told once, in words or as JSON; and what fails is one line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chat.test_saved_asking import EXIT, GLIDE
from tests.cli.runner import json_lines, rag, write_json_lines
from tests.conftest import WHICH, typical_curve


@pytest.fixture(autouse=True)
def _quick_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)  # calibrating takes seconds


@pytest.fixture
def glide(tmp_path: Path) -> Path:
    return write_json_lines(tmp_path / "glide.jsonl", GLIDE)


def test_news_is_told_once_and_peeking_leaves_it_new(index_copy: Path, glide: Path) -> None:
    at = ("--index", index_copy)
    added = rag("saved", "add", WHICH, *at)
    assert (added.exit_code, added.stdout) == (0, f"Saved as 1: {WHICH}\n   2 papers match now\n")
    assert "What is new on your 1 saved question: rag saved\n" in rag("add", glide, *at).stderr
    peeked = rag("saved", "--peek", *at).stdout
    told = rag("saved", *at).stdout
    assert peeked == told
    assert f"1. {WHICH}\n   1 new paper since " in told
    assert "3 papers match now. " in told
    assert "\n   New:\n     - GlideDepth: Fast Diffusion Depth on Phones (2025)\n       “" in told
    assert "New" not in rag("saved", *at).stdout
    assert "   Nothing new since " in rag("saved", *at).stdout


def test_what_was_removed_and_brought_back_by_a_rollback_is_told(index_copy: Path) -> None:
    at = ("--index", index_copy)
    rag("saved", "add", WHICH, *at)
    assert "rag saved" in rag("remove", EXIT, *at).stderr
    assert "1 removed since " in (told := rag("saved", *at).stdout)
    assert f"   Removed from the collection:\n     - {EXIT}" in told
    assert "rag saved" in rag("rollback", *at).stderr
    assert "1 new paper since " in rag("saved", *at).stdout


def test_json_has_an_object_for_each_question(index_copy: Path, glide: Path) -> None:
    at = ("--index", index_copy)
    rag("saved", "add", WHICH, *at), rag("saved", "add", "which papers study owls?", *at)
    rag("add", glide, *at)
    first, second = json_lines(rag("saved", "--json", *at).stdout)
    assert (first["n"], first["question"], first["matching"], first["refused"]) == (1, WHICH, 3, False)
    (paper,) = first["news"]["added"]
    assert (paper["title"], paper["year"]) == (GLIDE["title"], 2025)
    assert paper["sentences"]
    assert (second["refused"], second["news"]) == (True, {})


def test_questions_are_removed_by_number_or_by_their_words(index_copy: Path) -> None:
    at = ("--index", index_copy)
    for question in (WHICH, "which papers count coral?"):
        rag("saved", "add", question, *at)
    assert rag("saved", "remove", "1", *at).stdout == f"Removed: {WHICH}\n"
    missing = rag("saved", "remove", "2", *at)
    assert (missing.exit_code, missing.stderr) == (
        1,
        "Error: No question “2” is saved. List them: rag saved --peek\n",
    )
    assert rag("saved", "remove", "which papers count coral?", *at).exit_code == 0
    assert rag("saved", *at).stdout == "No question is saved yet. Save one: rag saved add QUESTION\n"
    assert rag("saved", "--json", *at).stdout == ""


def test_what_cannot_be_saved_is_one_line(index_copy: Path, tmp_path: Path) -> None:
    refused = rag("saved", "add", "hello", "--index", index_copy)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: New papers could not change this answer.")
    refused = rag("saved", "add", "and for video?", "--index", index_copy)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: “and for video?” follows no other question. Ask it whole")
    for command in (("saved",), ("saved", "--json"), ("saved", "add", WHICH)):
        missing = rag(*command, "--index", tmp_path / "none")
        assert (missing.exit_code, missing.stdout, missing.stderr.count("\n")) == (1, "", 1)
        assert "There is no index" in missing.stderr
    assert not (tmp_path / "none").exists()


def test_a_question_that_is_saved_already_keeps_its_number(index_copy: Path) -> None:
    at = ("--index", index_copy)
    assert rag("saved", "add", WHICH, *at).stdout.startswith(f"Saved as 1: {WHICH}\n")
    assert rag("saved", "add", "which papers count coral?", *at).stdout.startswith("Saved as 2: ")
    assert rag("saved", "add", WHICH, *at).stdout.startswith(f"Already saved as 1: {WHICH}\n")


def test_a_damaged_file_stops_neither_a_change_nor_an_answer(index_copy: Path, glide: Path) -> None:
    (index_copy / "saved.db").write_bytes(b"nonsense " * 500)
    added = rag("add", glide, "--index", index_copy)
    assert added.exit_code == 0
    assert "saved.db is damaged. Move it aside: mv " in added.stderr
    assert json.loads(rag("ask", WHICH, "--json", "--llm", "none", "--index", index_copy).stdout)["matching"] == 3
    failed = rag("saved", "--index", index_copy)
    assert (failed.exit_code, failed.stderr.count("\n")) == (1, 1)


def test_questions_that_were_asked_already_need_no_model_and_no_library(index_copy: Path) -> None:
    rag("saved", "add", WHICH, "--index", index_copy)
    program = (
        "import sys; from rag.cli.main import main; sys.argv[0] = 'rag'\n"
        "try: main()\n"
        "finally: assert not {'torch', 'onnxruntime', 'chromadb', 'llama_index'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", program, "saved", "--index", str(index_copy)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing new since" in done.stdout


def test_a_change_without_saved_questions_says_nothing_of_them(index_copy: Path, glide: Path) -> None:
    assert "saved" not in rag("add", glide, "--index", index_copy).stderr
    assert not (index_copy / "saved.db").exists()
