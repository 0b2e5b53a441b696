"""Conversations, kept over reloads and restarts in one SQLite file beside the index: a row per turn and per paper."""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import ConversationError
from rag.text import one_line
from rag.web import records
from rag.web.turns import Turn

DATABASE = "conversations.db"
MAX_TITLE_CHARS = 120  # of a conversation, which is titled by its first question
MAX_LISTED = 200  # conversations, the newest; older ones open by their address
MAX_TURNS = 100  # of one conversation
_BUSY_TIMEOUT = 10  # seconds to wait while another process writes

_VERSION = 1  # of the tables below; 0 is an empty file or one of version 0.4.0
_SCHEMA = """
CREATE TABLE conversations (id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, changed TEXT NOT NULL);
CREATE TABLE turns (
    conversation TEXT REFERENCES conversations ON DELETE CASCADE, n INTEGER, content TEXT NOT NULL,
    PRIMARY KEY (conversation, n)
);
CREATE TABLE papers (
    conversation TEXT REFERENCES conversations ON DELETE CASCADE, id TEXT, n INTEGER NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (conversation, id)
);
CREATE INDEX conversations_of_owner ON conversations (owner, changed);
"""  # papers.n is the first turn that refers to the paper


@dataclass(frozen=True, slots=True)
class ListedConversation:
    """A conversation in a list: its id, which nobody can guess, and its title."""

    id: str
    title: str


class Conversations:
    """The conversations kept in the folder `index_dir`. Only its owner finds a conversation.

    Each call opens the file anew, so calls may come from any thread. All raise ConversationError if the file cannot be
    used.
    """

    def __init__(self, index_dir: Path) -> None:
        self._file = index_dir / DATABASE

    def new(self) -> str:
        """An id for a conversation."""
        return secrets.token_urlsafe(12)

    def of(self, owner: str) -> list[ListedConversation]:
        """The conversations of `owner`, the last changed first."""
        with self._open() as database:
            sql = "SELECT id, title FROM conversations WHERE owner = ? ORDER BY changed DESC LIMIT ?"
            return [ListedConversation(*row) for row in database.execute(sql, (owner, MAX_LISTED))]

    def load(self, owner: str, name: str) -> list[Turn]:
        """The turns of a conversation. Raises ConversationError if `owner` has none of that `name`."""
        with self._open() as database:
            sql = "SELECT turns.content FROM turns JOIN conversations ON id = conversation WHERE id = ? AND owner = ?"
            turns = [content for (content,) in database.execute(f"{sql} ORDER BY n", (name, owner))]
            papers = dict(database.execute("SELECT id, content FROM papers WHERE conversation = ?", (name,)))
        if not turns:
            raise ConversationError(
                "There is no such conversation here. It was deleted, or it belongs to another browser."
            )
        try:
            return [records.load(turn, papers) for turn in turns]
        except ValueError as fault:
            raise ConversationError("This conversation was kept by another version and cannot be shown.") from fault

    def save(self, owner: str, name: str, n: int, turn: Turn, *, last: bool = True) -> None:
        """Keeps `turn` as turn `n` of the conversation `name`, unless that is another's.

        If it is the `last`, all turns after it are forgotten, with the papers that only they refer to.
        """
        with self._open() as database:
            if _claim(database, owner, name, n, turn):
                _write(database, name, n, turn, last)

    def delete(self, owner: str, name: str) -> None:
        """Forgets a conversation for good."""
        with self._open() as database:
            database.execute("DELETE FROM conversations WHERE id = ? AND owner = ?", (name, owner))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self._file, timeout=_BUSY_TIMEOUT)
            try:
                database.execute("PRAGMA secure_delete = on")  # what is deleted is gone from the file too
                _prepare(database)
                database.execute("PRAGMA foreign_keys = on")
                with database:
                    yield database
            finally:
                database.close()
        except (OSError, sqlite3.Error) as fault:
            raise ConversationError(
                f"Conversations cannot be kept in {self._file}: {fault}. "
                "Make the folder writable, or choose another with --index."
            ) from fault


def is_name(text: str) -> bool:
    """Whether `text` can be the id of a conversation or of an owner."""
    return re.fullmatch(r"[\w-]{16,64}", text, re.ASCII) is not None


def _claim(database: sqlite3.Connection, owner: str, name: str, n: int, turn: Turn) -> bool:
    """Notes that the conversation has changed; the first turn names it. False if it is another's."""
    sql = (
        "INSERT INTO conversations VALUES (:name, :owner, :title, :now) ON CONFLICT (id) DO UPDATE SET "
        "changed = excluded.changed, title = CASE :n WHEN 0 THEN excluded.title ELSE title END "
        "WHERE owner = excluded.owner"
    )
    title = one_line(turn.question)[:MAX_TITLE_CHARS]
    now = datetime.now(UTC).isoformat()
    return database.execute(sql, {"name": name, "owner": owner, "title": title, "now": now, "n": n}).rowcount == 1


def _write(database: sqlite3.Connection, name: str, n: int, turn: Turn, last: bool) -> None:
    content, papers = records.dump(turn)
    if last:
        database.execute("DELETE FROM turns WHERE conversation = ? AND n > ?", (name, n))
        database.execute("DELETE FROM papers WHERE conversation = ? AND n >= ?", (name, n))
    database.execute("INSERT OR REPLACE INTO turns VALUES (?, ?, ?)", (name, n, content))
    rows = [(name, id_, n, paper) for id_, paper in papers.items()]
    database.executemany("INSERT OR IGNORE INTO papers VALUES (?, ?, ?, ?)", rows)


def _prepare(database: sqlite3.Connection) -> None:
    """Makes the tables of this version, of those of 0.4.0 where the file holds these."""
    if _version(database):
        return
    database.execute("BEGIN IMMEDIATE")  # one transaction, schema included
    if not _version(database):  # no other process was faster
        released = _take_released(database)
        for statement in _SCHEMA.split(";"):
            database.execute(statement)
        for row in released:
            _convert(database, *row)
        database.execute(f"PRAGMA user_version = {_VERSION}")
    database.commit()


def _version(database: sqlite3.Connection) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def _take_released(database: sqlite3.Connection) -> list[tuple[str, str, str, str, str]]:
    """The rows of 0.4.0's only table, which makes room for the new one."""
    if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'conversations'").fetchone():
        return []
    rows = database.execute("SELECT id, owner, title, changed, turns FROM conversations").fetchall()
    database.execute("DROP TABLE conversations")
    return rows


def _convert(database: sqlite3.Connection, name: str, owner: str, title: str, changed: str, text: str) -> None:
    """Keeps a conversation of 0.4.0. One that cannot be read stays as it is, and `load` says so."""
    database.execute("INSERT INTO conversations VALUES (?, ?, ?, ?)", (name, owner, title, changed))
    try:
        turns = records.load_released(text)
    except ValueError:
        database.execute("INSERT INTO turns VALUES (?, 0, ?)", (name, text))
        return
    for n, turn in enumerate(turns):
        _write(database, name, n, turn, last=False)
