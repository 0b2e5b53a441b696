"""Files of questions: JSON lines {"id", "question", "history"?}, as `rag search` and `rag ask` read them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import QuestionError


@dataclass(frozen=True)
class Asked:
    """A question with the user's `earlier` questions of the same conversation, oldest first."""

    question: str
    id: str | int | None = None
    earlier: tuple[str, ...] = ()

    @property
    def label(self) -> dict[str, Any]:
        """{"id": ...} where there is one, to put in front of the reply."""
        return {} if self.id is None else {"id": self.id}


def read(path: Path) -> list[Asked]:
    """The questions in `path`. Raises QuestionError, naming the line, for what is not one."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # a JSON string may hold what splitlines() splits at
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "not UTF-8 text"
        raise QuestionError(f"Cannot read questions from {path}: {reason}. Give a JSONL file: --batch FILE") from fault
    asked = [_parse(line, f"{path.name}:{n}") for n, line in enumerate(lines, 1) if line.strip()]
    if not asked:
        raise QuestionError(f'{path} holds no question. Each line is {{"id": ..., "question": ...}}')
    return asked


def _parse(line: str, where: str) -> Asked:
    try:
        data = json.loads(line)
        turns = [turn["content"] for turn in data.get("history") or [] if turn["role"] == "user"]
        asked = Asked(data["question"], data["id"], tuple(turns))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise QuestionError(f'{where} is not a question. Each line is {{"id": ..., "question": ...}}') from fault
    if not all(isinstance(text, str) for text in (asked.question, *asked.earlier)):
        raise QuestionError(f"{where}: the question is not text.")
    return asked
