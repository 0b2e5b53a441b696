"""`rag search`: what it prints, for a reader and for a program."""

from __future__ import annotations

from pathlib import Path

from tests.cli.runner import json_lines, rag, write_json_lines
from tests.conftest import WHICH


def test_titles_are_listed_with_their_best_sentence(index_dir: Path) -> None:
    done = rag("search", "counting coral", "--top", "2", "--index", index_dir)
    assert done.exit_code == 0, done.output
    first, sentence, second, *_ = done.stdout.splitlines()
    assert first == "1. Coral Counting with Drones"
    assert sentence.startswith("   ")
    assert any(line.startswith("2. ") for line in (second, *_))
    assert "\n3. " not in done.stdout


def test_a_batch_prints_one_json_line_per_question(index_dir: Path, tmp_path: Path) -> None:
    history = [{"role": "user", "content": "keyword spotting"}, {"role": "assistant", "content": "TinySpeech [1]."}]
    questions = [
        {"id": "a", "question": WHICH},
        {"id": 2, "question": "who won the 2022 world cup?"},
        {"id": "c", "question": "and how accurate is it?", "history": history},
    ]
    file = write_json_lines(tmp_path / "questions.jsonl", *questions)
    done = rag("search", "--batch", file, "--top", "5", "--json", "--index", index_dir)
    assert done.exit_code == 0, done.output
    for question, line in zip(questions, json_lines(done.stdout), strict=True):
        assert (line["id"], set(line)) == (question["id"], {"id", "probability", "results"})
        fields = {"title", "score", "probability", "sentence", "digest"}
        assert [set(result) for result in line["results"]] == [fields] * 5
