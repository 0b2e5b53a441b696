"""The vectors of papers that a build has embedded so far, so that a build that was killed goes on where it was.

They are in one SQLite file beside the generations, by the content of the paper. The next build of the same index takes
them from there if its model, its chunking and its basis are the same; once a build ends, the file is removed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.index.vectors import PaperVectors
from rag.paper import Paper

if TYPE_CHECKING:
    import numpy as np

CHECKPOINT_FILE = "embedded.db"
_TABLES = """
CREATE TABLE IF NOT EXISTS made_with (text TEXT, basis BLOB);
CREATE TABLE IF NOT EXISTS papers (key BLOB PRIMARY KEY, rows BLOB, lengths BLOB, words BLOB) WITHOUT ROWID;
"""


class Checkpoint:
    """The file in `index_dir`, created when the first vectors are saved.

    `made_with` is what determines the vectors, as JSON can hold it. `basis` is that of the word embeddings, float32 of
    (model dimensions, dimensions): None until a build determines it.
    """

    def __init__(self, index_dir: Path, made_with: dict[str, Any], basis: np.ndarray | None) -> None:
        self._file = index_dir / CHECKPOINT_FILE
        self._made_with = json.dumps(made_with, sort_keys=True)
        self._database: sqlite3.Connection | None = None
        self.basis = basis
        if self._file.exists():
            self._resume()

    def close(self) -> None:
        """Closes the file, which stays for the next build."""
        if self._database:
            self._database.close()
            self._database = None

    def discard(self) -> None:
        """Removes the file."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)

    def has(self, paper: Paper) -> bool:
        """Whether the vectors of `paper` are in the file."""
        if self._database is None:
            return False
        return bool(self._database.execute("SELECT 1 FROM papers WHERE key = ?", (paper.content,)).fetchone())

    def load(self, papers: Sequence[Paper]) -> dict[Paper, PaperVectors]:
        """The vectors of those of `papers` that are in the file, their words as int8 of (words, dimensions)."""
        if self._database is None or self.basis is None:
            return {}
        found = {}
        for paper in papers:
            query = self._database.execute("SELECT rows, lengths, words FROM papers WHERE key = ?", (paper.content,))
            if row := query.fetchone():
                found[paper] = _from_bytes(*row, *self.basis.shape)
        return found

    def save(self, vectors: Sequence[tuple[Paper, PaperVectors]]) -> None:
        """Adds the `vectors` of papers, their words on the `basis`, which must be set. They are then safe on disk."""
        import numpy as np

        database = self._open()
        if not database.execute("SELECT 1 FROM made_with").fetchone():
            basis = np.asarray(self.basis, dtype=np.float32).tobytes()
            database.execute("INSERT INTO made_with VALUES (?, ?)", (self._made_with, basis))
        rows = [
            (paper.content, of.rows.tobytes(), of.passage_lengths.tobytes(), of.words.tobytes())
            for paper, of in vectors
        ]
        database.executemany("INSERT OR REPLACE INTO papers VALUES (?, ?, ?, ?)", rows)
        database.commit()

    def _resume(self) -> None:
        """Opens the file. One that is damaged, or that was made with something else, is removed."""
        import numpy as np

        try:
            row = self._open().execute("SELECT text, basis FROM made_with").fetchone()
        except sqlite3.DatabaseError:
            row = None
        if row and row[0] == self._made_with:
            basis = np.frombuffer(row[1], np.float32).reshape(json.loads(row[0])["dimensions"], -1)
            if self.basis is None or np.array_equal(self.basis, basis):
                self.basis = basis
                return
        self.discard()

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            self._database = sqlite3.connect(self._file)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.executescript(_TABLES)
        return self._database


def _from_bytes(rows: bytes, lengths: bytes, words: bytes, dimensions: int, kept: int) -> PaperVectors:
    import numpy as np

    return PaperVectors(
        np.frombuffer(rows, np.float32).reshape(-1, dimensions),
        np.frombuffer(lengths, np.float32),
        np.frombuffer(words, np.int8).reshape(-1, kept),
    )
