"""Readers' ratings of answers, one JSON line for each answer, which `rag eval` can read as judged questions."""

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
from rag.errors import KeepingError
from rag.index.disk import is_no_room
from rag.query.understanding import written_filters
from rag.text import normalize, one_line, replace_surrogates

MAX_NOTE_CHARS = 1_000
MAX_RATINGS_BYTES = 100_000_000  # of all ratings
LOCK_TIMEOUT = 10.0  # seconds


def record(file: Path, id: str, answer: Answer, good: bool, note: str = "", history: Sequence[Answer] = ()) -> None:
    """Keeps the rating of `answer` as a line of `file`; several threads and processes may do so at once.

    `id` identifies the turn of a conversation: a later rating with the same `id` replaces an earlier one. `note` is the
    reader's comment, cut at MAX_NOTE_CHARS. `history` holds the earlier answers of the conversation, oldest first.
    Raises KeepingError, and changes nothing, if `file` cannot be written, or is full.
    """
    line = _json(_rating(id, answer, good, note, history)) + b"\n"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock", timeout=LOCK_TIMEOUT):
            earlier = _latest(file, id)
            if not earlier:
                _append(file, line)
            elif _without_time(earlier) != _without_time(line):
                _replace(file.resolve(), id, line)
    except (OSError, Timeout) as fault:
        raise KeepingError(_explanation(file, fault)) from fault


def _explanation(file: Path, fault: OSError | Timeout) -> str:
    if isinstance(fault, Timeout):
        return f"Cannot write to {file}: another program has locked it. End that program, then rate the answer again."
    remedy = "Free some space" if is_no_room(fault, file.parent) else "Make it writable"
    return f"Cannot write to {file}: {fault.strerror}. {remedy}, then rate the answer again."


def _latest(file: Path, id: str) -> bytes:
    """The line of `file` that rates the same turn, the last one if an earlier version wrote several; b"" if none."""
    latest = b""
    if file.exists():
        with open(file, "rb") as lines:
            for line in lines:
                latest = line if _rates(line, id) else latest
    return latest


def _rates(line: bytes, id: str) -> bool:
    return line.startswith(b'{"id": %b,' % _json(id))


def _json(data: Any) -> bytes:
    return replace_surrogates(json.dumps(data, ensure_ascii=False)).encode()


def _without_time(line: bytes) -> dict[str, Any]:
    """The rating in `line`, whenever it was made; nothing if it cannot be read."""
    try:
        return {name: value for name, value in json.loads(line).items() if name != "at"}
    except ValueError:
        return {}


def _replace(file: Path, id: str, line: bytes) -> None:
    """Writes `line` in place of those of `file` that rate the same turn. Who reads it finds all ratings at any time."""
    part = file.with_name(f"{file.name}.part")  # the lock makes it ours; one that a killed process left is overwritten
    try:
        with open(file, "rb") as lines, open(part, "wb", opener=_open_for_owner) as out:
            for other in lines:
                if not _rates(other, id):
                    out.write(other.rstrip(b"\n") + b"\n")
            _check_size(file, out.tell() + len(line))
            out.write(line)
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _append(file: Path, line: bytes) -> None:
    """Adds `line` to `file`, whole or not at all: half a line would spoil the next one too."""
    with open(file, "a+b", buffering=0, opener=_open_for_owner) as out:
        end = out.seek(0, os.SEEK_END)
        out.seek(max(0, end - 1))
        if out.read(1) not in (b"", b"\n"):  # what was added by hand, or as the power went, is no part of ours
            line = b"\n" + line
        _check_size(file, end + len(line))
        try:
            if out.write(line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            out.truncate(end)
            raise


def _check_size(file: Path, size: int) -> None:
    """Raises KeepingError if `file` may not have so many bytes."""
    if size > MAX_RATINGS_BYTES:
        raise KeepingError(
            f"{file} has reached {MAX_RATINGS_BYTES // 1_000_000} MB. Move it aside, then rate the answer again."
        )


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
