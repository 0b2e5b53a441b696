"""`rag eval`: tables and JSON, and what is reported next to the numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag import settings
from rag.answer.types import Answer
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.chat.ratings import record
from tests.cli.runner import json_lines, rag, write_json_lines
from tests.conftest import WHICH, collected
from tests.evaluate.replies import RECENT, grades, reading

if TYPE_CHECKING:
    from tests.llm.server import Server

CORAL = "Coral Counting with Drones"  # not about what WHICH asks
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


def test_retrieval_is_measured_with_the_model_that_is_named_and_no_other(
    index_dir: Path, tmp_path: Path, server: Server
) -> None:
    model = f"openai-like:{server.url}/v1#owl"
    file = write_json_lines(tmp_path / "judged.jsonl", {"id": 1, "question": WHICH, "relevant": {EARLY_EXIT: 2}})
    done = rag("eval", file, "--json", "--index", index_dir, RAG_LLM=model)
    assert (done.exit_code, done.stderr, server.requests) == (0, "", [])
    server.content = "Owls do not grade."
    with_model = rag("eval", file, "--json", "--index", index_dir, "--llm", model)
    assert json_lines(with_model.stdout)[0]["nDCG@10"] == json_lines(done.stdout)[0]["nDCG@10"]
    assert server.requests
    assert with_model.stderr.startswith("1 of 1 questions: ")
    assert server.url in with_model.stderr


def test_retrieval_with_and_without_a_model_is_compared(index_dir: Path, tmp_path: Path, server: Server) -> None:
    file = write_json_lines(tmp_path / "judged.jsonl", {"id": 1, "question": RECENT, "relevant": {CORAL: 2}})
    other = tmp_path / "other.toml"
    other.write_text(f'llm = "openai-like:{server.url}/v1#owl"')
    server.script = [reading(RECENT), grades({4: 1, 5: 1, 6: 1})]
    done = rag("eval", file, "--compare", other, "--json", "--index", index_dir)
    assert (done.exit_code, done.stderr) == (0, "")
    first, *_ = json_lines(done.stdout)
    assert first["metric"] == "nDCG@10"
    assert first["current"] < first["other"]


def test_answers_of_a_model_have_its_numbers(index_dir: Path, tmp_path: Path, server: Server) -> None:
    file = write_json_lines(tmp_path / "judged.jsonl", {"id": 1, "question": RECENT, "relevant": {EARLY_EXIT: 2}})
    server.script = [reading(RECENT), grades({1: 2})]
    server.content = "ExitDepth stops denoising as soon as the depth map no longer changes. [1b]"
    done = rag("eval", file, "--answers", "--llm", f"openai-like:{server.url}/v1#owl", "--index", index_dir)
    assert done.exit_code == 0, done.output
    header, row = done.stdout.splitlines()
    assert header.endswith("  drafted  verified  replaced  prompt tokens  reply tokens  first written")
    assert row.split()[-6:-3] == ["1.000", "1.000", "0.000"]


@pytest.mark.parametrize(
    "key",
    ["nDCG@10", "recall@", "MRR@20", "AUROC", "cite P", "evidence R", "unsupported", "judge share", "first written"],
)
def test_the_help_explains_every_number(key: str) -> None:
    assert key in rag("eval", "--help").stdout
