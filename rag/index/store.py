"""One generation of the index, open for reading: papers, their words, and their vectors."""

from __future__ import annotations

import json
import math
import sqlite3
import weakref
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import StoreError
from rag.index import (
    bm25,
    checksums,
    generations,
    identities,
    maxsim,
    papers_database,
    projection,
    vector_arrays,
    vocabulary,
)
from rag.index.bm25 import BM25Index
from rag.index.filters import Field, Filters
from rag.index.identities import Identities
from rag.index.maxsim import MaxSimIndex
from rag.index.papers_database import IN_JSON, paper_from_row
from rag.index.projection import Projection
from rag.index.served_vectors import ServedVectors
from rag.index.vector_arrays import VectorArrays
from rag.index.vector_database import VectorDatabase
from rag.index.vectors import PaperVectors, paper_number
from rag.index.vocabulary import Vocabulary
from rag.language.sentences import Span
from rag.paper import Paper

if TYPE_CHECKING:
    import numpy as np

    from rag.index.chroma_server import ChromaServer

# Passages that Chroma looks for, though fewer are taken. Of 1,800, it then finds the hundred nearest each time, instead
# of 98 times of 100; so its graphs, of which no two are alike, give the same answers. That takes a millisecond more.
_WIDTH = 500
EXACT_PAPERS = 5_000  # at most this many are always searched one and all; among more, Chroma may be faster
_ANY_WITH: dict[Field, str] = {
    "year": "SELECT 1 FROM papers WHERE year IS NOT NULL LIMIT 1",
    "author": "SELECT 1 FROM authors LIMIT 1",
    "source": "SELECT 1 FROM sources WHERE normalized != '' LIMIT 1",
    "papers": "SELECT 1 FROM papers LIMIT 1",
}


@dataclass(frozen=True)
class Store:
    """One complete generation. Papers are numbered from 1. Threads may share a store.

    The nearest passages are searched on the Chroma `server`, if there is one. Parts are read on first use, so a damaged
    one fails then: `rag.index.opening.open_current` verifies all of them.
    """

    folder: Path
    manifest: dict[str, Any]
    server: ChromaServer | None = None

    @property
    def rebuild_hint(self) -> str:
        """The command that rebuilds this index from the same paths."""
        return generations.rebuild_hint(self.folder.parent, self.manifest["paths"])

    @property
    def paper_count(self) -> int:
        """How many papers the index holds."""
        return int(self.manifest["counts"]["papers"])

    @cached_property
    def _database(self) -> sqlite3.Connection:
        database = papers_database.connect(self.folder)
        weakref.finalize(self, database.close)  # for a store that nobody closes, as after a rebuild
        return database

    @cached_property
    def chroma(self) -> VectorDatabase:
        """The vectors of passages in Chroma, which finds the nearest."""
        return VectorDatabase.reading(self.folder)

    @cached_property
    def _passages(self) -> VectorDatabase | ServedVectors:
        """Where the nearest passages are searched."""
        if self.server is None:
            return self.chroma
        vectors = int(self.manifest["counts"]["vectors"])
        return ServedVectors(self.server, self.folder, self.paper_count, vectors, lambda: self.chroma)

    @cached_property
    def arrays(self) -> VectorArrays:
        """The vectors of papers and sentences by number."""
        return vector_arrays.load(self.folder, self.manifest["embedding"]["dimensions"])

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the papers and their nearest others."""
        return vocabulary.load(self.folder, self.manifest["embedding"]["dimensions"])

    @cached_property
    def bm25(self) -> BM25Index:
        """The BM25 weight of every word in every paper."""
        return bm25.load(self.folder)

    @cached_property
    def maxsim(self) -> MaxSimIndex:
        """The embeddings of every paper's content words in context."""
        return maxsim.load(self.folder)

    @cached_property
    def projection(self) -> Projection:
        """The map of the papers."""
        return projection.load(self.folder)

    @cached_property
    def identities(self) -> Identities:
        """The papers by the hashes of their identities."""
        return identities.identities(self.rows(f"SELECT {identities.IDENTITY_COLUMNS} FROM papers ORDER BY id"))

    def close(self) -> None:
        """Closes the files. The store cannot be used afterwards."""
        opened = vars(self)  # what was not used was not opened
        for part in ("_database", "chroma"):
            if part in opened:
                opened[part].close()

    def paper(self, number: int) -> Paper:
        """The paper with this number. Raises StoreError if there is none."""
        return self.papers([number])[0]

    def papers(self, numbers: Sequence[int]) -> list[Paper]:
        """The papers with these numbers, in this order. Raises StoreError if there is none with one of them."""
        rows = self.rows(f"SELECT * FROM papers WHERE id {IN_JSON}", json.dumps(list(numbers)))
        by_number = {row["id"]: self.paper_of(row) for row in rows}
        for number in numbers:
            if number not in by_number:
                raise StoreError(f"No paper has the number {number}. Search for it by its title: rag search TITLE")
        return [by_number[number] for number in numbers]

    def paper_of(self, row: sqlite3.Row) -> Paper:
        """A row of the table `papers` as a Paper. Raises StoreError if it is not what was indexed."""
        self._compare(row["id"], 0, row)
        return paper_from_row(row)

    def texts(self) -> list[tuple[str, str]]:
        """Title and abstract of all papers, by number."""
        return [(title, abstract) for title, abstract in self.rows("SELECT title, abstract FROM papers ORDER BY id")]

    def titles(self) -> list[str]:
        """The titles of all papers, by number."""
        return [title for (title,) in self.rows("SELECT title FROM papers ORDER BY id")]

    def numbers_of(self, papers: Collection[Paper]) -> frozenset[int]:
        """The numbers of `papers`, each found by its title and abstract.

        A paper whose abstract is not in the index, which may have been rebuilt since, is found by its title alone. A
        paper whose title is not there either is left out.
        """
        titles = json.dumps([paper.title for paper in papers])
        # The inner query reads titles from an SQL index alone; rows hold abstracts and are long.
        sql = f"SELECT id, title, abstract FROM papers WHERE id IN (SELECT id FROM papers WHERE title {IN_JSON})"
        rows = self.rows(sql, titles)
        found: set[int] = set()
        for paper in papers:
            by_title = [row for row in rows if row["title"] == paper.title]
            exact = [row for row in by_title if row["abstract"] == paper.abstract]
            found.update(row["id"] for row in exact or by_title)
        return frozenset(found)

    def spans(self, numbers: Sequence[int]) -> list[list[Span]]:
        """For each of these papers the sentences of its abstract, in order.

        Raises StoreError if they are not those that were indexed.
        """
        sql = f"SELECT paper, start, stop FROM sentences WHERE paper {IN_JSON} ORDER BY paper, n"
        found: dict[int, list[tuple[int, int, int]]] = {number: [] for number in numbers}
        for number, start, stop in self.rows(sql, json.dumps(list(found))):
            found[number].append((number, start, stop))
        for number, spans in found.items():
            self._compare(number, 1, spans)
        return [[Span(start, stop) for _, start, stop in found[number]] for number in numbers]

    def has_field(self, field: Field) -> bool:
        """Whether any paper has this `field`; if none has, a filter on it would only hide everything."""
        return bool(self.rows(_ANY_WITH[field]))

    def matching(self, filters: Filters) -> frozenset[int] | None:
        """The numbers of the papers that pass `filters`; None, meaning all papers, without filters.

        A paper without a year passes no filter on years, and likewise for authors and sources.
        """
        if not filters:
            return None
        found = [each.numbers for each in filters.papers]
        if filters.years:
            found.append(self._numbers("SELECT id FROM papers WHERE year BETWEEN ? AND ?", *filters.period))
        for author in filters.authors:  # all words of the filter, in any order, in the name of one author
            query = " ".join(f'"{word}"' for word in author.text.split())
            found.append(self._numbers("SELECT paper FROM authors WHERE authors MATCH ?", query))
        if filters.sources:
            sql = "SELECT id FROM papers JOIN sources USING (source) WHERE instr(normalized, ?)"
            found.append(frozenset().union(*(self._numbers(sql, source.text) for source in filters.sources)))
        return frozenset.intersection(*found)

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """The rows that `sql` selects from papers.db. Raises StoreError if that is damaged."""
        try:
            return self._database.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as fault:
            raise generations.damage(self.folder.parent, f"{papers_database.PAPERS_FILE}: {fault}") from fault

    def _compare(self, number: int, column: int, values: Iterable[Any]) -> None:
        """Raises StoreError if `values` are not those of which the paper with this number has the checksum."""
        sums = self._checksums
        if sums is not None and checksums.checksum(values) != sums[number, column]:
            what = f"{papers_database.PAPERS_FILE} has another paper {number} than was indexed"
            raise generations.damage(self.folder.parent, what)

    @cached_property
    def _checksums(self) -> np.ndarray | None:
        """Those of the papers; None if an older version of rag built the index."""
        return checksums.load(self.folder) if checksums.CHECKSUMS_FILE in self.manifest["files"] else None

    def _numbers(self, sql: str, *values: object) -> frozenset[int]:
        return frozenset(number for (number,) in self.rows(sql, *values))

    def nearest(self, vector: np.ndarray, limit: int, among: Collection[int] | None = None) -> set[int]:
        """The papers that own the `limit` passages nearest to `vector`.

        With `among`, only papers with these numbers are considered.
        """
        if among is None:
            return self._nearest_passages(vector, limit)
        wider = math.ceil(limit * self.paper_count / max(len(among), 1))  # as many of all as have `limit` of them
        if len(among) <= max(EXACT_PAPERS, wider):
            return self._nearest_exactly(vector, limit, among)
        return self._nearest_passages(vector, wider) & set(among)

    def _nearest_passages(self, vector: np.ndarray, limit: int) -> set[int]:
        return set(map(paper_number, self._passages.search(vector, max(limit, _WIDTH))[:limit]))

    def _nearest_exactly(self, vector: np.ndarray, limit: int, among: Collection[int]) -> set[int]:
        """The `limit` papers of those in `among` that have the nearest passages."""
        import numpy as np

        numbers = np.array(sorted(among), dtype=np.int64)
        if len(numbers) > limit:
            cosines = self.arrays.cosines(numbers, vector).passages
            numbers = numbers[np.argpartition(-cosines, limit)[:limit]]
        return set(numbers.tolist())

    def vectors_of(self, number: int) -> PaperVectors:
        """The vectors of the paper with this number, its words as int8 of (words, dimensions)."""
        return PaperVectors(
            self.arrays.of_paper(number), self.arrays.passage_lengths(number), self.maxsim.of_paper(number)
        )

    def sentence_vectors(self, numbers: Sequence[int]) -> list[np.ndarray]:
        """For each of these papers the vectors of its sentences, in order: float32 of (sentences, dimensions)."""
        return [self.arrays.of_paper(number)[2:] for number in numbers]
