"""Reads files of questions, for `--batch` and `rag eval`: JSON lines {"id", "question", "history"?, "without"?}."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import QuestionError

_FORMAT = 'Each line is {"id": ..., "question": ...}'


@dataclass(frozen=True)
class BatchQuestion:
    """A question of a file.

    `earlier` are the user's earlier questions in the same conversation, oldest first; `last_answer` is the text of its
    last answer, or "". `without` are filters of the question, as written, to ignore.
    """

    question: str
    id: str | int | None = None
    earlier: tuple[str, ...] = ()
    last_answer: str = ""
    without: tuple[str, ...] = ()

    @property
    def label(self) -> dict[str, Any]:
        """{"id": ...}, to start the reply with; empty without an id."""
        return {} if self.id is None else {"id": self.id}


def read(path: Path) -> list[BatchQuestion]:
    """The questions in `path`. Raises QuestionError, naming the line, if one is malformed or there are none."""
    questions = [parse(data, where) for where, data in json_lines(path)]
    if not questions:
        raise QuestionError(f"{path} holds no questions. {_FORMAT}")
    return questions


def json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    """The location, "file:line", and parsed JSON of each line of `path`. Raises QuestionError for what is not JSON."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # not splitlines(): a JSON string may hold U+2028
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "not UTF-8 text"
        raise QuestionError(f"Cannot read {path}: {reason}. Give a JSONL file.") from fault
    for n, line in enumerate(lines, 1):
        where = f"{path.name}:{n}"
        if line.strip():
            try:
                data = json.loads(line)
            except (ValueError, RecursionError) as fault:
                raise QuestionError(f"{where} is not JSON. Each line is one JSON object.") from fault
            yield where, data


def parse(data: Any, where: str) -> BatchQuestion:
    """The JSON of one line as a question. Raises QuestionError, naming `where` the line is, if it is malformed."""
    try:
        turns: dict[str, list[Any]] = {"user": [], "assistant": [""]}
        for turn in data.get("history") or []:
            turns.setdefault(turn["role"], []).append(turn["content"])
        without = tuple(data.get("without") or [])
        question = BatchQuestion(data["question"], data["id"], tuple(turns["user"]), turns["assistant"][-1], without)
    except (TypeError, KeyError, AttributeError) as fault:
        raise QuestionError(f"{where} is not a question. {_FORMAT}") from fault
    texts = (question.question, *question.earlier, question.last_answer, *question.without)
    if not all(isinstance(text, str) for text in texts):
        raise QuestionError(f"{where}: question, history and filters must be strings. {_FORMAT}")
    return question
