"""One generation of the index, open for reading: papers, their words, and their vectors."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import StoreError
from rag.index import bm25, generations, maxsim, papers_database, projection
from rag.index.bm25 import BM25Index
from rag.index.filters import Field, Filters
from rag.index.maxsim import MaxSimIndex
from rag.index.papers_database import IN_JSON, paper_from_row
from rag.index.projection import Projection
from rag.index.vector_database import VOCABULARY, VectorDatabase
from rag.index.vectors import Granularity, paper_number
from rag.language.passages import first_positions
from rag.language.sentences import Span, span_texts
from rag.paper import Paper

if TYPE_CHECKING:
    import numpy as np

_ANY_WITH: dict[Field, str] = {
    "year": "SELECT 1 FROM papers WHERE year IS NOT NULL LIMIT 1",
    "author": "SELECT 1 FROM authors LIMIT 1",
    "source": "SELECT 1 FROM sources WHERE normalized != '' LIMIT 1",
}


@dataclass(frozen=True)
class Store:
    """One complete generation. Papers are numbered from 1. Threads may share a store.

    Parts are read on first use, so a damaged one fails then: `rag.index.opening.open_current` verifies all of them.
    """

    folder: Path
    manifest: dict[str, Any]

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
        return papers_database.connect(self.folder)

    @cached_property
    def vectors(self) -> VectorDatabase:
        """All vectors, by granularity and id."""
        return VectorDatabase(self.folder)

    @cached_property
    def bm25(self) -> BM25Index:
        """The BM25 weight of every word in every paper."""
        return bm25.load(self.folder / "bm25.npz")

    @cached_property
    def maxsim(self) -> MaxSimIndex:
        """The embeddings of every paper's content words in context."""
        return maxsim.load(self.folder)

    @cached_property
    def projection(self) -> Projection:
        """The map of the papers."""
        return projection.load(self.folder)

    def close(self) -> None:
        """Closes the files. The store cannot be used afterwards."""
        self._database.close()
        self.vectors.close()

    def paper(self, number: int) -> Paper:
        """The paper with this number. Raises StoreError if there is none."""
        for row in self.rows("SELECT * FROM papers WHERE id = ?", number):
            return paper_from_row(row)
        raise StoreError(f"No paper has the number {number}. Search for it by its title: rag search TITLE")

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

    def spans(self, number: int) -> list[Span]:
        """The sentences of that paper's abstract, in order."""
        rows = self.rows("SELECT start, stop FROM sentences WHERE paper = ? ORDER BY n", number)
        return [Span(start, stop) for start, stop in rows]

    def has_field(self, field: Field) -> bool:
        """Whether any paper has this `field`; if none has, a filter on it would only hide everything."""
        return bool(self.rows(_ANY_WITH[field]))

    def matching(self, filters: Filters) -> frozenset[int] | None:
        """The numbers of the papers that pass `filters`; None, meaning all papers, without filters.

        A paper without a year passes no filter on years, and likewise for authors and sources.
        """
        if not filters:
            return None
        found = []
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
        """The rows that `sql` selects from papers.db."""
        return self._database.execute(sql, values).fetchall()

    def _numbers(self, sql: str, *values: object) -> frozenset[int]:
        return frozenset(number for (number,) in self.rows(sql, *values))

    def nearest_words(self, vectors: Sequence[Sequence[float]], limit: int) -> list[dict[str, float]]:
        """For each of `vectors` the stems of the `limit` nearest words of the collection, with cosines, best first."""
        return [dict(neighbours) for neighbours in self.vectors.search(VOCABULARY, vectors, limit)]

    def nearest(
        self, granularity: Granularity, vector: Sequence[float], limit: int, among: Collection[int] | None = None
    ) -> dict[int, float]:
        """The papers that own the `limit` vectors nearest to `vector`, each with its highest cosine, best first.

        With `among`, only papers with these numbers, and the nearest `limit` of their vectors.
        """
        ids = None if among is None else self._vector_ids(granularity, among)
        if ids is None or len(ids) > limit:
            (ranked,) = self.vectors.search(granularity, [vector], limit, ids)
        else:
            ranked = self._cosines(granularity, ids, vector) if ids else []
        best: dict[int, float] = {}
        for id, cosine in ranked:
            best.setdefault(paper_number(id), cosine)
        return best

    def _vector_ids(self, granularity: Granularity, among: Collection[int]) -> list[str]:
        """The ids of these papers' vectors."""
        sql = f"SELECT id FROM vectors WHERE granularity = ? AND paper {IN_JSON}"
        return [id for (id,) in self.rows(sql, granularity, json.dumps(list(among)))]

    def _cosines(self, granularity: Granularity, ids: list[str], vector: Sequence[float]) -> list[tuple[str, float]]:
        """All vectors with these ids, each with its cosine, best first: exact, and for few faster than the graph."""
        cosines = (self.vectors.get(granularity, ids) @ vector).tolist()  # both of length 1
        return sorted(zip(ids, cosines, strict=True), key=lambda pair: -pair[1])

    def paper_vectors(self, numbers: Sequence[int]) -> np.ndarray:
        """The vectors of these papers as a whole, in this order: float32 of (papers, dimensions)."""
        return self.vectors.get("papers", list(map(str, numbers)))

    def sentence_vectors(self, numbers: Sequence[int]) -> list[np.ndarray]:
        """For each of these papers the vectors of its sentences, in order: float32 of (sentences, dimensions)."""
        ids: list[list[str]] = []
        for number in numbers:
            texts = span_texts(self.paper(number).abstract, self.spans(number))
            positions = first_positions(texts)  # a repeated sentence shares the vector of its first occurrence
            ids.append([f"{number}.{positions[text]}" for text in texts])
        vectors = self.vectors.get("sentences", [id for of_paper in ids for id in of_paper])
        ends = list(accumulate(map(len, ids)))
        return [vectors[end - len(of_paper) : end] for end, of_paper in zip(ends, ids, strict=True)]
