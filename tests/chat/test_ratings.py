"""Ratings are kept as lines that `rag eval` can ask again, even if several processes write at once."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from rag.answer.types import Answer, Citation, Statement
from rag.chat.ratings import record
from rag.errors import StoreError
from rag.paper import Paper
from rag.query import batch

OWLS, BATS = Paper("Owls", "Owls hoot. They hunt."), Paper("Bats", "Bats fly. … They hang.")
QUESTION = "which animals fly since 2020?"


def answer(*papers: Paper, question: str = QUESTION, filters: tuple[str, ...] = ("since 2020",)) -> Answer:
    """An answer that quotes the first sentence of each of `papers`."""
    citations = (Citation(n, paper, 0, paper.abstract.index(".") + 1) for n, paper in enumerate(papers, 1))
    statements = tuple(Statement(citation.quote, (citation,), "quote") for citation in citations)
    return Answer(question, statements, filters=filters)


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_good_answer_is_stored_with_what_it_cites_and_quotes(tmp_path: Path) -> None:
    file = tmp_path / "new" / "feedback.jsonl"
    record(file, "a1", answer(OWLS, BATS, OWLS), True, " Just\nright.\x1b[0m ")
    (line,) = lines(file)
    assert datetime.fromisoformat(line.pop("at")).tzinfo
    assert line == {
        "id": "a1",
        "type": "feedback",
        "question": QUESTION,
        "without": [],
        "history": [],
        "good": True,
        "note": "Just right. [0m",
        "relevant": {"Owls": 1, "Bats": 1},
        "evidence": [{"title": "Owls", "sentence": "Owls hoot."}, {"title": "Bats", "sentence": "Bats fly."}],
    }


def test_a_correct_refusal_has_nothing_relevant(tmp_path: Path) -> None:
    record(tmp_path / "f.jsonl", "a1", answer(), True)
    (line,) = lines(tmp_path / "f.jsonl")
    assert (line["relevant"], line["evidence"]) == ({}, [])


def test_a_bad_answer_has_no_relevant_papers(tmp_path: Path) -> None:
    record(tmp_path / "f.jsonl", "a1", answer(OWLS), False, "x" * 1_001)
    (line,) = lines(tmp_path / "f.jsonl")
    assert (line["good"], line["cited"], len(line["note"])) == (False, ["Owls"], 1_000)
    assert "relevant" not in line


def test_a_rated_question_can_be_asked_again_with_its_history_and_filters(tmp_path: Path) -> None:
    earlier = [answer(BATS, OWLS, question="which animals fly?"), answer(question="and swim?")]
    record(tmp_path / "f.jsonl", "a1", answer(OWLS, filters=()), True, history=earlier)
    (asked,) = batch.read(tmp_path / "f.jsonl")
    assert asked == batch.BatchQuestion(
        QUESTION, "a1", ("which animals fly?", "and swim?"), "Bats\nOwls", ("since 2020",)
    )


def test_concurrent_writers_lose_no_line(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from rag.answer.types import Answer; from rag.chat.ratings import record\n"
        "for n in range(40): record(Path(sys.argv[1]), f'p{n}', Answer('q' * 20_000), True)"
    )
    file = tmp_path / "f.jsonl"
    other = subprocess.Popen([sys.executable, "-c", program, str(file)])
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: record(file, f"t{n}", answer(OWLS, question="é" * 20_000), True), range(40)))
    assert other.wait(60) == 0
    assert {line["id"] for line in lines(file)} == {f"{writer}{n}" for writer in "pt" for n in range(40)}


def test_concurrent_writers_leave_one_whole_line_for_each_turn(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from rag.answer.types import Answer; from rag.chat.ratings import record\n"
        "for n in range(60): record(Path(sys.argv[1]), f'a{n % 3}', Answer('q' * 20_000), True, f'p{n}')"
    )
    file = tmp_path / "f.jsonl"
    other = subprocess.Popen([sys.executable, "-c", program, str(file)])
    with ThreadPoolExecutor(4) as threads:
        rate = lambda n: record(file, f"a{n % 3}", answer(OWLS, question="é" * 20_000), False, f"t{n}")  # noqa: E731
        list(threads.map(rate, range(60)))
    assert other.wait(60) == 0
    assert sorted(line["id"] for line in lines(file)) == ["a0", "a1", "a2"]
    assert {part.name for part in tmp_path.iterdir()} <= {file.name, f"{file.name}.lock"}


def test_an_answer_has_one_line_however_often_it_is_rated(tmp_path: Path) -> None:
    file = tmp_path / "f.jsonl"
    for id in ("a.1", "a.10", "b.1"):
        record(file, id, answer(OWLS), True)
    size = file.stat().st_size
    for n in range(100):
        record(file, "a.1", answer(OWLS), bool(n % 2), f"é {n % 7}")
    assert file.stat().st_size <= size + 10
    assert [(line["id"], line["good"], line["note"]) for line in lines(file)] == [
        ("a.10", True, ""),
        ("b.1", True, ""),
        ("a.1", True, "é 1"),
    ]
    record(file, "a.1", answer(BATS, question="edited?"), True)
    assert [line["question"] for line in lines(file)] == [QUESTION, QUESTION, "edited?"]


def test_a_rating_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "f.jsonl"
    for id in ("a1", "a2"):
        record(file, id, answer(OWLS), True, "fine \ud800", [answer(BATS)])
    before = file.stat()
    record(file, "a1", answer(OWLS), True, "fine \ud800", [answer(BATS)])
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [line["id"] for line in lines(file)] == ["a1", "a2"]


def test_the_many_lines_that_an_earlier_version_wrote_for_an_answer_become_one(tmp_path: Path) -> None:
    file = tmp_path / "f.jsonl"
    record(file, "a1", answer(OWLS), True)
    file.write_bytes(file.read_bytes() * 3 + b'{"id": "a1", half a li\n' + b'{"question": "by hand?"}\n')
    record(file, "a1", answer(OWLS), False)
    assert [line.get("good") for line in lines(file)] == [None, False]


@pytest.mark.parametrize("id", ["a1", "a2"])
def test_a_last_line_that_does_not_end_spoils_no_rating(tmp_path: Path, id: str) -> None:
    file = tmp_path / "f.jsonl"
    record(file, "a1", answer(OWLS), True)
    with open(file, "a") as by_hand:
        by_hand.write('{"question": "by hand?"}')
    record(file, id, answer(OWLS), False)
    assert [line.get("good") for line in lines(file)][-2:] == [None, False]


def test_a_lone_surrogate_does_not_lose_the_rating(tmp_path: Path) -> None:
    record(tmp_path / "f.jsonl", "a1", answer(OWLS, question="what is \ud800?"), True)
    assert lines(tmp_path / "f.jsonl")[0]["question"] == "what is ??"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreError, match=r"f\.jsonl: .*exists"):
        record(tmp_path / "taken" / "f.jsonl", "a1", answer(OWLS), True)


def test_a_file_that_stays_locked_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    monkeypatch.setattr("rag.chat.ratings.LOCK_TIMEOUT", 0.1)
    with FileLock(tmp_path / "f.jsonl.lock"), pytest.raises(StoreError, match="another program"):
        record(tmp_path / "f.jsonl", "a1", answer(OWLS), True)


def test_nobody_else_may_read_the_ratings(tmp_path: Path) -> None:
    file = tmp_path / "f.jsonl"
    record(file, "a1", answer(OWLS), True)
    assert file.stat().st_mode & 0o777 == 0o600
    for id, good in (("a2", True), ("a1", False)):
        file.chmod(0o644)  # as earlier versions left it
        record(file, id, answer(OWLS), good)
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from rag.answer.types import Answer; from rag.chat.ratings import record; from rag.errors import StoreError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))\n"
        "try:\n for n in range(20): record(Path(sys.argv[1]), str(n), Answer('q' * 500), True)\n"
        "except StoreError as fault: print(fault)"
    )
    file = tmp_path / "f.jsonl"
    said = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"Cannot write to {file}: ")
    assert "Free some space, then rate the answer again." in said
    assert 0 < len(lines(file)) < 5
    record(file, "later", answer(OWLS), True)
    assert lines(file)[-1]["id"] == "later"


def test_a_rating_that_cannot_be_replaced_stays(tmp_path: Path) -> None:
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from rag.answer.types import Answer; from rag.chat.ratings import record; from rag.errors import StoreError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))\n"
        "try: record(Path(sys.argv[1]), '0', Answer('q' * 500), False)\n"
        "except StoreError as fault: print(fault)"
    )
    file = tmp_path / "f.jsonl"
    for n in range(5):
        record(file, str(n), answer(question="q" * 500), True)
    before = file.read_bytes()
    said = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True).stdout
    assert "File too large. Free some space, then rate the answer again." in said
    assert file.read_bytes() == before
    assert {part.name for part in tmp_path.iterdir()} <= {file.name, f"{file.name}.lock"}


def test_the_ratings_have_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.chat.ratings.MAX_RATINGS_BYTES", 1_000)
    for n in range(2):
        record(tmp_path / "f.jsonl", str(n), answer(OWLS), True)
    with pytest.raises(StoreError, match=r"f\.jsonl has reached .* MB\. Move it aside"):
        record(tmp_path / "f.jsonl", "long", answer(OWLS, question="x" * 1_000), True)
    with pytest.raises(StoreError, match=r"f\.jsonl has reached .* MB\. Move it aside"):
        record(tmp_path / "f.jsonl", "1", answer(OWLS, question="x" * 1_000), True)
    record(tmp_path / "f.jsonl", "1", answer(OWLS), False)
    assert [(line["id"], line["good"]) for line in lines(tmp_path / "f.jsonl")] == [("0", True), ("1", False)]
