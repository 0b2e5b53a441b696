"""The command line as a user runs it: in a process of its own, by its output and exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rag import settings
from rag.answer.types import Answer
from rag.chat.library import Library
from rag.chat.ratings import record
from tests.conftest import WHICH, collected

LIMIT = 240  # seconds for a command on a busy machine; none takes a tenth of it alone
RESULT = {"title", "score", "probability", "sentence", "digest"}  # the fields of a result


def rag(*arguments: str | Path, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rag", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, cwd=cwd, env=os.environ | env)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("command", [(), ("rebuild",), ("search",), ("ask",), ("eval",), ("chat",)])
def test_help_loads_nothing_heavy(command: tuple[str, ...]) -> None:
    program = (
        "import sys; from rag.cli import main\n"
        f"try: main([*{command!r}, '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'chromadb', 'gradio', 'llama_index', 'pydantic', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=LIMIT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: " in done.stdout


def test_search_prints_titles_with_the_sentence_that_matched(index_dir: Path) -> None:
    done = rag("search", "counting coral", "--top", "2", "--index", index_dir)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1. Coral Counting with Drones\n")
    assert "2. " in done.stdout
    assert "3. " not in done.stdout


def test_ask_prints_quotes_and_titles_and_index_from_the_environment(index_dir: Path) -> None:
    done = rag("ask", WHICH, "--llm", "none", RAG_INDEX_DIR=str(index_dir))
    assert done.returncode == 0, done.stderr
    assert "“SwiftDepth runs 40 times faster" in done.stdout
    assert "[1] " in done.stdout
    assert "Early Exit for Diffusion-Based Depth Estimation" in done.stdout
    assert re.match(r"[2-9] of 14 papers match\n\n\[1\] ", done.stdout)


@pytest.mark.parametrize(
    ("format_", "begins", "holds"),
    [
        ("md", f"# {WHICH}\n\n", "\n\n## Sources\n\n**[1]** "),
        ("bib", "@misc{", "title = {{Early Exit for Diffusion-Based Depth Estimation}}"),
        (
            "csv",
            "question,n,title,authors,year,url,sentence,verdict,",
            "Early Exit for Diffusion-Based Depth Estimation",
        ),
    ],
)
def test_an_answer_leaves_as_a_file(index_dir: Path, format_: str, begins: str, holds: str) -> None:
    command = ("ask", "--export", format_, "--llm", "none", "--index", index_dir)
    done = rag(*command, WHICH)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(begins)
    assert holds in done.stdout
    assert "SwiftDepth runs 40 times faster" in done.stdout
    refused = rag(*command, "who won the 2022 world cup?")
    assert refused.stderr == "The abstracts here do not answer this.\n"
    assert "[1]" not in refused.stdout
    assert "@misc" not in refused.stdout


@pytest.mark.parametrize("other", [("--json", "x"), ("--batch", "questions.jsonl")])
def test_only_the_answer_to_one_question_is_exported(other: tuple[str, ...]) -> None:
    done = rag("ask", "--export", "md", *other)
    assert done.returncode == 2
    assert done.stderr.endswith("Error: --export is for one question, without --batch and --json.\n")


@pytest.mark.parametrize("command", [("search",), ("ask", "--llm", "none")])
def test_filters_are_told_and_can_be_left_out(index_dir: Path, command: tuple[str, ...]) -> None:
    question = f"{WHICH} since 2024"
    done = rag(*command, question, "--index", index_dir)
    assert done.stdout.startswith("Only papers: since 2024 (all papers: --no-filters)\n"), done.stderr
    assert "SwiftDepth" in done.stdout
    assert "Early Exit" not in done.stdout
    everything = rag(*command, question, "--no-filters", "--index", index_dir).stdout
    assert "Early Exit" in everything
    assert "Only papers" not in everything
    assert rag(*command, "depth since 2025", "--index", index_dir).stdout.endswith("matches “since 2025”.\n")
    (found,) = lines(rag(*command, question, "--json", "--index", index_dir).stdout)
    assert found["filters"] == ["since 2024"]


def test_batches_print_one_json_line_each(index_dir: Path, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    history = [{"role": "user", "content": "keyword spotting"}, {"role": "assistant", "content": "TinySpeech [1]."}]
    named = [
        {"role": "user", "content": "which papers use networks?"},
        {"role": "assistant", "content": "Coral Counting with Drones, and Folding Proteins with Graph Attention."},
    ]
    asked = [
        {"id": "a", "question": WHICH},
        {"id": 2, "question": "who won the 2022 world cup?"},
        {"id": "c", "question": "and how accurate is it?", "history": history},
        {"id": "d", "question": "how many parameters has the second one?", "history": named},
    ]
    questions.write_text("\n".join(map(json.dumps, asked)))
    searched = rag("search", "--batch", questions, "--top", "5", "--json", "--index", index_dir)
    assert searched.returncode == 0, searched.stderr
    for asked_line, line in zip(asked, lines(searched.stdout), strict=True):
        assert (line["id"], set(line)) == (asked_line["id"], {"id", "probability", "results"})
        assert [set(result) for result in line["results"]] == [RESULT] * 5
    answered = rag("ask", "--batch", questions, "--llm", "none", "--json", "--index", index_dir)
    first, second, third, fourth = lines(answered.stdout)
    assert set(first) == {
        *("id", "answer", "kind", "writer", "refused", "matching", "searched", "probability"),
        *("statements", "citations", "partial", "nearest"),
    }
    assert (first["refused"], second["refused"], third["refused"]) == (False, True, False)
    assert second["nearest"]
    assert "TinySpeech" in json.dumps(third["citations"])
    assert "12 million parameters" in json.dumps(fourth["citations"])


@pytest.mark.parametrize("command", ["search", "ask"])
def test_a_question_of_a_batch_that_cannot_be_asked_leaves_the_others(
    index_dir: Path, tmp_path: Path, command: str
) -> None:
    questions = tmp_path / "questions.jsonl"
    asked = [{"id": 1, "question": "coral year:soon"}, {"id": 2, "question": "who counts coral?"}]
    questions.write_text("\n".join(map(json.dumps, asked)))
    done = rag(command, "--batch", questions, "--index", index_dir, RAG_LLM="none")
    first, second = lines(done.stdout)
    assert (first["id"], set(first)) == (1, {"id", "error"})
    assert "year:soon" in first["error"]
    assert second["id"] == 2
    assert "Coral Counting with Drones" in json.dumps(second)
    assert (done.returncode, done.stderr) == (1, 'Error: 1 of 2 questions could not be asked; see their "error".\n')


@pytest.mark.parametrize(
    ("arguments", "env", "message"),
    [
        (("rebuild", "no/such/path"), {}, "No such file or folder: no/such/path"),
        (("rebuild", "empty"), {}, "in empty"),
        (("rebuild", "--dry-run", "empty"), {}, "in empty"),
        (("rebuild", "binary.txt"), {}, "binary.txt: binary file, not text"),
        (("ask", "x", "--index", "nowhere"), {}, "There is no index in nowhere. Run: rag rebuild --index nowhere"),
        (("ask", "x"), {"RAG_LMM": "none"}, "Unknown setting RAG_LMM in the environment. Did you mean RAG_LLM?"),
        (("ask", "x"), {"RAG_PORT": "many"}, "Setting 'port'"),
        (("ask", "x", "--llm", "gpt"), {}, "Unknown llm 'gpt'"),
        (("ask", "x", "--llm", "openai-like:http://127.0.0.1:9/v1#m"), {}, "No LLM answers at http://127.0.0.1:9/v1"),
        (("ask", "--batch", "missing.jsonl"), {}, "missing.jsonl"),
        (("eval", "missing.jsonl"), {}, "Cannot read missing.jsonl: No such file"),
        (("eval", "empty"), {}, "empty holds no qrels.tsv or qrels/test.tsv. A BEIR folder holds"),
        (("eval", "missing.jsonl", "--compare", "other.toml"), {}, "other.toml cannot be read: No such file"),
        (("ask", "x"), {"RAG_EMBEDDING": "some/model"}, "was built with the embedding 'bundled'"),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(
    tmp_path: Path, index_copy: Path, arguments: tuple[str, ...], env: dict[str, str], message: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)
    pointer, folders = (index_copy / "CURRENT").read_text(), sorted(index_copy.iterdir())
    done = rag(*arguments, cwd=tmp_path, **{"RAG_INDEX_DIR": str(index_copy), "PYTHONPATH": str(Path.cwd())} | env)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert (index_copy / "CURRENT").read_text() == pointer
    assert [path for path in sorted(index_copy.iterdir()) if path.name != ".lock"] == [
        path for path in folders if path.name != ".lock"
    ]


def test_a_dry_run_tells_what_a_rebuild_would_change_and_changes_nothing(index_dir: Path, tmp_path: Path) -> None:
    more = [json.dumps({"title": f"Bread {n}", "abstract": "We bake."}) for n in range(7)]
    (tmp_path / "more.jsonl").write_text("\n".join([*more, "nonsense"]))
    before = {(path, path.read_bytes()) for path in index_dir.rglob("*") if path.is_file()}
    done = rag("rebuild", "--dry-run", "tests/data/papers.jsonl", tmp_path / "more.jsonl", "--index", index_dir)
    assert (done.returncode, done.stderr) == (0, "Skipped more.jsonl:8: not JSON: Expecting value at character 1\n")
    assert done.stdout.splitlines() == [
        "7 added, 0 changed, 0 removed, 14 as before, 1 skipped",
        "Added:",
        *(f"  - Bread {n}" for n in range(5)),
        "  … and 2 more",
    ]
    assert {(path, path.read_bytes()) for path in index_dir.rglob("*") if path.is_file()} == before


def test_without_paths_the_shipped_papers_are_read_and_what_was_added_to_the_index(tmp_path: Path) -> None:
    (tmp_path / "added").mkdir()
    (tmp_path / "added" / "bread.jsonl").write_text('{"title": "Bread", "abstract": "We bake."}')
    (tmp_path / "added" / ".more.jsonl").write_text("nonsense")
    done = rag("rebuild", "--dry-run", "--index", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("490 added, 0 changed, 0 removed, 0 as before, 0 skipped\nAdded:\n")
    assert [path.name for path in tmp_path.iterdir()] == ["added"]


def test_debug_shows_where_it_came_from(tmp_path: Path) -> None:
    done = rag("--debug", "ask", "x", "--llm", "none", "--index", tmp_path)
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_an_unforeseen_fault_is_one_line_too(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").mkdir()  # where a file is expected
    done = rag("rebuild", "tests/data/papers.jsonl", "--index", tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: IsADirectoryError")
    assert "run: rag --debug rebuild" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("g")] == []


def test_eval_prints_a_table_or_json_and_names_what_the_index_lacks(index_dir: Path, tmp_path: Path) -> None:
    questions, other = tmp_path / "judged.jsonl", tmp_path / "other.toml"
    judged = [
        {
            "id": 1,
            "type": "which",
            "question": WHICH,
            "relevant": {"Early Exit for Diffusion-Based Depth Estimation": 2},
        },
        {"id": 2, "type": "off", "question": "who won the 2022 world cup?", "relevant": {}},
        {"id": 3, "type": "fact", "question": "how many corals are there?", "relevant": {"A Paper Nobody Has": 1}},
    ]
    questions.write_text("\n".join(map(json.dumps, judged)))
    done = rag("eval", questions, "--index", index_dir)
    assert done.returncode == 0, done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines()[1:]] == [
        ["ALL", "3"],
        ["fact", "1"],
        ["off", "1"],
        ["which", "1"],
    ]
    assert done.stderr == "Not in the index, so never found: 1 judged paper, such as a paper nobody has\n"
    other.write_text(f"index_dir = {json.dumps(str(index_dir))}")
    compared = rag("eval", questions, "--compare", other, "--json", "--index", index_dir)
    first = lines(compared.stdout)[0]
    assert (first["type"], first["metric"], first["difference"], first["p"]) == ("ALL", "nDCG@10", 0.0, 1.0)


def test_eval_measures_answers_and_leaves_out_what_cannot_be_asked(index_dir: Path, tmp_path: Path) -> None:
    questions = tmp_path / "judged.jsonl"
    title, said = "Early Exit for Diffusion-Based Depth Estimation", "Nobody ever wrote this."
    evidence = [{"title": title, "sentence": said}]
    judged = [
        {"id": 1, "question": WHICH, "relevant": {title: 2}, "evidence": evidence},
        {"id": 2, "question": "who won the 2022 world cup?", "relevant": {}},
        {"id": 3, "question": "coral year:soon", "relevant": {title: 1}},
    ]
    questions.write_text("\n".join(map(json.dumps, judged)))
    done = rag("eval", questions, "--answers", "--llm", "none", "--json", "--index", index_dir)
    (row,) = lines(done.stdout)
    assert (row["type"], row["questions"], row["cite R"], row["evidence R"]) == ("ALL", 2, 1.0, 0.0)
    assert (row["verbatim"], row["refusal right"], row["unsupported"]) == (1.0, 1.0, 0.0)
    assert 0 < row["first"] <= row["total"]
    assert done.returncode == 1
    assert done.stderr.startswith("Error: 1 of 3 questions could not be asked and are left out; of 3: ")
    assert done.stderr.count("\n") == 1


def test_eval_measures_by_what_readers_judged(index_dir: Path, tmp_path: Path) -> None:
    chat, file = Library(settings.load(index_dir=index_dir, llm="none")), tmp_path / "feedback.jsonl"
    asked = (f"{WHICH} since 2024", "how is protein structure predicted?", "who won the 2022 world cup?")
    for n, question in enumerate(asked):
        (*_, answer) = collected(chat.conversation().ask(question))
        assert isinstance(answer, Answer)
        record(file, f"turn-{n}", answer, good=False)
        record(file, f"turn-{n}", answer, good=n != 1)
    done = rag("eval", file, "--answers", "--llm", "none", "--json", "--index", index_dir)
    assert (done.returncode, done.stderr) == (
        0,
        "1 question was judged bad and says not what would be right: not measured.\n",
    )
    (row, _) = lines(done.stdout)
    assert (row["questions"], row["cite P"], row["cite R"], row["evidence R"]) == (2, 1.0, 1.0, 1.0)
    assert row["refusal right"] == 1.0


def test_eval_asks_a_model_for_answers_only() -> None:
    assert "--llm is for --answers: retrieval asks no model." in rag("eval", "x.jsonl", "--llm", "none").stderr


def test_question_and_batch_exclude_each_other() -> None:
    assert "Give one question" in rag("ask").stderr


def test_a_killed_rebuild_leaves_the_old_index_and_no_rubbish(tmp_path: Path, index_copy: Path) -> None:
    many = tmp_path / "many.jsonl"
    with many.open("w") as file:
        for n in range(2000):
            file.write(json.dumps({"title": f"Paper {n}", "abstract": f"We study object {n} in depth. " * 8}) + "\n")
    before = rag("search", "coral", "--json", "--index", index_copy).stdout
    pointer, folders = (index_copy / "CURRENT").read_text(), set(index_copy.iterdir())

    command = [sys.executable, "-m", "rag", "rebuild", str(many), "--index", str(index_copy)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + LIMIT
    while not any((folder / "chroma" / "chroma.sqlite3").exists() for folder in set(index_copy.iterdir()) - folders):
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert (index_copy / "CURRENT").read_text() == pointer
    assert rag("search", "coral", "--json", "--index", index_copy).stdout == before
    done = rag("rebuild", "tests/data/papers.jsonl", "--index", index_copy)
    assert done.returncode == 0, done.stderr
    assert "14 papers" in done.stdout
    generations = [path for path in index_copy.iterdir() if path.name.startswith("g")]
    assert sorted(path.name for path in generations) == sorted((index_copy / "CURRENT").read_text().split())
    assert rag("search", "coral", "--json", "--index", index_copy).stdout == before
