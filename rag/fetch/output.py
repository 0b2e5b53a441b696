"""A file of papers in the making: whole when it appears, and continued where an interrupted fetch stopped.

Beside the file lie, until it is whole, its first part (``.part``) and how much of that is safe (``.state``).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.errors import FetchError
from rag.fetch.service import Page
from rag.paper import Paper
from rag.sources import Skipped

_MAX_NAMED = 1_000  # records and ids that are named one by one
_WITHOUT_ABSTRACT = "no abstract"


@dataclass
class State:
    """How far a fetch of `request` is: `size` are the bytes of the part, all from pages before `cursor`.

    `papers` are written; those `without_abstract`, those `left_out` for another reason, and the `unknown` ids are not.
    `named` says which are left out or unknown, and why.
    """

    request: dict[str, str]
    cursor: str = ""
    size: int = 0
    papers: int = 0
    without_abstract: int = 0
    left_out: int = 0
    unknown: int = 0
    total: int = 0
    notice: str = ""
    named: list[str] = field(default_factory=list)


class Output:
    """The papers of one fetch on their way to the file `path`."""

    def __init__(self, path: Path, state: State, part: FileIO, seen: set[str]) -> None:
        self.path, self.state = path, state
        self._part, self._seen = part, seen
        part.truncate(state.size)
        part.seek(state.size)

    def add(self, record: Paper | Skipped) -> None:
        """Writes `record` if it is a paper that is not in the file yet, and counts it if it is none."""
        if isinstance(record, Paper):
            fields = _fields(record)
            if (identity := _identity(fields)) not in self._seen:
                self._seen.add(identity)
                self._part.write(json.dumps(fields, ensure_ascii=False).encode() + b"\n")
                self.state.papers += 1
        elif record.reason.startswith(_WITHOUT_ABSTRACT):
            self.state.without_abstract += 1
        else:
            self.state.left_out += 1
            self._name(record.reason)

    def note(self, page: Page) -> None:
        """Takes what `page` says besides its records."""
        self.state.cursor, self.state.total, self.state.notice = page.cursor, page.total, page.notice
        self.state.unknown += len(page.unknown)
        self._name(*page.unknown)

    def save(self) -> None:
        """Makes what there is safe: the next fetch continues at the cursor of the page that was noted last."""
        os.fsync(self._part.fileno())
        self.state.size = self._part.tell()
        _write_through(_beside(self.path, "state"), json.dumps(asdict(self.state)).encode())

    def finish(self) -> None:
        """Gives the file its name, if there is a paper in it."""
        os.fsync(self._part.fileno())
        self._part.close()
        part = _beside(self.path, "part")
        if self.state.papers:
            part.replace(self.path)
        else:
            part.unlink()
        _beside(self.path, "state").unlink(missing_ok=True)

    def _name(self, *reasons: str) -> None:
        self.state.named += reasons[: _MAX_NAMED - len(self.state.named)]


@contextmanager
def opened(path: Path, request: dict[str, str], limit: int) -> Iterator[Output]:
    """The output to `path`, continued if there is a part of the same `request` with at most `limit` papers.

    Raises FetchError if it cannot be written, or is being written by another process.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=0):
            state, seen = _resumed(path, request, limit) or (State(request), set())
            try:
                with _beside(path, "part").open("r+b" if state.cursor else "w+b", buffering=0) as part:
                    yield Output(path, state, part, seen)
            finally:
                _tidy(path, lock)
    except Timeout:
        raise FetchError(f"{path} is being fetched by another process. Wait for it.") from None
    except OSError as fault:
        reason = fault.strerror or fault
        raise FetchError(f"{path} cannot be written: {reason}. Make room, or name another folder: --out") from fault


def _tidy(path: Path, lock: Path) -> None:
    """Leaves only what the next fetch continues."""
    if not _beside(path, "state").exists():
        _beside(path, "part").unlink(missing_ok=True)
    with suppress(OSError):  # an open file cannot be deleted on Windows
        lock.unlink()


def _resumed(path: Path, request: dict[str, str], limit: int) -> tuple[State, set[str]] | None:
    """The state of an interrupted fetch, and the identities of its papers; None if it cannot be continued."""
    try:
        state = State(**json.loads(_beside(path, "state").read_bytes()))
        if state.request != request or not state.cursor or state.papers > limit:
            return None
        with _beside(path, "part").open("rb") as part:
            seen = {_identity(json.loads(part.readline())) for _ in range(state.papers)}
            whole = part.tell() == state.size and len(seen) == state.papers
        return (state, seen) if whole else None
    except (OSError, ValueError, TypeError, AttributeError, KeyError):  # there is none, or it is damaged
        return None


def _write_through(path: Path, content: bytes) -> None:
    """Replaces the file `path` at once, so that a reader finds the old content or the new."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _beside(path: Path, ending: str) -> Path:
    """Not an extension that files of papers have, so that a folder can be read while it is filled."""
    return path.with_name(f"{path.name}.{ending}")


def _fields(paper: Paper) -> dict[str, object]:
    """`paper` as a line of a JSONL file has it, without what is empty."""
    fields = {
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": paper.authors,
        "year": paper.year,
        "ids": paper.ids,
        "url": paper.url,
        "source": paper.source,
    }
    return {name: value for name, value in fields.items() if value}


def _identity(fields: Mapping[str, Any]) -> str:
    """The first id, which a service gives each record, or else the title."""
    ids = fields.get("ids")
    return str(ids[0] if ids else fields["title"])
