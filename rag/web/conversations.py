"""Conversations as they are kept, over reloads and restarts: one SQLite file beside the index, each with its owner."""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import ConversationError
from rag.text import one_line
from rag.web import turns
from rag.web.turns import Turn

FILE = "conversations.db"
TITLE = 120  # characters of a title, which is the first question
LISTED = 200  # conversations, the newest; older ones open by their address
MOST_TURNS = 100  # of one conversation
PATIENCE = 10  # seconds to wait for another process that writes

TABLE = """
CREATE TABLE IF NOT EXISTS conversations (id TEXT PRIMARY KEY, owner TEXT, title TEXT, changed TEXT, turns TEXT);
CREATE INDEX IF NOT EXISTS conversations_by_owner ON conversations (owner, changed);
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation in a list: its id, which nobody can guess, and its title."""

    id: str
    title: str


class Conversations:
    """The conversations kept in the folder `index_dir`. Whoever is not the owner finds none.

    Each call opens the file anew, so that calls may come from any thread. All raise ConversationError where the file
    cannot be used.
    """

    def __init__(self, index_dir: Path) -> None:
        self._file = index_dir / FILE

    def new(self) -> str:
        """An id for a conversation."""
        return secrets.token_urlsafe(12)

    def of(self, owner: str) -> list[Kept]:
        """The conversations of `owner`, the last changed first."""
        with self._open() as database:
            sql = "SELECT id, title FROM conversations WHERE owner = ? ORDER BY changed DESC LIMIT ?"
            return [Kept(*row) for row in database.execute(sql, (owner, LISTED))]

    def load(self, owner: str, name: str) -> list[Turn]:
        """The turns of a conversation. Raises ConversationError where `owner` has none of that `name`."""
        with self._open() as database:
            sql = "SELECT turns FROM conversations WHERE id = ? AND owner = ?"
            row = database.execute(sql, (name, owner)).fetchone()
        if row is None:
            raise ConversationError("There is no such conversation here. It may be deleted, or another browser's.")
        try:
            return turns.load(row[0])
        except ValueError as fault:
            raise ConversationError("This conversation was kept by another version and cannot be shown.") from fault

    def save(self, owner: str, name: str, said: Sequence[Turn]) -> None:
        """Keeps `said`, at least one turn, in place of what was kept under `name`, unless that is another's."""
        values = (name, owner, one_line(said[0].question)[:TITLE], _now(), turns.dump(said))
        sql = (
            "INSERT INTO conversations VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET title = excluded.title, "
            "changed = excluded.changed, turns = excluded.turns WHERE owner = excluded.owner"
        )
        with self._open() as database:
            database.execute(sql, values)

    def delete(self, owner: str, name: str) -> None:
        """Forgets a conversation for good."""
        with self._open() as database:
            database.execute("DELETE FROM conversations WHERE id = ? AND owner = ?", (name, owner))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self._file, timeout=PATIENCE)
            try:
                with database:
                    database.executescript(TABLE)
                    database.execute("PRAGMA secure_delete = on")  # what is deleted is gone from the file too
                    yield database
            finally:
                database.close()
        except (OSError, sqlite3.Error) as fault:
            raise ConversationError(
                f"Conversations cannot be kept in {self._file}: {fault}. "
                "Make the folder writable, or choose another with --index."
            ) from fault


def is_name(text: str) -> bool:
    """Whether `text` may be the id of a conversation or of an owner."""
    return re.fullmatch(r"[\w-]{16,64}", text, re.ASCII) is not None


def _now() -> str:
    return datetime.now(UTC).isoformat()
