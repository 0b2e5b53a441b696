"""Readers' ratings of answers, kept as JSON lines that `rag eval` can read as judged questions."""

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
from rag.text import normalize, one_line, replace_surrogates

MAX_NOTE_CHARS = 1_000
LOCK_TIMEOUT = 10.0  # seconds


def record(file: Path, id: str, answer: Answer, good: bool, note: str = "", history: Sequence[Answer] = ()) -> None:
    """Appends the rating of `answer` to `file`; several threads and processes may do so at once.

    `id` identifies the turn of a conversation: a later rating with the same `id` replaces an earlier one. `note` is the
    reader's comment, cut at MAX_NOTE_CHARS. `history` holds the earlier answers of the conversation, oldest first.
    Raises StoreError if `file` cannot be written.
    """
    line = replace_surrogates(json.dumps(_rating(id, answer, good, note, history), ensure_ascii=False))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with (
            FileLock(f"{file}.lock", timeout=LOCK_TIMEOUT),
            file.open("a", encoding="utf-8", newline="\n") as out,
        ):
            out.write(f"{line}\n")
    except (OSError, Timeout) as fault:
        reason = "another program has locked it" if isinstance(fault, Timeout) else fault.strerror
        raise StoreError(f"Cannot write to {file}: {reason}. Make it writable, then rate the answer again.") from fault


def _rating(id: str, answer: Answer, good: bool, note: str, history: Sequence[Answer]) -> dict[str, Any]:
    titles = _cited_titles(answer)
    # A bad answer does not tell what a good one would cite: without "relevant", `rag eval` skips it.
    judgement = {"relevant": dict.fromkeys(titles, 1), "evidence": _evidence(answer)} if good else {"cited": titles}
    rating = {
        "id": id,
        "type": "feedback",
        "question": answer.question,
        "without": sorted(written_filters(answer.question).difference(answer.filters)),
        "history": [message for earlier in history for message in _messages(earlier)],
        "good": good,
        "note": one_line(note)[:MAX_NOTE_CHARS],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return rating | judgement


def _cited_titles(answer: Answer) -> list[str]:
    return list(dict.fromkeys(citation.paper.title for citation in answer.citations))


def _evidence(answer: Answer) -> list[dict[str, str]]:
    quotes = dict.fromkeys((citation.paper.title, citation.quote) for citation in answer.citations)
    return [{"title": title, "sentence": quote} for title, quote in quotes if normalize(quote)]


def _messages(answer: Answer) -> list[dict[str, str]]:
    """The question and the titles that the answer cites. Without any, follow-ups refer to the answer before it."""
    messages = [{"role": "user", "content": answer.question}]
    if titles := _cited_titles(answer):
        messages.append({"role": "assistant", "content": "\n".join(titles)})
    return messages
