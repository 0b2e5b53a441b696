"""Who is signed in where: sessions in an SQLite file that only this user of the machine can read.

A browser holds a random token, the file only its hash. A session is tied to the password that began it: with a new
password, or without the person, it ends.
"""

from __future__ import annotations

import hmac
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from rag.errors import KeepingError
from rag.web.access.people import Person
from rag.web.keys import hashed, is_key, new_key

SESSIONS = "sessions.db"
SESSION_DAYS = 30
MAX_SESSIONS = 20  # of one person: the oldest end
_BUSY_SECONDS = 10.0  # to wait while another process writes
_SCHEMA = "CREATE TABLE IF NOT EXISTS sessions (token TEXT PRIMARY KEY, name TEXT, proof TEXT, until REAL)"


class Sessions:
    """The sessions kept in the folder `index_dir`. Calls may come from any thread. All raise KeepingError if the file
    cannot be used."""

    def __init__(self, index_dir: Path) -> None:
        self._file = index_dir / SESSIONS

    def begin(self, person: Person) -> str:
        """A new session; its token."""
        token = new_key(32)
        with self._open() as database:
            database.execute("DELETE FROM sessions WHERE until < ?", (time.time(),))
            row = (hashed(token), person.name, _proof(token, person), time.time() + SESSION_DAYS * 86_400)
            database.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", row)
            oldest = "SELECT token FROM sessions WHERE name = ? ORDER BY until DESC, rowid DESC LIMIT -1 OFFSET ?"
            database.execute(f"DELETE FROM sessions WHERE token IN ({oldest})", (person.name, MAX_SESSIONS))
        return token

    def person(self, token: str, known: Sequence[Person]) -> Person | None:
        """Who of those `known` holds `token`, if their session goes on."""
        if not is_key(token):
            return None
        with self._open() as database:
            sql = "SELECT name, proof FROM sessions WHERE token = ? AND until > ?"
            row = database.execute(sql, (hashed(token), time.time())).fetchone()
        name, proof = row or ("", "")
        person = next((person for person in known if person.name == name), None)
        return person if person and hmac.compare_digest(proof, _proof(token, person)) else None

    def end(self, token: str) -> None:
        """Ends a session, if there is one."""
        with self._open() as database:
            database.execute("DELETE FROM sessions WHERE token = ?", (hashed(token),))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
            with closing(sqlite3.connect(self._file, timeout=_BUSY_SECONDS)) as database:
                database.execute("PRAGMA secure_delete = on")
                with database:
                    database.execute(_SCHEMA)
                    yield database
        except (OSError, sqlite3.Error) as fault:
            if isinstance(fault, sqlite3.DatabaseError) and not isinstance(fault, sqlite3.OperationalError):
                with suppress(OSError):
                    self._file.unlink()  # it is damaged, and holds nothing but sessions: everybody signs in again
            raise KeepingError(f"Sessions cannot be kept in {self._file}: {fault}. Sign in again.") from fault


def _proof(token: str, person: Person) -> str:
    """Ties a session to the person's password, without telling anything of either."""
    return hmac.new(person.digest, token.encode(), "sha256").hexdigest()
