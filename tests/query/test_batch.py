"""A file of questions is read line by line, and the errors of a malformed one name the line."""

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
    file = folder / "questions.jsonl"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return batch.read(file)


@pytest.mark.parametrize(
    ("content", "expected"),
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
        "line separators within a string",
        "blank lines",
        "byte order mark",
        "no history",
        "null history",
        "more fields",
        "ignored filters",
        "history",
    ],
)
def test_questions_are_read_in_order(tmp_path: Path, content: str | bytes, expected: list[BatchQuestion]) -> None:
    assert read(tmp_path, content) == expected


@pytest.mark.parametrize("id", ["a", 0, 17])
def test_the_label_repeats_the_id(id: str | int) -> None:
    assert BatchQuestion("?", id).label == {"id": id}


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
def test_the_error_for_a_malformed_question_names_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(QuestionError, match=r"^questions\.jsonl:3\b[^\n]*$"):
        read(tmp_path, f"{GOOD}\n\n{line}\n{GOOD}")


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_the_error_for_a_file_without_questions_names_it_and_its_format(tmp_path: Path, content: str) -> None:
    with pytest.raises(QuestionError, match=r"questions\.jsonl holds no questions\. Each line is [^\n]+$"):
        read(tmp_path, content)


def test_the_error_for_an_unreadable_file_names_it_and_the_reason(tmp_path: Path) -> None:
    missing = tmp_path / "missing.jsonl"
    for file, reason in ((missing, "No such file"), (tmp_path, "directory")):
        with pytest.raises(QuestionError, match=rf"^Cannot read {re.escape(str(file))}: .*{reason}"):
            batch.read(file)
    with pytest.raises(QuestionError, match=r"questions\.jsonl: not UTF-8 text\. Give a JSONL file"):
        read(tmp_path, GOOD.encode("utf-16"))
