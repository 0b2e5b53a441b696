"""What readers think of answers, kept as questions that `rag eval` can ask again: one JSON line for each judgement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.answer.types import Answer
from rag.errors import StoreError
from rag.query.understanding import written_filters
from rag.text import normalize, one_line

MAX_NOTE = 1_000  # characters
WAIT = 10.0  # seconds for another who writes


def record(file: Path, id: str, answer: Answer, good: bool, note: str = "", history: Sequence[Answer] = ()) -> None:
    """Appends to `file` that `answer` is `good` or not; threads and processes may do so at once.

    `id` names the turn: who changes their mind records it again under the same `id`, and the last line counts. `note`
    is the reader's own words, cut at MAX_NOTE characters. `history` holds the earlier answers of the conversation,
    oldest first. Raises StoreError where `file` cannot be written.
    """
    line = json.dumps(_judgement(id, answer, good, note, history), ensure_ascii=False)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with (
            FileLock(f"{file}.lock", timeout=WAIT),
            file.open("a", encoding="utf-8", errors="replace", newline="\n") as out,
        ):
            out.write(f"{line}\n")
    except (OSError, Timeout) as fault:
        reason = "another program holds it" if isinstance(fault, Timeout) else fault.strerror
        raise StoreError(
            f"Cannot keep feedback in {file}: {reason}. Make room for it there, then try again."
        ) from fault


def _judgement(id: str, answer: Answer, good: bool, note: str, history: Sequence[Answer]) -> dict[str, Any]:
    titles = _titles(answer)
    # Of a bad answer nobody knows what would be right: without "relevant" it is not measured.
    right = {"relevant": dict.fromkeys(titles, 1), "evidence": _evidence(answer)} if good else {"cited": titles}
    whole = {
        "id": id,
        "type": "feedback",
        "question": answer.question,
        "without": sorted(written_filters(answer.question).difference(answer.filters)),
        "history": [turn for earlier in history for turn in _turns(earlier)],
        "good": good,
        "note": one_line(note)[:MAX_NOTE],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return whole | right


def _titles(answer: Answer) -> list[str]:
    """The titles that `answer` cites, once, in order."""
    return list(dict.fromkeys(citation.paper.title for citation in answer.citations))


def _evidence(answer: Answer) -> list[dict[str, str]]:
    quotes = dict.fromkeys((citation.paper.title, citation.quote) for citation in answer.citations)
    return [{"title": title, "sentence": quote} for title, quote in quotes if normalize(quote)]


def _turns(answer: Answer) -> list[dict[str, str]]:
    """A question and what it cited. One that cited nothing left what those before it cited."""
    said = [{"role": "user", "content": answer.question}]
    if titles := _titles(answer):
        said.append({"role": "assistant", "content": "\n".join(titles)})
    return said
