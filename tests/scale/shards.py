"""A word index and its vectors, really split into shards, each of which knows only its own papers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.index import arrays, bm25
from rag.index.bm25 import BM25Index
from rag.index.vector_database import VectorDatabase
from rag.retrieval.expansion import Term, bm25_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 5_000  # vectors that Chroma is given at once


@dataclass(frozen=True)
class Shard:
    """The word index of a part of the papers, which have numbers from 1 in it, and ``numbers[n]`` in the whole."""

    index: BM25Index
    numbers: NDArray[np.int64]

    def best(self, terms: Sequence[Term], count: int) -> Iterator[tuple[float, int]]:
        """Its `count` best papers with a score above 0: their scores, and their numbers in the whole."""
        scores = bm25_scores(terms, self.index)
        found = np.flatnonzero(scores)
        order = found[np.lexsort((self.numbers[found], -scores[found]))][:count]
        yield from zip(scores[order].tolist(), self.numbers[order].tolist(), strict=True)


def whole(index: BM25Index) -> Shard:
    """All papers as one shard."""
    return Shard(index, np.arange(index.paper_count + 1))


def merged(shards: Sequence[Shard], terms: Sequence[Term], count: int) -> list[int]:
    """The `count` best papers of all shards, as a router finds them: from the `count` best of each."""
    found = [entry for shard in shards for entry in shard.best(terms, count)]
    return [number for _, number in sorted(found, key=lambda entry: (-entry[0], entry[1]))[:count]]


def with_global_statistics(index: BM25Index, parts: NDArray[np.int64]) -> list[Shard]:
    """The shards of an index whose paper n is in shard ``parts[n]``, with the weights that the papers have in it."""
    return [_part(index, _numbers(parts, shard)) for shard in range(parts[1:].max() + 1)]


def with_local_statistics(index: BM25Index, parts: NDArray[np.int64], folder: Path) -> list[Shard]:
    """As `with_global_statistics`, each written by itself into `folder`: words are as rare as in the shard."""
    stems = list(index.terms)
    shards = []
    for shard in range(parts[1:].max() + 1):
        numbers, own = _numbers(parts, shard), folder / str(shard)
        own.mkdir(parents=True)
        papers = [_frequencies(index, number, stems) for number in numbers[1:].tolist()]
        bm25.write(own, papers, dict(zip(stems, index.surface_forms, strict=True)))
        shards.append(Shard(bm25.load(own), numbers))
    return shards


def _numbers(parts: NDArray[np.int64], shard: int) -> NDArray[np.int64]:
    return np.concatenate([[0], np.flatnonzero(parts[1:] == shard) + 1])


def _part(index: BM25Index, numbers: NDArray[np.int64]) -> Shard:
    """The postings of the papers `numbers`, with new numbers from 1."""
    renumbered = np.zeros(index.paper_count + 1, np.int32)
    renumbered[numbers] = np.arange(len(numbers))
    kept = renumbered[index.papers] > 0
    counts = np.concatenate([[0], np.cumsum(kept)])
    starts = index.paper_starts[numbers]
    sizes = index.paper_starts[numbers + 1] - starts
    sizes[0] = 0
    entries = arrays.rows_of(starts, sizes)
    own = replace(
        index,
        term_starts=counts[index.term_starts],
        papers=renumbered[index.papers[kept]],
        weights=index.weights[kept],
        paper_starts=np.concatenate([[0], np.cumsum(sizes)]),
        paper_terms=index.paper_terms[entries],
        paper_weights=index.paper_weights[entries],
        paper_counts=index.paper_counts[entries],
    )
    return Shard(own, numbers)


def _frequencies(index: BM25Index, number: int, stems: Sequence[str]) -> Mapping[str, int]:
    start, stop = index.paper_starts[number : number + 2].tolist()
    terms, counts = index.paper_terms[start:stop].tolist(), index.paper_counts[start:stop].tolist()
    return {stems[term]: count for term, count in zip(terms, counts, strict=True)}


Search = Callable[["NDArray[np.float32]", int], "NDArray[np.int64]"]  # a vector, how many → rows of the nearest


def exact(vectors: NDArray[np.float32], rows: NDArray[np.int64]) -> Search:
    """A search of those `rows` of `vectors` that compares all of them."""

    def search(vector: NDArray[np.float32], count: int) -> NDArray[np.int64]:
        order = np.argsort(-(vectors[rows] @ vector), kind="stable")
        found: NDArray[np.int64] = rows[order[:count]]
        return found

    return search


def graph(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], papers: int, folder: Path
) -> tuple[Search, VectorDatabase]:
    """A search of those `rows` of `vectors`, of so many papers, in a graph that Chroma writes into `folder`.

    The caller closes it.
    """
    folder.mkdir(parents=True)
    database = VectorDatabase(folder)
    database.create(papers)
    for start in range(0, len(rows), BATCH):
        database.add({str(row): vectors[row] for row in rows[start : start + BATCH].tolist()})

    def search(vector: NDArray[np.float32], count: int) -> NDArray[np.int64]:
        return np.array([int(name) for name in database.search(vector, count)], dtype=np.int64)

    return search, database


def nearest(
    searches: Sequence[Search], vectors: NDArray[np.float32], vector: NDArray[np.float32], count: int
) -> NDArray[np.int64]:
    """The rows of the `count` nearest of all shards, from the `count` nearest of each."""
    found = np.sort(np.concatenate([search(vector, count) for search in searches]))
    best: NDArray[np.int64] = found[np.argsort(-(vectors[found] @ vector), kind="stable")[:count]]
    return best


def recall(found: Sequence[NDArray[np.int64]], right: Sequence[NDArray[np.int64]]) -> float:
    """Which share of the `right` rows was found."""
    hits = sum(len(np.intersect1d(one, other)) for one, other in zip(found, right, strict=True))
    return hits / sum(map(len, right))
