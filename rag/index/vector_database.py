"""The vectors of a generation in Chroma: one collection for each granularity, and one for the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rag.index.vectors import GRANULARITIES

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

CHROMA_FOLDER = "chroma"
VOCABULARY = "vocabulary"  # the collection of the words that occur in papers; their stems are the ids
COLLECTIONS = (*GRANULARITIES, VOCABULARY)
GET_BATCH = 10_000  # ids per request: Chroma makes each of them an SQL parameter, and SQLite limits their number


class VectorDatabase:
    """Vectors of length 1, by collection and id. Threads may share it for reading."""

    def __init__(self, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        self._client = cast("Client", chromadb.PersistentClient(str(folder / CHROMA_FOLDER), settings))
        self._opened: dict[str, Collection] = {}

    def close(self) -> None:
        """Closes the files. The database cannot be used afterwards."""
        self._client.close()

    def create_collections(self) -> None:
        """Creates all collections, empty."""
        for name in COLLECTIONS:
            # No embedding function, or Chroma would load one of its own.
            self._client.create_collection(name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}})

    def add(
        self, name: str, ids: Sequence[str], vectors: Sequence[np.ndarray] | np.ndarray, texts: Sequence[str]
    ) -> None:
        """Adds vectors to the collection `name`, with their ids and the texts that they were computed from."""
        batch = self._client.get_max_batch_size()  # a chunk of very long abstracts has more sentences than that
        for start in range(0, len(ids), batch):
            rows = slice(start, start + batch)
            self._collection(name).add(ids=list(ids[rows]), embeddings=list(vectors[rows]), documents=list(texts[rows]))

    def count(self, name: str) -> int:
        """How many vectors the collection holds."""
        return self._collection(name).count()

    def search(
        self, name: str, vectors: Sequence[Sequence[float]], limit: int, ids: list[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each of `vectors`, the ids of its nearest neighbours with their cosines, best first, at most `limit`.

        With `ids`, only among the vectors that have them. The search is approximate: it follows Chroma's HNSW graph.
        """
        limit = min(limit, self.count(name))
        if not vectors or not limit:
            return [[] for _ in vectors]
        found = self._collection(name).query(
            query_embeddings=list(vectors), ids=ids, n_results=limit, include=["distances"]
        )
        return [
            [(id, 1.0 - distance) for id, distance in zip(ids_found, distances, strict=True)]
            for ids_found, distances in zip(found["ids"], found["distances"] or [], strict=True)
        ]

    def get(self, name: str, ids: Sequence[str]) -> np.ndarray:
        """The vectors with these ids, in their order: float32 of (ids, dimensions). Raises KeyError for unknown ids."""
        import numpy as np

        distinct = list(dict.fromkeys(ids))
        by_id: dict[str, Any] = {}
        for start in range(0, len(distinct), GET_BATCH):
            found = self._collection(name).get(distinct[start : start + GET_BATCH], include=["embeddings"])
            by_id |= zip(found["ids"], found["embeddings"], strict=True)  # type: ignore[arg-type] # included above
        return np.array([by_id[id] for id in ids], dtype=np.float32)

    def _collection(self, name: str) -> Collection:
        if name not in self._opened:
            self._opened[name] = self._client.get_collection(name, embedding_function=None)
        return self._opened[name]
