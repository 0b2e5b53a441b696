"""Readers' ratings of answers, kept as JSON lines that `rag eval` can read as judged questions."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.answer.types import Answer
from rag.errors import StoreError
from rag.query.understanding import written_filters
from rag.text import normalize, one_line, replace_surrogates

MAX_NOTE_CHARS = 1_000
MAX_RATINGS_BYTES = 100_000_000  # of all ratings
LOCK_TIMEOUT = 10.0  # seconds


def record(file: Path, id: str, answer: Answer, good: bool, note: str = "", history: Sequence[Answer] = ()) -> None:
    """Appends the rating of `answer` to `file`; several threads and processes may do so at once.

    `id` identifies the turn of a conversation: a later rating with the same `id` replaces an earlier one. `note` is the
    reader's comment, cut at MAX_NOTE_CHARS. `history` holds the earlier answers of the conversation, oldest first.
    Raises StoreError if `file` cannot be written, or is full.
    """
    line = replace_surrogates(json.dumps(_rating(id, answer, good, note, history), ensure_ascii=False))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock", timeout=LOCK_TIMEOUT):
            _append(file, f"{line}\n".encode())
    except (OSError, Timeout) as fault:
        reason = "another program has locked it" if isinstance(fault, Timeout) else fault.strerror
        raise StoreError(f"Cannot write to {file}: {reason}. Make it writable, then rate the answer again.") from fault


def _append(file: Path, line: bytes) -> None:
    """Adds `line` to `file`, whole or not at all: half a line would spoil the next one too."""
    with open(file, "ab", buffering=0, opener=_open_for_owner) as out:
        end = out.seek(0, os.SEEK_END)
        if end + len(line) > MAX_RATINGS_BYTES:
            raise StoreError(
                f"{file} has reached {MAX_RATINGS_BYTES // 1_000_000} MB. Move it aside, then rate the answer again."
            )
        try:
            if out.write(line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            out.truncate(end)
            raise


def _open_for_owner(file: str, flags: int) -> int:
    """Opens `file`, which its owner alone may read; so may one of an earlier version from now on."""
    descriptor = os.open(file, flags, 0o600)
    if os.fstat(descriptor).st_mode & 0o077:
        with suppress(OSError):  # it is another user's, who lets us write to it
            os.chmod(file, 0o600)
    return descriptor


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
