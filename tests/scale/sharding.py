"""What is lost when a real index is split: `python -m tests.scale.sharding INDEX` prints one JSON object.

The papers are dealt to the shards at random, or each group of the map has shards of its own, as where every department
or year keeps an index.
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.index import vector_database
from rag.index.opening import open_current
from rag.language.tokens import content_terms
from rag.models import embedding
from rag.retrieval.expansion import Term, expand, unknown_words
from tests.bench.papers import questions
from tests.scale import shards

if TYPE_CHECKING:
    from rag.index.store import Store

SHARDS = (4, 16)
TOP, RECALLED = 10, 100
SAMPLE, ASKED = 200, 40


def terms_of(text: str, store: Store) -> list[Term]:
    """The terms of a question as the whole collection expands them, except to words that it has not."""
    words = content_terms(text)
    known = [word for word in words if word not in unknown_words(words, store)]
    return list(expand(known, {}, store).values())


def random_parts(papers: int, count: int) -> np.ndarray:
    """The shard of each paper by number, from 1: as many papers in each."""
    parts = np.arange(papers + 1) % count
    parts[1:] = np.random.default_rng(23).permutation(parts[1:])
    return parts


def overlap(split: list[shards.Shard], one: shards.Shard, asked: list[list[Term]]) -> float:
    """Which share of the best TOP papers of the whole index the shards find among theirs."""
    pairs = [(shards.merged(split, terms, TOP), shards.merged([one], terms, TOP)) for terms in asked]
    return sum(len({*found} & {*right}) for found, right in pairs) / sum(len(right) for _, right in pairs)


def words(store: Store, texts: list[str]) -> dict[str, Any]:
    one, asked = shards.whole(store.bm25), [terms_of(text, store) for text in texts]
    clusters = np.concatenate([[0], store.projection.clusters])
    found: dict[str, Any] = {}
    for count in SHARDS:
        for dealt, parts in (("random", random_parts(store.paper_count, count)), ("topic", clusters % count)):
            with tempfile.TemporaryDirectory() as folder:
                alike = shards.with_global_statistics(store.bm25, parts)
                own = shards.with_local_statistics(store.bm25, parts, Path(folder))
                found[f"{dealt} {count}"] = {
                    "global": overlap(alike, one, asked),
                    "local": overlap(own, one, asked),
                }
    return found


def graphs(store: Store, texts: list[str]) -> dict[str, Any]:
    """How many candidates are searched in one graph of all passages and in graphs of a part of them, and the recall."""
    passages = [store.vectors_of(number).passages(number) for number in range(1, store.paper_count + 1)]
    vectors = np.array([vector for of_paper in passages for vector in of_paper.values()], dtype=np.float32)
    asked = [each.vector for each in embedding.load(embedding.BUNDLED).encode_queries(texts)]
    rows = np.arange(len(vectors))
    right = [shards.exact(vectors, rows)(vector, RECALLED) for vector in asked]
    found: dict[str, Any] = {"searched": {}, "recall": {}}
    for count in (1, *SHARDS):
        papers = store.paper_count // count
        found["searched"][str(count)] = vector_database.hnsw(papers)["ef_search"]
        with tempfile.TemporaryDirectory() as folder:
            opened = [
                shards.graph(vectors, rows[rows % count == shard], papers, Path(folder) / str(shard))
                for shard in range(count)
            ]
            searches = [search for search, _ in opened]
            got = [shards.nearest(searches, vectors, vector, RECALLED) for vector in asked]
            found["recall"][str(count)] = shards.recall(got, right)
            for _, database in opened:
                database.close()
    return found


def main() -> None:
    with closing(open_current(Path(sys.argv[1]))) as store:
        numbers = range(1, store.paper_count + 1, max(1, store.paper_count // SAMPLE))
        texts = questions(store.papers(list(numbers)))[:ASKED]
        result = {"papers": store.paper_count, "words": words(store, texts)}
        if len(sys.argv) > 2:
            result |= graphs(store, texts)
        print(json.dumps(result))


if __name__ == "__main__":
    main()
