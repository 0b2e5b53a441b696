"""`rag search`: what it prints, for a reader and for a program."""

from __future__ import annotations

from pathlib import Path

import bibtexparser
import pytest

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


def test_the_papers_that_match_are_exported_best_first(index_dir: Path) -> None:
    listed = rag("search", WHICH, "--top", "3", "--json", "--index", index_dir)
    done = rag("search", WHICH, "--top", "3", "--export", "bib", "--index", index_dir)
    assert (done.exit_code, done.stderr) == (0, "")
    titles = [result["title"] for result in json_lines(listed.stdout)[0]["results"]]
    assert [entry["title"].strip("{}") for entry in bibtexparser.parse_string(done.stdout).entries] == titles


@pytest.mark.parametrize(
    ("format_", "start"),
    [("bib", "@misc{"), ("ris", "TY  - GEN\n"), ("csl", "[\n"), ("csv", "title,authors,year,doi,")],
)
def test_papers_are_exported_in_each_format(index_dir: Path, format_: str, start: str) -> None:
    done = rag("search", "counting coral", "--export", format_, "--index", index_dir)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(start)
    assert "Coral Counting with Drones" in done.stdout


def test_line_ends_are_those_of_the_format(index_dir: Path) -> None:
    done = rag("search", "counting coral", "--export", "ris", "--index", index_dir)
    assert done.stdout_bytes.startswith(b"TY  - GEN\r\n")
    assert done.stdout_bytes.count(b"\r\n") == done.stdout_bytes.count(b"\n")


def test_an_export_without_papers_says_why_on_standard_error(index_dir: Path) -> None:
    done = rag("search", "depth since 2025", "--export", "ris", "--index", index_dir)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "“since 2025”" in done.stderr


@pytest.mark.parametrize("other", [("--json", "x"), ("--batch", "questions.jsonl"), ("--export", "md")])
def test_papers_are_not_exported_in_two_forms_or_as_an_answer(other: tuple[str, ...]) -> None:
    assert rag("search", "--export", "bib", *other).exit_code == 2
