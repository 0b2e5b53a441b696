"""The papers of a generation in SQLite, `papers.db`: their fields, their sentences, and what filters look up."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from rag.language.sentences import split_sentences
from rag.paper import Paper
from rag.text import normalize

PAPERS_FILE = "papers.db"
IN_JSON = "IN (SELECT value FROM json_each(?))"  # one parameter, however many values: SQLite limits their number

_TABLES = """
CREATE TABLE papers (
    id INTEGER PRIMARY KEY, title TEXT, abstract TEXT, authors TEXT, year INTEGER,
    ids TEXT, url TEXT, source TEXT, digest INTEGER
);
CREATE TABLE sentences (paper INTEGER, n INTEGER, start INTEGER, stop INTEGER, PRIMARY KEY (paper, n)) WITHOUT ROWID;
CREATE INDEX papers_in_order ON papers (year DESC, title COLLATE NOCASE);
CREATE INDEX papers_by_source ON papers (source);
CREATE TABLE sources (source TEXT PRIMARY KEY, normalized TEXT) WITHOUT ROWID;
CREATE VIRTUAL TABLE authors USING fts5 (name, paper UNINDEXED, tokenize = 'unicode61');
"""


def create(folder: Path) -> sqlite3.Connection:
    """A new database in `folder` with its tables, empty and open for writing."""
    database = sqlite3.connect(folder / PAPERS_FILE, check_same_thread=False)
    database.executescript(_TABLES)
    return database


def copy(folder: Path, into: Path) -> sqlite3.Connection:
    """A copy of the database in `folder`, which nothing writes to, in the folder `into`, open for writing."""
    shutil.copyfile(folder / PAPERS_FILE, into / PAPERS_FILE)
    return sqlite3.connect(into / PAPERS_FILE, check_same_thread=False)


def connect(folder: Path) -> sqlite3.Connection:
    """The database in `folder`, read-only and shareable between threads: nothing writes to it once it is built."""
    uri = f"{(folder / PAPERS_FILE).resolve().as_uri()}?mode=ro&immutable=1"
    database = sqlite3.connect(uri, uri=True, check_same_thread=False)
    database.row_factory = sqlite3.Row
    return database


def insert_papers(database: sqlite3.Connection, chunk: Iterable[tuple[int, Paper]]) -> None:
    """Inserts numbered papers, with their sentences, authors and sources."""
    for number, paper in chunk:
        _insert_fields(database, number, paper)
        spans = split_sentences(paper.abstract)
        sentences = [(number, n, span.start, span.end) for n, span in enumerate(spans)]
        database.executemany("INSERT INTO sentences VALUES (?, ?, ?, ?)", sentences)


def _insert_fields(database: sqlite3.Connection, number: int, paper: Paper) -> None:
    row = (paper.title, paper.abstract, json.dumps(paper.authors), paper.year, json.dumps(paper.ids))
    database.execute(
        "INSERT INTO papers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (number, *row, paper.url, paper.source, paper.digest)
    )
    database.execute("INSERT OR IGNORE INTO sources VALUES (?, ?)", (paper.source, normalize(paper.source)))
    names = [(normalize(author), number) for author in paper.authors]
    database.executemany("INSERT INTO authors VALUES (?, ?)", names)


def update_papers(
    database: sqlite3.Connection,
    removed: Sequence[int],
    moved: Sequence[tuple[int, int]],
    edited: Iterable[tuple[int, Paper]],
) -> None:
    """Removes the papers with these numbers, moves others to a free number, then changes the fields of the `edited`.

    Of these, title and abstract are as before.
    """
    gone = json.dumps(list(removed))
    for table, column in (("papers", "id"), ("sentences", "paper"), ("authors", "paper")):
        database.execute(f"DELETE FROM {table} WHERE {column} {IN_JSON}", (gone,))
        changes = [(now, before) for before, now in moved]
        database.executemany(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", changes)
    for number, paper in edited:
        database.execute("DELETE FROM papers WHERE id = ?", (number,))
        database.execute("DELETE FROM authors WHERE paper = ?", (number,))
        _insert_fields(database, number, paper)
    database.execute("DELETE FROM sources WHERE source NOT IN (SELECT source FROM papers)")


def paper_from_row(row: sqlite3.Row) -> Paper:
    """A row of the table `papers` as a Paper."""
    return Paper(
        title=row["title"],
        abstract=row["abstract"],
        authors=tuple(json.loads(row["authors"])),
        year=row["year"],
        ids=tuple(json.loads(row["ids"])),
        url=row["url"],
        source=row["source"],
        digest=bool(row["digest"]),
    )


def read_papers(folder: Path) -> list[Paper]:
    """All papers of the generation in `folder`, by number; nothing else of it is opened. Raises sqlite3.Error."""
    with closing(connect(folder)) as database:
        return [paper_from_row(row) for row in database.execute("SELECT * FROM papers ORDER BY id")]
