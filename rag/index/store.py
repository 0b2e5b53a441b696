"""An open index: SQLite for papers and sentences, arrays for words, Chroma for vectors. Read only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rag.errors import StoreError
from rag.index import bm25, generations, maxsim, projection
from rag.index.bm25 import BM25Index
from rag.index.filters import Field, Filters
from rag.index.maxsim import MaxSimIndex
from rag.index.projection import Projection
from rag.index.vectors import GRANULARITIES, Granularity
from rag.language.passages import first_positions
from rag.language.sentences import Span, span_texts
from rag.paper import Paper
from rag.text import one_line

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection as Vectors

SCHEMA = 6  # of a generation's files; one built with another is refused, not misread
VOCABULARY = "vocabulary"  # the Chroma collection of the words, each named by its stem
AT_A_TIME = 10_000  # vectors asked of Chroma by name, which makes each a parameter of SQL: SQLite limits their number
AMONG = "IN (SELECT value FROM json_each(?))"  # one parameter, however many papers: SQLite limits their number
_KNOWN: dict[Field, str] = {
    "year": "SELECT 1 FROM papers WHERE year IS NOT NULL LIMIT 1",
    "author": "SELECT 1 FROM authors LIMIT 1",
    "source": "SELECT 1 FROM sources WHERE plain != '' LIMIT 1",
}


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
    def paper_count(self) -> int:
        """How many papers the index holds."""
        return int(self.manifest["counts"]["papers"])

    @cached_property
    def _database(self) -> sqlite3.Connection:
        return _connect(self.folder)

    @cached_property
    def _chroma(self) -> Client:
        return chroma(self.folder)

    @cached_property
    def _collections(self) -> dict[str, Vectors]:
        return {
            kind: self._chroma.get_collection(kind, embedding_function=None) for kind in (*GRANULARITIES, VOCABULARY)
        }

    @cached_property
    def bm25(self) -> BM25Index:
        """BM25 of every word in every paper."""
        return bm25.load(self.folder / "bm25.npz")

    @cached_property
    def maxsim(self) -> MaxSimIndex:
        """Every word of every paper in its context."""
        return maxsim.load(self.folder)

    @cached_property
    def projection(self) -> Projection:
        """The map of the papers."""
        return projection.load(self.folder)

    def close(self) -> None:
        """Lets go of the files; the store is not used after."""
        self._database.close()
        self._chroma.close()

    def paper(self, number: int) -> Paper:
        """The paper with this number, from 1. Raises StoreError where none has it."""
        for row in self.rows("SELECT * FROM papers WHERE id = ?", number):
            return paper_of(row)
        raise StoreError(f"No paper has the number {number}. Search for it by its title: rag search TITLE")

    def titles(self) -> list[str]:
        """The titles of all papers, in the order of their numbers."""
        return [title for (title,) in self._database.execute("SELECT title FROM papers ORDER BY id")]

    def numbers(self, titles: Collection[str]) -> frozenset[int]:
        """The numbers of the papers with these titles."""
        return self._numbers(f"SELECT id FROM papers WHERE title {AMONG}", json.dumps(list(titles)))

    def spans(self, number: int) -> list[Span]:
        """The sentences of that paper's abstract, in order."""
        rows = self._database.execute("SELECT start, stop FROM sentences WHERE paper = ? ORDER BY n", (number,))
        return [Span(start, stop) for start, stop in rows]

    def has_field(self, field: Field) -> bool:
        """Whether any paper here tells its `field`. Where none does, a filter on it would say nothing but "none"."""
        return self._database.execute(_KNOWN[field]).fetchone() is not None

    def matching(self, filters: Filters) -> frozenset[int] | None:
        """The numbers of the papers that pass `filters`; None, which is all of them, where there are none.

        A paper that does not tell its year passes no filter on years, and likewise for authors and sources.
        """
        if not filters:
            return None
        found = []
        if filters.years:
            found.append(self._numbers("SELECT id FROM papers WHERE year BETWEEN ? AND ?", *filters.period))
        for author in filters.authors:  # all its words, in any order, in the name of one author
            query = " ".join(f'"{word}"' for word in author.text.split())
            found.append(self._numbers("SELECT paper FROM authors WHERE authors MATCH ?", query))
        if filters.sources:
            sql = "SELECT id FROM papers JOIN sources USING (source) WHERE instr(plain, ?)"
            found.append(frozenset().union(*(self._numbers(sql, source.text) for source in filters.sources)))
        return frozenset.intersection(*found)

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """What `sql` selects from papers.db."""
        return self._database.execute(sql, values).fetchall()

    def _numbers(self, sql: str, *values: object) -> frozenset[int]:
        return frozenset(number for (number,) in self._database.execute(sql, values))

    def nearest_words(self, vectors: Sequence[Sequence[float]], limit: int) -> list[dict[str, float]]:
        """For each vector the `limit` nearest words of the collection, as stems, with their cosines, best first."""
        collection = self._collections[VOCABULARY]
        count = min(limit, self.manifest["counts"][VOCABULARY])
        if not vectors or not count:
            return [{} for _ in vectors]
        found = collection.query(query_embeddings=list(vectors), n_results=count, include=["distances"])
        return [
            dict(zip(stems, (1.0 - distance for distance in distances), strict=True))
            for stems, distances in zip(found["ids"], found["distances"] or [], strict=True)
        ]

    def nearest(
        self, kind: Granularity, vector: list[float], limit: int, among: Collection[int] | None = None
    ) -> dict[int, float]:
        """Papers by the cosine of their nearest vector of `kind` to `vector`, best first, from `limit` vectors.

        Where `among` is given, only papers with these numbers, and `limit` vectors of theirs.
        """
        names = None if among is None else self._names(kind, among)
        if names is None or len(names) > limit:
            ranked = self._search(kind, vector, limit, names)
        else:
            ranked = self._cosines(kind, names, vector) if names else []
        best: dict[int, float] = {}
        for name, cosine in ranked:
            best.setdefault(int(name.split(".")[0]), cosine)
        return best

    def _names(self, kind: Granularity, among: Collection[int]) -> list[str]:
        """The ids of the vectors of `kind` that these papers have."""
        sql = f"SELECT id FROM vectors WHERE granularity = ? AND paper {AMONG}"
        return [name for (name,) in self._database.execute(sql, (kind, json.dumps(list(among))))]

    def _search(
        self, kind: Granularity, vector: list[float], limit: int, names: list[str] | None
    ) -> list[tuple[str, float]]:
        """The `limit` nearest of the vectors with these names, or of all, by Chroma's graph, each with its cosine."""
        collection = self._collections[kind]
        found = collection.query(
            query_embeddings=vector,
            ids=names,
            n_results=min(limit, collection.count()),
            include=["distances"],
        )
        distances = (found["distances"] or [[]])[0]
        return [(name, 1.0 - distance) for name, distance in zip(found["ids"][0], distances, strict=True)]

    def _cosines(self, kind: Granularity, names: list[str], vector: list[float]) -> list[tuple[str, float]]:
        """All vectors with these names, each with its cosine, best first: exact, and faster than the graph for few."""
        cosines = (self._vectors(kind, names) @ vector).tolist()  # both of length 1
        return sorted(zip(names, cosines, strict=True), key=lambda pair: -pair[1])

    def _vectors(self, kind: Granularity, names: list[str]) -> np.ndarray:
        """The vectors with these names, in their order: float32 of (names, dimensions)."""
        import numpy as np

        collection = self._collections[kind]
        distinct = list(dict.fromkeys(names))
        by_name: dict[str, Any] = {}
        for first in range(0, len(distinct), AT_A_TIME):
            found = collection.get(distinct[first : first + AT_A_TIME], include=["embeddings"])
            by_name |= zip(found["ids"], found["embeddings"], strict=True)  # type: ignore[arg-type] # asked for above
        return np.array([by_name[name] for name in names], dtype=np.float32)

    def paper_vectors(self, numbers: Sequence[int]) -> np.ndarray:
        """Vectors of these papers as a whole, in this order: float32 of (papers, dimensions)."""
        return self._vectors("papers", list(map(str, numbers)))

    def sentence_vectors(self, numbers: Sequence[int]) -> list[np.ndarray]:
        """Of each of these papers the vectors of its sentences, in order: float32 of (sentences, dimensions)."""
        names: list[list[str]] = []
        for number in numbers:
            texts = span_texts(self.paper(number).abstract, self.spans(number))
            place = first_positions(texts)  # a sentence that comes again has the vector of its first place
            names.append([f"{number}.{place[text]}" for text in texts])
        vectors = self._vectors("sentences", [name for of_paper in names for name in of_paper])
        ends = list(accumulate(map(len, names)))
        return [vectors[end - len(of_paper) : end] for end, of_paper in zip(ends, names, strict=True)]


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
        generations.hold(folder, store)
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
    if store.bm25.paper_count != rows:
        raise ValueError(f"the words are of {store.bm25.paper_count} papers, not {rows}")
    if len(store.maxsim.ranges) != rows + 1:
        raise ValueError(f"the contexts are of {len(store.maxsim.ranges) - 1} papers, not {rows}")
    if len(store.projection.points) != rows:
        raise ValueError(f"the map is of {len(store.projection.points)} papers, not {rows}")
    anywhere = [1.0] * store.manifest["embedding"]["dimensions"]
    try:
        for kind in (*GRANULARITIES, VOCABULARY):
            held = store._collections[kind].count()
            if held != counts[kind]:
                raise ValueError(f"Chroma holds {held} vectors of {kind}, not {counts[kind]}")
        store.nearest_words([anywhere], 1)
        if not all(store.nearest(kind, anywhere, 1) for kind in GRANULARITIES):
            raise ValueError("Chroma finds nothing")
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


def papers_in(folder: Path) -> list[Paper]:
    """The papers of the generation in `folder`, of which nothing else is opened. Raises sqlite3.Error."""
    with closing(_connect(folder)) as database:
        return [paper_of(row) for row in database.execute("SELECT * FROM papers ORDER BY id")]


def paper_of(row: sqlite3.Row) -> Paper:
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
