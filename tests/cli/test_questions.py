"""One question or a batch of them, as `rag search` and `rag ask` take them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.runner import json_lines, rag, write_json_lines


@pytest.mark.parametrize("arguments", [("ask",), ("search",), ("ask", "x", "--batch", "questions.jsonl")])
def test_a_question_or_a_batch_is_needed_and_not_both(arguments: tuple[str, ...]) -> None:
    done = rag(*arguments)
    assert done.exit_code == 2
    assert "--batch" in done.stderr


@pytest.mark.parametrize("command", ["search", "ask"])
def test_a_question_that_cannot_be_asked_does_not_stop_the_batch(index_dir: Path, tmp_path: Path, command: str) -> None:
    questions = [{"id": 1, "question": "coral year:soon"}, {"id": 2, "question": "who counts coral?"}]
    file = write_json_lines(tmp_path / "questions.jsonl", *questions)
    done = rag(command, "--batch", file, "--index", index_dir, RAG_LLM="none")
    first, second = json_lines(done.stdout)
    assert (first["id"], set(first)) == (1, {"id", "error"})
    assert "year:soon" in first["error"]
    assert second["id"] == 2
    assert "Coral Counting with Drones" in json.dumps(second)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: 1 of 2 questions")
    assert done.stderr.count("\n") == 1
