"""The vectors of a generation's passages in Chroma.

Those of papers and sentences are left out: with them there would be several times as many vectors to keep in memory,
the judged questions rank the same, and what is needed of a candidate is looked up by its number. Texts are left out
too: an id says whose vector it is, and Chroma takes longer to index the texts than the vectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

CHROMA_FOLDER = "chroma"
_COLLECTION = "passages"
# HNSW's parameters, with which it finds at least .99 of the 100 nearest: of 335,000 vectors .992, .953 at 16 neighbours
# and 300 candidates. Insertions and memory hardly suffer.
_NEIGHBOURS, _EF_CONSTRUCTION = 32, 200


class VectorDatabase:
    """Vectors of length 1 by id; see PaperVectors.passages. Threads may share it for reading."""

    def __init__(self, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        self._client = cast("Client", chromadb.PersistentClient(str(folder / CHROMA_FOLDER), settings))
        self._opened: Collection | None = None

    def close(self) -> None:
        """Closes the files. The database cannot be used afterwards."""
        self._client.close()

    def create(self, papers: int) -> None:
        """Creates the collection, empty, for the passages of so many papers."""
        hnsw: CreateHNSWConfiguration = {
            "space": "cosine",
            "max_neighbors": _NEIGHBOURS,
            "ef_construction": _EF_CONSTRUCTION,
            "ef_search": _ef_search(papers),
        }
        # No embedding function, or Chroma would load one of its own.
        self._client.create_collection(_COLLECTION, embedding_function=None, configuration={"hnsw": hnsw})

    def add(self, vectors: Mapping[str, np.ndarray]) -> None:
        """Adds `vectors`, float32 of (dimensions,) each, by their ids."""
        batch = self._client.get_max_batch_size()  # a chunk of very long abstracts has more sentences than that
        ids, rows = list(vectors), list(vectors.values())
        for start in range(0, len(ids), batch):
            self._collection.add(ids=ids[start : start + batch], embeddings=rows[start : start + batch])

    def count(self) -> int:
        """How many vectors there are."""
        return self._collection.count()

    def search(self, vector: np.ndarray, limit: int) -> list[str]:
        """The ids of the vectors nearest to `vector`, best first, at most `limit`.

        The search is approximate: it follows Chroma's HNSW graph.
        """
        return self._collection.query(query_embeddings=[vector], n_results=limit, include=[])["ids"][0]

    @property
    def _collection(self) -> Collection:
        if self._opened is None:
            self._opened = self._client.get_collection(_COLLECTION, embedding_function=None)
        return self._opened


def _ef_search(papers: int) -> int:
    """How many candidates HNSW keeps while it searches: the larger the graph, the more it needs to find as many."""
    return min(200 + papers // 50, 600)
