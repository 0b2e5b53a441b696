"""`rag search`: what it prints, for a reader and for a program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bibtexparser
import pytest

from tests.cli.runner import json_lines, rag, write_json_lines
from tests.conftest import WHICH
from tests.evaluate.replies import RECENT, grades, reading

if TYPE_CHECKING:
    from tests.llm.server import Server


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
        fields = {"paper", "title", "score", "probability", "sentence", "digest"}
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


def listed(*arguments: str | Path, **env: str) -> list[str]:
    """The titles that `rag search` lists with these arguments."""
    done = rag("search", *arguments, "--json", **env)
    assert done.exit_code == 0, done.output
    return [result["title"] for result in json_lines(done.stdout)[0]["results"]]


def test_a_model_that_is_named_grades_papers_and_no_other_does(index_dir: Path, server: Server) -> None:
    model = f"openai-like:{server.url}/v1#owl"
    without = listed(RECENT, "--index", index_dir, RAG_LLM=model)
    assert server.requests == []
    server.script = [reading(RECENT), grades({4: 2, 7: 1})]
    graded = listed(RECENT, "--index", index_dir, "--llm", model)
    assert graded[:2] == [without[3], without[6]]
    assert sorted(graded) == sorted(without)


def test_a_filter_that_a_model_finds_is_applied_and_shown(index_dir: Path, server: Server) -> None:
    question = "depth work (2024)"
    server.script = [reading(question, first_year=2024, last_year=2024), grades({})]
    done = rag("search", question, "--index", index_dir, "--llm", f"openai-like:{server.url}/v1#owl")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Limited to: year:2024..2024 ")
    assert "SwiftDepth" in done.stdout
    assert "Night Depth" not in done.stdout


def test_where_a_model_fails_the_papers_are_those_of_the_search_and_a_line_says_so(
    index_dir: Path, server: Server
) -> None:
    server.content = "Owls do not grade."
    done = rag("search", WHICH, "--index", index_dir, "--llm", f"openai-like:{server.url}/v1#owl")
    assert (done.exit_code, done.stdout) == (0, rag("search", WHICH, "--index", index_dir).stdout)
    assert server.url in done.stderr


def test_a_model_that_cannot_be_opened_is_an_error(index_dir: Path) -> None:
    done = rag("search", WHICH, "--index", index_dir, "--llm", "ollama:none")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
