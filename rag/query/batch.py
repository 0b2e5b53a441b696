"""Files of questions: JSON lines {"id", "question", "history"?, "without"?}, for `rag search` and `rag ask`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import QuestionError


@dataclass(frozen=True)
class BatchQuestion:
    """A question with the user's `earlier` questions of the same conversation, oldest first, and its last answer.

    `answered` is that answer's text, "" where there was none. `without` are filters of the question, as written, that
    are not applied.
    """

    question: str
    id: str | int | None = None
    earlier: tuple[str, ...] = ()
    answered: str = ""
    without: tuple[str, ...] = ()

    @property
    def label(self) -> dict[str, Any]:
        """{"id": ...} where there is one, to put in front of the reply."""
        return {} if self.id is None else {"id": self.id}


def read(path: Path) -> list[BatchQuestion]:
    """The questions in `path`. Raises QuestionError, naming the line, for what is not one."""
    asked = [parse(data, where) for where, data in json_lines(path)]
    if not asked:
        raise QuestionError(f'{path} holds no question. Each line is {{"id": ..., "question": ...}}')
    return asked


def json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    """What JSON each line of `path` holds, with its place, "file:line". Raises QuestionError for what is not JSON."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # a JSON string may hold what splitlines() splits at
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
    """`data`, the JSON of a line, as a question. Raises QuestionError, naming `where` it stands, where it is none."""
    try:
        said: dict[str, list[Any]] = {"user": [], "assistant": [""]}
        for turn in data.get("history") or []:
            said.setdefault(turn["role"], []).append(turn["content"])
        without = tuple(data.get("without") or [])
        asked = BatchQuestion(data["question"], data["id"], tuple(said["user"]), said["assistant"][-1], without)
    except (TypeError, KeyError, AttributeError) as fault:
        raise QuestionError(f'{where} is not a question. Each line is {{"id": ..., "question": ...}}') from fault
    if not all(isinstance(text, str) for text in (asked.question, *asked.earlier, asked.answered, *asked.without)):
        raise QuestionError(f"{where}: the question is not text.")
    return asked
