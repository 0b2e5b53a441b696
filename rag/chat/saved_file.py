"""The file of the saved questions: its tables, its transactions, and what a user is told where it fails."""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from rag.errors import KeepingError
from rag.index.disk import is_no_room

SAVED_FILE = "saved.db"  # in the folder of the index, so that it outlives every generation
TIMEOUT = 5.0  # seconds to wait while another process writes
_VERSION = 1
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLES = (
    "CREATE TABLE questions (n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,"
    " question TEXT NOT NULL, without TEXT NOT NULL, typed TEXT NOT NULL, origin TEXT NOT NULL, since TEXT NOT NULL,"
    " generation TEXT NOT NULL, headline TEXT NOT NULL, refused INTEGER NOT NULL, matching INTEGER NOT NULL,"
    " is_listing INTEGER NOT NULL,"
    " seen BLOB NOT NULL, latest BLOB NOT NULL, news BLOB, earlier BLOB, UNIQUE (owner, question, without))",
    "CREATE TABLE known (paper BLOB PRIMARY KEY, edition INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE editions (n INTEGER PRIMARY KEY, generation TEXT NOT NULL)",
)


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """A transaction that only reads the database `file`; where there is none yet, one that is empty.

    Raises KeepingError if it cannot be read, or a newer version of rag wrote it.
    """
    with _explained(file), closing(_connect(file if file.exists() else None)) as database:
        _prepare(database, file)
        database.execute("BEGIN")
        yield database
        database.execute("COMMIT")


@contextmanager
def writing(file: Path) -> Iterator[sqlite3.Connection]:
    """A transaction that changes the database `file`, whole or, if an exception ends it, not at all.

    Raises KeepingError if it cannot be written, or a newer version of rag wrote it.
    """
    with _explained(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite would make it readable by all
        with closing(_connect(file)) as database:  # what is not committed when it is closed did not happen
            _prepare(database, file)
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")


def _connect(file: Path | None) -> sqlite3.Connection:
    database = sqlite3.connect(file or ":memory:", timeout=TIMEOUT, isolation_level=None)
    with suppress(sqlite3.Error):  # a file that is none fails when it is used
        database.execute("PRAGMA secure_delete = on")  # what is removed is gone from the file too
    return database


def _prepare(database: sqlite3.Connection, file: Path) -> None:
    """Makes the tables in a new file."""
    if _version(database) == _VERSION:
        return
    if _version(database) > _VERSION:
        raise KeepingError(f"The saved questions in {file} were written by a newer version of rag. Update rag.")
    database.execute("BEGIN IMMEDIATE")
    if _version(database) == 0:  # no other process was faster
        for table in _TABLES:
            database.execute(table)
        database.execute(f"PRAGMA user_version = {_VERSION}")
    database.execute("COMMIT")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    """Turns what goes wrong with `file` into a KeepingError: what, where, and what to do."""
    try:
        yield
    except (OSError, sqlite3.Error) as fault:
        raise KeepingError(_explanation(file, fault)) from fault


def _explanation(file: Path, fault: OSError | sqlite3.Error) -> str:
    code = (getattr(fault, "sqlite_errorcode", 0) or 0) & 0xFF
    if code in _BUSY:
        return f"Saved questions cannot be read or kept now: another program has locked {file}. Try again."
    if code in _DAMAGED or file.is_dir():
        parts = [part for part in (file, file.with_name(f"{file.name}-journal")) if part.exists()]
        moves = " && ".join(shlex.join(["mv", str(part), f"{part}.damaged"]) for part in parts)
        return f"Saved questions cannot be read: {file} is damaged. Move it aside: {moves}"
    if is_no_room(fault, file.parent):
        return f"Saved questions cannot be kept: the disk of {file} is full. Free some space, then try again."
    reason = getattr(fault, "strerror", None) or fault
    return f"Saved questions cannot be kept in {file}: {reason}. Make the folder writable, then try again."
