"""Reading a file of questions, and what is said about one that cannot be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.errors import QuestionError
from rag.query import batch
from rag.query.batch import BatchQuestion

GOOD = '{"id": "a", "question": "Do owls hoot?"}'
TURNS = (
    '[{"role": "user", "content": "Which birds hunt at night?"}, {"role": "assistant", "content": "Owls do. [1]"}, '
    '{"role": "user", "content": "And bats?"}]'
)


def read(folder: Path, content: str | bytes) -> list[BatchQuestion]:
    file = folder / "asked.jsonl"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return batch.read(file)


@pytest.mark.parametrize(
    ("content", "asked"),
    [
        (GOOD, [BatchQuestion("Do owls hoot?", "a")]),
        (
            f"{GOOD}\n" + '{"id": 7, "question": "Wie heißt das?"}\n',
            [BatchQuestion("Do owls hoot?", "a"), BatchQuestion("Wie heißt das?", 7)],
        ),
        ('{"id": 1, "question": "Owls\u2028or\x85bats?"}', [BatchQuestion("Owls\u2028or\x85bats?", 1)]),
        (f"\n  \n{GOOD}\r\n\r\n", [BatchQuestion("Do owls hoot?", "a")]),
        (b"\xef\xbb\xbf" + GOOD.encode(), [BatchQuestion("Do owls hoot?", "a")]),
        ('{"id": 1, "question": "?", "history": []}', [BatchQuestion("?", 1)]),
        ('{"id": 1, "question": "?", "history": null}', [BatchQuestion("?", 1)]),
        ('{"id": 1, "question": "?", "topic": "birds"}', [BatchQuestion("?", 1)]),
        ('{"id": 1, "question": "?", "without": ["since 2020"]}', [BatchQuestion("?", 1, without=("since 2020",))]),
        (
            f'{{"id": 1, "question": "?", "history": {TURNS}}}',
            [BatchQuestion("?", 1, ("Which birds hunt at night?", "And bats?"), "Owls do. [1]")],
        ),
    ],
    ids=[
        "one",
        "two",
        "odd line ends",
        "blank lines",
        "byte order mark",
        "no history",
        "null history",
        "more fields",
        "filters taken away",
        "history",
    ],
)
def test_questions_are_read_in_order(tmp_path: Path, content: str | bytes, asked: list[BatchQuestion]) -> None:
    assert read(tmp_path, content) == asked


@pytest.mark.parametrize("identity", ["a", 0, 17])
def test_the_label_repeats_the_id(identity: str | int) -> None:
    assert BatchQuestion("?", identity).label == {"id": identity}


def test_a_question_without_an_id_has_no_label() -> None:
    assert BatchQuestion("?").label == {}


@pytest.mark.parametrize(
    "line",
    [
        "What do owls eat?",
        '{"id": 1, "question": "cut o',
        '["a list"]',
        '"text"',
        "17",
        "null",
        '{"id": 1}',
        '{"question": "no id"}',
        '{"id": 1, "question": null}',
        '{"id": 1, "question": ["two", "parts"]}',
        '{"id": 1, "question": 5}',
        '{"id": 1, "question": "?", "history": "before"}',
        '{"id": 1, "question": "?", "history": ["before"]}',
        '{"id": 1, "question": "?", "history": 3}',
        '{"id": 1, "question": "?", "history": [{"role": "user"}]}',
        '{"id": 1, "question": "?", "history": [{"content": "before"}]}',
        '{"id": 1, "question": "?", "history": [{"role": "user", "content": null}]}',
        '{"id": 1, "question": "?", "history": [{"role": "assistant", "content": ["parts"]}]}',
        '{"id": 1, "question": "?", "history": [{"role": ["user"], "content": ""}]}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(QuestionError, match=r"^asked\.jsonl:3\b[^\n]*$"):
        read(tmp_path, f"{GOOD}\n\n{line}\n{GOOD}")


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_a_file_without_questions_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(QuestionError, match=r"asked\.jsonl holds no question\. Each line is [^\n]+$"):
        read(tmp_path, content)


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.jsonl"
    for file, reason in ((missing, "No such file"), (tmp_path, "directory")):
        with pytest.raises(QuestionError, match=rf"^Cannot read {re.escape(str(file))}: .*{reason}"):
            batch.read(file)
    with pytest.raises(QuestionError, match=r"asked\.jsonl: not UTF-8 text\. Give a JSONL file"):
        read(tmp_path, GOOD.encode("utf-16"))
