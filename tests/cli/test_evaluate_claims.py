"""`rag eval --claims`: what passes by the rules and by a judge, and what is no claim."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.runner import json_lines, rag, write_json_lines
from tests.llm.server import Server

CLAIM: dict[str, Any] = {
    "id": 1,
    "label": "ok",
    "kind": "light",
    "title": "Owls",
    "abstract": "Owls hunt by ear. They hear voles.",
    "evidence": ["Owls hunt by ear."],
    "written": "Owls hunt by ear.",
}


def test_claims_are_measured_without_an_index(tmp_path: Path) -> None:
    wrong = CLAIM | {"label": "wrong", "kind": "added", "written": "Penguins compose 40 symphonies."}
    file = write_json_lines(tmp_path / "claims.jsonl", CLAIM, wrong)
    done = rag("eval", "--claims", file, "--index", tmp_path / "none")
    assert done.exit_code == 0, done.output
    header, *rows = (line.split() for line in done.stdout.splitlines())
    assert header == ["label", "kind", "claims", "pass", "share", "refuted", "ms"]
    assert [row[:5] for row in rows] == [
        ["ok", "ALL", "1", "1", "1.000"],
        ["ok", "light", "1", "1", "1.000"],
        ["wrong", "ALL", "1", "0", "0.000"],
        ["wrong", "added", "1", "0", "0.000"],
    ]
    (first, *_) = json_lines(rag("eval", "--claims", file, "--json").stdout)
    assert (first["label"], first["kind"], first["pass"], first["share"]) == ("ok", "ALL", 1, 1.0)
    assert not (tmp_path / "none").exists()


def test_claims_that_cannot_be_read_end_the_command_with_one_line(tmp_path: Path) -> None:
    file = write_json_lines(tmp_path / "claims.jsonl", CLAIM, CLAIM | {"label": "good"})
    done = rag("eval", "--claims", file)
    assert done.exit_code == 1
    assert done.stderr == 'Error: claims.jsonl:2: "label" must be "ok" or "wrong", not “good”.\n'


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Give either QUESTIONS or --claims FILE"),
        (["x.jsonl", "--claims", "y.jsonl"], "Give either QUESTIONS or --claims FILE"),
        (["--claims", "y.jsonl", "--answers"], "--claims cannot be combined with"),
        (["--claims", "y.jsonl", "--compare", "other.toml"], "--claims cannot be combined with"),
    ],
)
def test_claims_stand_alone(arguments: list[str], message: str) -> None:
    done = rag("eval", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr


def test_a_model_judges_what_the_rules_leave_open(tmp_path: Path, server: Server) -> None:
    claim = CLAIM | {"kind": "paraphrase", "written": "Listening leads owls to what they eat."}
    file = write_json_lines(tmp_path / "claims.jsonl", CLAIM, claim)
    server.content = "yes"
    done = rag("eval", "--claims", file, "--llm", f"openai-like:{server.url}/v1#qwen2.5-7b", "--json")
    assert done.exit_code == 0, done.output
    everything, *_ = json_lines(done.stdout)
    assert (everything["pass"], everything["judge pass"], everything["judge share"]) == (1, 2, 1.0)
    (_, asked) = server.chats[-1].messages[-1]
    assert "Listening leads owls" in asked
    assert CLAIM["evidence"][0] in asked
    assert done.stderr == ""


def test_a_model_that_cannot_judge_is_reported(tmp_path: Path) -> None:
    done = rag("eval", "--claims", write_json_lines(tmp_path / "claims.jsonl", CLAIM), "--llm", "none", "--json")
    assert done.stderr == "Measured by the rules alone: with these llm and verify, no model judges.\n"
    assert "judge pass" not in json_lines(done.stdout)[0]
