"""The file of the conversations: who may read it, its transactions, and what a user is told where it fails."""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ConversationFileError
from rag.index.disk import has_no_inodes, is_no_room
from rag.web import schema

BUSY_TIMEOUT = 5.0  # seconds to wait while another process writes
_OWNER_ONLY = 0o600
_PARTS = ("", "-journal", "-wal", "-shm")  # of a database: its file, and those that SQLite puts beside it

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a user wants of the file: what they are told if it fails, and what to do once the cause is gone."""

    failed: str
    again: str


KEEP = Purpose("Conversations cannot be kept", "ask again")
RATE = Purpose("Your rating was not kept", "rate the answer again")
RENAME = Purpose("The conversation was not renamed", "rename it again")
BRANCH = Purpose("The conversation was not copied", "copy it again")
DELETE = Purpose("The conversation was not deleted", "delete it again")


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """A transaction that only reads the database `file`; where there is none yet, one that is empty.

    Raises ConversationFileError if the file cannot be read, or was written by a newer version.
    """
    with _explained(file), closing(_connect(file if file.exists() else None)) as database:
        _tighten(file)
        schema.prepare(database)
        database.execute("BEGIN")
        yield database
        database.execute("COMMIT")


@contextmanager
def writing(file: Path, purpose: Purpose = KEEP) -> Iterator[sqlite3.Connection]:
    """A transaction that changes the database `file`, whole or, if an exception ends it, not at all.

    Raises ConversationFileError, which names the user's `purpose`, if the file cannot be written, or was written by a
    newer version.
    """
    with _explained(file, purpose):
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, _OWNER_ONLY))  # SQLite would make it readable by all
        _tighten(file)
        with closing(_connect(file)) as database:  # what is not committed when it is closed did not happen
            schema.prepare(database)
            schema.let_shrink(database)
            database.execute("PRAGMA foreign_keys = on")
            database.execute("BEGIN IMMEDIATE")  # a change of what was read before another process wrote fails
            yield database
            database.execute("COMMIT")


def _connect(file: Path | None) -> sqlite3.Connection:
    database = sqlite3.connect(file or ":memory:", timeout=BUSY_TIMEOUT, isolation_level=None)
    try:
        database.execute("PRAGMA secure_delete = on")  # what is deleted is gone from the file too
    except sqlite3.Error:
        database.close()
        raise
    return database


def _tighten(file: Path) -> None:
    """Takes `file`, and what SQLite put beside it, from everybody but its owner, as far as it is ours."""
    for part in _parts(file):
        with suppress(OSError):  # it is another user's, or a journal that is gone by now
            if part.stat().st_mode & 0o077:
                part.chmod(_OWNER_ONLY)


def _parts(file: Path) -> list[Path]:
    paths = (file.with_name(file.name + part) for part in _PARTS)
    return [path for path in paths if path.exists()]


@contextmanager
def _explained(file: Path, purpose: Purpose = KEEP) -> Iterator[None]:
    """Turns what goes wrong with `file` into a ConversationFileError: what, where, and what to do."""
    try:
        yield
    except (OSError, sqlite3.Error) as fault:
        raise ConversationFileError(_explanation(file, fault, purpose)) from fault


def _explanation(file: Path, fault: OSError | sqlite3.Error, purpose: Purpose) -> str:
    code = (getattr(fault, "sqlite_errorcode", 0) or 0) & 0xFF  # the rest of it says more than a user needs
    if code in _BUSY:
        return (
            f"Conversations cannot be read or kept now: another program has locked {file}. "
            "End that program, or wait, then try again."
        )
    if file.is_dir():
        return f"{purpose.failed}: {file} is a folder. Move it aside: {_move_aside(file)}"
    if code in _DAMAGED:
        return f"Conversations cannot be read or kept: {file} is damaged ({fault}). Move it aside: {_move_aside(file)}"
    if has_no_inodes(file.parent):
        return f"{purpose.failed}: the disk of {file} can hold no more files. Delete some, then {purpose.again}."
    if is_no_room(fault, file.parent):
        return f"{purpose.failed}: the disk of {file} is full. Free some space, then {purpose.again}."
    reason = getattr(fault, "strerror", None) or fault
    return f"{purpose.failed} in {file}: {reason}. Make the folder writable, or choose another with --index."


def _move_aside(file: Path) -> str:
    """The command that keeps what is in the way of a new database. A journal left alone would spoil that."""
    moved = [(str(part.absolute()), f"{part.absolute()}.damaged") for part in _parts(file)]
    if os.name == "nt":
        return " && ".join(f'move "{old}" "{new}"' for old, new in moved)
    return " && ".join(shlex.join(["mv", old, new]) for old, new in moved)
