"""`rag ask`: answers for a reader, for a program and as files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.runner import json_lines, rag, write_json_lines
from tests.conftest import WHICH


def test_an_answer_is_quotes_under_the_titles_of_their_papers(index_dir: Path) -> None:
    done = rag("ask", WHICH, "--llm", "none", RAG_INDEX_DIR=str(index_dir))
    assert done.exit_code == 0, done.output
    assert re.match(r"[2-9] of 14 papers match\n\n\[1\] ", done.stdout)
    assert "“SwiftDepth runs 40 times faster" in done.stdout
    assert "Early Exit for Diffusion-Based Depth Estimation" in done.stdout


def test_a_comparison_is_printed_by_aspect(index_dir: Path) -> None:
    done = rag("ask", "How does SwiftDepth differ from TinySpeech?", "--llm", "none", "--index", index_dir)
    assert done.exit_code == 0, done.output
    headline, heading, *rows = done.stdout.strip().split("\n\n")
    assert headline.startswith("No abstract here mentions both “SwiftDepth” and “TinySpeech”")
    assert [line[:3] for line in heading.splitlines()] == ["[1]", "[2]"]
    assert rows
    assert all({"[1]", "[2]"} <= set(re.findall(r"\[\d\]$", row, re.MULTILINE)) for row in rows)


@pytest.mark.parametrize(
    ("format_", "start", "part"),
    [
        ("md", f"# {WHICH}\n\n", "\n\n## References\n\n"),
        ("bib", "@misc{", "title = {{Early Exit for Diffusion-Based Depth Estimation}}"),
        ("ris", "TY  - GEN\nID  - ", "\nTI  - Early Exit for Diffusion-Based Depth Estimation\n"),
        ("csl", "[\n", '"title": "Early Exit for Diffusion-Based Depth Estimation"'),
        ("csv", "question,n,title,authors,year,doi,url,", "Early Exit for Diffusion-Based Depth Estimation"),
    ],
)
def test_an_answer_is_exported(index_dir: Path, format_: str, start: str, part: str) -> None:
    done = rag("ask", "--export", format_, "--llm", "none", "--index", index_dir, WHICH)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(start)
    assert part in done.stdout
    assert "SwiftDepth runs 40 times faster" in done.stdout


@pytest.mark.parametrize("format_", ["md", "bib", "ris", "csl", "csv"])
def test_the_export_of_a_refusal_says_so_on_standard_error(index_dir: Path, format_: str) -> None:
    done = rag("ask", "--export", format_, "--llm", "none", "--index", index_dir, "who won the 2022 world cup?")
    assert done.exit_code == 0
    assert done.stderr.count("\n") == 1
    assert "do not answer" in done.stderr
    assert "[1]" not in done.stdout
    assert "@misc" not in done.stdout
    assert "TY  - " not in done.stdout


@pytest.mark.parametrize("other", [("--json", "x"), ("--batch", "questions.jsonl")])
def test_only_the_answer_to_one_question_is_exported(other: tuple[str, ...]) -> None:
    done = rag("ask", "--export", "md", *other)
    assert done.exit_code == 2
    assert "--export cannot be combined with" in done.stderr


@pytest.mark.parametrize("command", [("search",), ("ask", "--llm", "none")])
def test_filters_are_shown_and_can_be_ignored(index_dir: Path, command: tuple[str, ...]) -> None:
    question = f"{WHICH} since 2024"
    filtered = rag(*command, question, "--index", index_dir)
    first, *_ = filtered.stdout.splitlines()
    assert ": since 2024 (" in first
    assert "--no-filters" in first
    assert "SwiftDepth" in filtered.stdout
    assert "Early Exit" not in filtered.stdout
    everything = rag(*command, question, "--no-filters", "--index", index_dir).stdout
    assert "Early Exit" in everything
    assert "--no-filters" not in everything
    (data,) = json_lines(rag(*command, question, "--json", "--index", index_dir).stdout)
    assert data["filters"] == ["since 2024"]


@pytest.mark.parametrize("command", [("search",), ("ask", "--llm", "none")])
def test_filters_that_no_paper_passes_are_named(index_dir: Path, command: tuple[str, ...]) -> None:
    done = rag(*command, "depth since 2025", "--index", index_dir)
    assert done.exit_code == 0
    assert "“since 2025”" in done.stdout.splitlines()[-1]


def test_a_batch_prints_one_json_line_per_question(index_dir: Path, tmp_path: Path) -> None:
    history = [{"role": "user", "content": "keyword spotting"}, {"role": "assistant", "content": "TinySpeech [1]."}]
    named = [
        {"role": "user", "content": "which papers use networks?"},
        {"role": "assistant", "content": "Coral Counting with Drones, and Folding Proteins with Graph Attention."},
    ]
    questions = [
        {"id": "a", "question": WHICH},
        {"id": 2, "question": "who won the 2022 world cup?"},
        {"id": "c", "question": "and how accurate is it?", "history": history},
        {"id": "d", "question": "how many parameters has the second one?", "history": named},
    ]
    file = write_json_lines(tmp_path / "questions.jsonl", *questions)
    done = rag("ask", "--batch", file, "--llm", "none", "--json", "--index", index_dir)
    first, second, third, fourth = json_lines(done.stdout)
    assert set(first) == {
        *("id", "answer", "headline", "kind", "writer", "refused", "matching", "may_match", "searched", "probability"),
        *("written", "statements", "citations", "partial", "nearest", "papers"),
    }
    assert (first["refused"], second["refused"], third["refused"]) == (False, True, False)
    assert second["nearest"]
    assert "TinySpeech" in json.dumps(third["citations"])
    assert "12 million parameters" in json.dumps(fourth["citations"])
