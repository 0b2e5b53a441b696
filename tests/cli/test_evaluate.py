"""`rag eval`: tables and JSON, and what is reported next to the numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag import settings
from rag.answer.types import Answer
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.chat.ratings import record
from tests.cli.runner import json_lines, rag, write_json_lines
from tests.conftest import WHICH, collected

EARLY_EXIT = "Early Exit for Diffusion-Based Depth Estimation"


def test_retrieval_is_measured_by_type_and_missing_papers_are_named(index_dir: Path, tmp_path: Path) -> None:
    file = write_json_lines(
        tmp_path / "judged.jsonl",
        {"id": 1, "type": "which", "question": WHICH, "relevant": {EARLY_EXIT: 2}},
        {"id": 2, "type": "off", "question": "who won the 2022 world cup?", "relevant": {}},
        {"id": 3, "type": "fact", "question": "how many corals are there?", "relevant": {"A Paper Nobody Has": 1}},
    )
    done = rag("eval", file, "--index", index_dir)
    assert done.exit_code == 0, done.output
    header, *rows = (line.split()[:2] for line in done.stdout.splitlines())
    assert header == ["type", "questions"]
    assert rows == [["ALL", "3"], ["fact", "1"], ["off", "1"], ["which", "1"]]
    assert "1 judged paper, such as “a paper nobody has”" in done.stderr
    assert done.stderr.count("\n") == 1


def test_settings_are_compared(index_dir: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(f"index_dir = {json.dumps(str(index_dir))}")
    judged = ({"id": n, "question": WHICH, "relevant": {EARLY_EXIT: 2}} for n in range(2))
    file = write_json_lines(tmp_path / "judged.jsonl", *judged)
    done = rag("eval", file, "--compare", other, "--json", "--index", index_dir)
    first, *_ = json_lines(done.stdout)
    assert (first["type"], first["metric"], first["difference"], first["p"]) == ("ALL", "nDCG@10", 0.0, 1.0)


def test_answers_are_measured_without_questions_that_cannot_be_asked(index_dir: Path, tmp_path: Path) -> None:
    evidence = [{"title": EARLY_EXIT, "sentence": "Nobody ever wrote this."}]
    file = write_json_lines(
        tmp_path / "judged.jsonl",
        {"id": 1, "question": WHICH, "relevant": {EARLY_EXIT: 2}, "evidence": evidence},
        {"id": 2, "question": "who won the 2022 world cup?", "relevant": {}},
        {"id": 3, "question": "coral year:soon", "relevant": {EARLY_EXIT: 1}},
    )
    done = rag("eval", file, "--answers", "--llm", "none", "--json", "--index", index_dir)
    (row,) = json_lines(done.stdout)
    assert (row["type"], row["questions"], row["cite R"], row["evidence R"]) == ("ALL", 2, 1.0, 0.0)
    assert (row["verbatim"], row["refusal right"], row["unsupported"]) == (1.0, 1.0, 0.0)
    assert 0 < row["first"] <= row["total"]
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: 1 of 3 questions could not be asked")
    assert "Question 3: " in done.stderr
    assert done.stderr.count("\n") == 1


def test_readers_ratings_are_judged_questions(index_dir: Path, tmp_path: Path) -> None:
    library, file = Library(settings.load(index_dir=index_dir, llm="none")), tmp_path / "feedback.jsonl"
    questions = (f"{WHICH} since 2024", "how is protein structure predicted?", "who won the 2022 world cup?")
    for n, question in enumerate(questions):
        *_, answer = collected(Conversation(library).ask(question))
        assert isinstance(answer, Answer)
        record(file, f"turn-{n}", answer, good=False)
        record(file, f"turn-{n}", answer, good=n != 1)
    done = rag("eval", file, "--answers", "--llm", "none", "--json", "--index", index_dir)
    assert done.exit_code == 0, done.output
    assert "1 question" in done.stderr
    assert "rated bad" in done.stderr
    row, _ = json_lines(done.stdout)
    assert (row["questions"], row["cite P"], row["cite R"], row["evidence R"]) == (2, 1.0, 1.0, 1.0)
    assert row["refusal right"] == 1.0


def test_a_model_is_accepted_for_answers_and_claims_only() -> None:
    done = rag("eval", "x.jsonl", "--llm", "none")
    assert done.exit_code == 2
    assert "--llm needs --answers or --claims" in done.stderr


@pytest.mark.parametrize(
    "key", ["nDCG@10", "recall@", "MRR@20", "AUROC", "cite P", "evidence R", "unsupported", "judge share"]
)
def test_the_help_explains_every_number(key: str) -> None:
    assert key in rag("eval", "--help").stdout
