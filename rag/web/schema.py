"""The tables that conversations are kept in, and how those of earlier versions become them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress

from rag.errors import ConversationFileError
from rag.text import normalize
from rag.web import records
from rag.web.keys import hashed

VERSION = 3  # of the tables below; 0 is an empty file or one of 0.4.0
_CONVERSATIONS = (
    "CREATE TABLE conversations (id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, changed TEXT NOT NULL,"
    " renamed INTEGER NOT NULL DEFAULT 0)",
    "CREATE INDEX conversations_of_owner ON conversations (owner, changed)",
)
# What a search compares: the lines of a turn, normalized. It is apart from the turns, which would take long to read.
_TEXTS = "CREATE TABLE texts (turn INTEGER PRIMARY KEY REFERENCES turns ON DELETE CASCADE, content BLOB NOT NULL)"
# A paper is kept once, whoever's turns refer to it, and for as long as one does.
_TURNS = (
    "CREATE TABLE turns (id INTEGER PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,"
    " n INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (conversation, n))",
    _TEXTS,
    "CREATE TABLE papers (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, content BLOB NOT NULL)",
    "CREATE TABLE mentions (turn INTEGER REFERENCES turns ON DELETE CASCADE, paper INTEGER REFERENCES papers,"
    " PRIMARY KEY (turn, paper)) WITHOUT ROWID",
    "CREATE INDEX mentions_of_paper ON mentions (paper)",
    "CREATE TRIGGER forget_paper AFTER DELETE ON mentions"
    " WHEN NOT EXISTS (SELECT 1 FROM mentions WHERE paper = old.paper)"
    " BEGIN DELETE FROM papers WHERE id = old.paper; END",
)
_RENAMED = "ALTER TABLE conversations ADD COLUMN renamed INTEGER NOT NULL DEFAULT 0"
_REFERENCE_1 = re.compile('"paper_id": "([0-9a-f]{16})"')  # in a turn of version 1


def prepare(database: sqlite3.Connection) -> None:
    """Makes the tables of this version, of those of an earlier one where the file holds these.

    Raises ConversationFileError, and changes nothing, if the file was written by a newer version.
    """
    found = _version(database)
    if found > VERSION:
        raise ConversationFileError(
            f"Conversations cannot be read or kept: {_file(database)} was written by a newer version of rag. "
            "Update rag, or choose another folder with --index."
        )
    if found == VERSION:
        return
    database.execute("PRAGMA auto_vacuum = FULL")  # of a new file; what is deleted makes it smaller
    database.execute("BEGIN IMMEDIATE")  # one transaction, schema included
    if _version(database) < VERSION:  # no other process was faster
        _migrate(database)
        database.execute(f"PRAGMA user_version = {VERSION}")
    database.execute("COMMIT")


def let_shrink(database: sqlite3.Connection) -> None:
    """Writes the file of an earlier version, which could only grow, anew, once: from now on it shrinks too."""
    if not database.execute("PRAGMA auto_vacuum").fetchone()[0]:
        database.execute("PRAGMA auto_vacuum = FULL")
        database.execute("VACUUM")


def write_turn(database: sqlite3.Connection, name: str, n: int, text: str, papers: Mapping[str, str]) -> None:
    """Keeps turn `n` of the conversation `name`, which has none yet: its `text`, and the `papers` it refers to."""
    values = (name, n, records.packed(text))
    turn = database.execute("INSERT INTO turns (conversation, n, content) VALUES (?, ?, ?)", values).lastrowid
    for hash_, paper in papers.items():
        find = "SELECT id FROM papers WHERE hash = ?"
        if not (found := database.execute(find, (hash_,)).fetchone()):
            database.execute("INSERT INTO papers (hash, content) VALUES (?, ?)", (hash_, records.packed(paper)))
            found = database.execute(find, (hash_,)).fetchone()
        database.execute("INSERT INTO mentions VALUES (?, ?)", (turn, *found))
    _write_text(database, turn, text, papers.values())


def copy_turn(database: sqlite3.Connection, turn: int, name: str) -> None:
    """Copies the turn with the id `turn`, but for its rating, to the same place in the conversation `name`."""
    (content,) = database.execute("SELECT content FROM turns WHERE id = ?", (turn,)).fetchone()
    with suppress(ValueError):  # what cannot be read stays as it is, and whoever opens it is told
        content = records.packed(records.unrated(records.unpacked(content)))
    sql = "INSERT INTO turns (conversation, n, content) SELECT ?, n, ? FROM turns WHERE id = ?"
    copy = database.execute(sql, (name, content, turn)).lastrowid
    database.execute("INSERT INTO mentions SELECT ?, paper FROM mentions WHERE turn = ?", (copy, turn))
    database.execute("INSERT INTO texts SELECT ?, content FROM texts WHERE turn = ?", (copy, turn))


def _write_text(database: sqlite3.Connection, turn: int | None, text: str, papers: Iterable[str]) -> None:
    content = "\n".join(map(normalize, records.lines(text, papers))).encode()
    database.execute("INSERT INTO texts VALUES (?, ?)", (turn, content))


def _version(database: sqlite3.Connection) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def _file(database: sqlite3.Connection) -> str:
    return str(database.execute("PRAGMA database_list").fetchone()[2])


def _migrate(database: sqlite3.Connection) -> None:
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if _version(database) == 2:
        _from_2(database)
        return
    if "turns" in tables:
        _from_1(database)
    else:
        _from_0(database, "conversations" in tables)
    # Until now an owner was the cookie that a browser is known by, readable by whoever reads the file.
    database.create_function("hashed", 1, hashed, deterministic=True)
    database.execute("UPDATE conversations SET owner = hashed(owner)")


def _from_0(database: sqlite3.Connection, has_rows: bool) -> None:
    """From 0.4.0, where a conversation is one JSON text, or from an empty file."""
    columns = "id, owner, title, changed, turns"
    rows = database.execute(f"SELECT {columns} FROM conversations").fetchall() if has_rows else []
    database.execute("DROP TABLE IF EXISTS conversations")
    for statement in (*_CONVERSATIONS, *_TURNS):
        database.execute(statement)
    for name, owner, title, changed, text in rows:
        database.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, 0)", (name, owner, title, changed))
        try:
            turns = records.load_released(text)
        except ValueError:
            write_turn(database, name, 0, text, {})  # it stays as it is, and whoever opens it is told
            continue
        for n, turn in enumerate(turns):
            write_turn(database, name, n, *records.dump(turn))


def _from_1(database: sqlite3.Connection) -> None:
    """From the version that keeps texts as they are, and each paper once in every conversation."""
    database.execute(_RENAMED)
    for table in ("turns", "papers"):
        database.execute(f"ALTER TABLE {table} RENAME TO {table}_1")
    for statement in _TURNS:
        database.execute(statement)
    for (name,) in database.execute("SELECT id FROM conversations").fetchall():
        papers = dict(database.execute("SELECT id, content FROM papers_1 WHERE conversation = ?", (name,)))
        hashes = {id_: records.paper_id(paper) for id_, paper in papers.items()}
        for n, text in database.execute("SELECT n, content FROM turns_1 WHERE conversation = ?", (name,)).fetchall():
            mentioned = sorted(set(_REFERENCE_1.findall(text)) & papers.keys())
            for id_ in mentioned:
                text = text.replace(f'"paper_id": "{id_}"', f'"paper_id": "{hashes[id_]}"')
            write_turn(database, name, n, text, {hashes[id_]: papers[id_] for id_ in mentioned})
    for table in ("turns", "papers"):
        database.execute(f"DROP TABLE {table}_1")


def _from_2(database: sqlite3.Connection) -> None:
    """From the version in which conversations can be neither renamed nor searched."""
    database.execute(_RENAMED)
    database.execute(_TEXTS)
    mentioned = "SELECT content FROM papers JOIN mentions ON paper = papers.id WHERE turn = ?"
    for (turn,) in database.execute("SELECT id FROM turns").fetchall():
        (content,) = database.execute("SELECT content FROM turns WHERE id = ?", (turn,)).fetchone()
        try:
            papers = [records.unpacked(paper) for (paper,) in database.execute(mentioned, (turn,))]
            _write_text(database, turn, records.unpacked(content), papers)
        except ValueError:  # whoever opens it is told
            continue
