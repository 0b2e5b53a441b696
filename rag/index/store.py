"""An open index: SQLite for papers, sentences and words, Chroma for vectors. Read only."""

from __future__ import annotations

import json
import math
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from rag import passages
from rag.errors import StoreError
from rag.index import generations
from rag.papers import Paper, one_line
from rag.passages import Span

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client

SCHEMA = 1  # of a generation's files; one built with another is refused, not misread
Kind = Literal["papers", "passages", "sentences"]
KINDS: tuple[Kind, ...] = ("papers", "passages", "sentences")  # one Chroma collection each


@dataclass(frozen=True)
class Store:
    """One complete generation. Safe to share between threads."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def rebuild_hint(self) -> str:
        """The command that builds this index anew from the same paths."""
        return generations.rebuild_hint(self.folder.parent, self.manifest["paths"])

    @property
    def papers(self) -> int:
        """How many papers the index holds."""
        return int(self.manifest["counts"]["papers"])

    @cached_property
    def _database(self) -> sqlite3.Connection:
        return _connect(self.folder)

    @cached_property
    def _chroma(self) -> Client:
        return chroma(self.folder)

    def close(self) -> None:
        """Lets go of the files; the store is not used after."""
        self._database.close()
        self._chroma.close()

    def paper(self, number: int) -> Paper:
        """The paper with this number, from 1."""
        row = self._database.execute("SELECT * FROM papers WHERE id = ?", (number,)).fetchone()
        return _paper_of(row)

    def spans(self, number: int) -> list[Span]:
        """The sentences of that paper's abstract, in order."""
        rows = self._database.execute("SELECT start, stop FROM sentences WHERE paper = ? ORDER BY n", (number,))
        return [Span(start, stop) for start, stop in rows]

    def words(self, query: str, limit: int) -> dict[int, float]:
        """Papers that match an FTS5 `query`, best first, with their BM25 (positive, a title word counts twice)."""
        rows = self._database.execute(
            "SELECT rowid, -bm25(words, 2.0, 1.0) FROM words WHERE words MATCH ? ORDER BY 2 DESC, 1 LIMIT ?",
            (query, limit),
        )
        return dict(rows.fetchall())

    def term_weights(self, terms: list[str]) -> dict[str, float]:
        """What each of `terms` is worth in telling papers apart: the inverse document frequency of BM25."""
        sql = "SELECT count(*) FROM words WHERE words MATCH ?"
        found = {term: self._database.execute(sql, (f'"{term}"',)).fetchone()[0] for term in terms}
        return {term: math.log(1 + (self.papers - n + 0.5) / (n + 0.5)) for term, n in found.items()}

    def holds(self, number: int, term: str) -> bool:
        """Whether that paper's title or abstract holds `term` in any grammatical form."""
        sql = "SELECT 1 FROM words WHERE words MATCH ? AND rowid = ?"
        return self._database.execute(sql, (f'"{term}"', number)).fetchone() is not None

    def nearest(self, kind: Kind, vector: list[float], limit: int) -> dict[int, float]:
        """Papers by the cosine of their nearest vector of `kind` to `vector`, best first, from `limit` vectors."""
        collection = self._chroma.get_collection(kind, embedding_function=None)
        found = collection.query(
            query_embeddings=vector,
            n_results=min(limit, collection.count()),
            include=["distances"],
        )
        best: dict[int, float] = {}
        for name, distance in zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True):
            best.setdefault(int(name.split(".")[0]), 1.0 - distance)
        return best

    def sentence_vectors(self, number: int) -> np.ndarray:
        """Vectors of that paper's sentences, in order: float32 of (sentences, dimensions)."""
        import numpy as np

        texts = passages.texts(self.paper(number).abstract, self.spans(number))
        place = passages.places(texts)  # a sentence that comes again has the vector of its first place
        names = [f"{number}.{place[text]}" for text in texts]
        collection = self._chroma.get_collection("sentences", embedding_function=None)
        found = collection.get(list(dict.fromkeys(names)), include=["embeddings"])
        by_name = dict(zip(found["ids"], found["embeddings"], strict=True))  # type: ignore[arg-type] # asked for above
        return np.array([by_name[name] for name in names], dtype=np.float32)


def open_current(index_dir: Path) -> Store:
    """The current generation of `index_dir`, checked.

    Raises StoreError where there is none, or it is damaged or of another schema.
    """
    folder, hint = generations.current(index_dir), generations.rebuild_hint(index_dir)
    if folder is None:
        raise StoreError(f"There is no index in {index_dir}. {hint}")
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["schema"] != SCHEMA:
            raise StoreError(f"The index in {index_dir} was built by another version of rag. {hint}")
        store = Store(folder, manifest)
        hint = store.rebuild_hint
        verify(store)
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error) as fault:
        raise StoreError(f"The index in {index_dir} is damaged ({_reason(fault)}). {hint}") from fault
    return store


def verify(store: Store) -> None:
    """Checks that all parts are whole and agree with the manifest; raises ValueError or sqlite3.Error if not."""
    from chromadb.errors import ChromaError

    for name, size in store.manifest["files"].items():
        if not (store.folder / name).is_file() or (store.folder / name).stat().st_size != size:
            raise ValueError(f"{name} is missing or cut off")
    for name in ("papers.db", "chroma/chroma.sqlite3"):
        _check_pages(store.folder / name)
    counts: dict[str, int] = store.manifest["counts"]
    rows = store._database.execute("SELECT count(*) FROM papers").fetchone()[0]
    if rows != counts["papers"]:
        raise ValueError(f"papers.db holds {rows} papers, not {counts['papers']}")
    anywhere = [1.0] * store.manifest["embedding"]["dimensions"]
    try:
        for kind in KINDS:
            held = store._chroma.get_collection(kind, embedding_function=None).count()
            if held != counts[kind] or not store.nearest(kind, anywhere, 1):
                raise ValueError(f"Chroma holds {held} vectors of {kind}, not {counts[kind]}")
    except ChromaError as fault:
        raise ValueError(f"Chroma: {fault}") from fault


def _check_pages(file: Path) -> None:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
        if (found := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise ValueError(f"{file.name}: {found}")


def _connect(folder: Path) -> sqlite3.Connection:
    """The generation's papers.db, read only and shareable; nothing writes to it once it is built."""
    uri = f"{(folder / 'papers.db').resolve().as_uri()}?mode=ro&immutable=1"
    database = sqlite3.connect(uri, uri=True, check_same_thread=False)
    database.row_factory = sqlite3.Row
    return database


def chroma(folder: Path) -> Client:
    """The generation's Chroma, with telemetry off."""
    import chromadb
    from chromadb.config import Settings

    return cast("Client", chromadb.PersistentClient(str(folder / "chroma"), Settings(anonymized_telemetry=False)))


def _paper_of(row: sqlite3.Row) -> Paper:
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


def _reason(fault: Exception) -> str:
    if isinstance(fault, OSError):
        return f"{Path(fault.filename).name}: {fault.strerror}" if fault.filename else str(fault)
    return one_line(str(fault)) or type(fault).__name__
