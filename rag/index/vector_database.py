"""The vectors of a generation's passages in Chroma.

Those of papers and sentences are left out: with them there would be several times as many vectors to keep in memory,
the judged questions rank the same, and what is needed of a candidate is looked up by its number. Texts are left out
too: an id says whose vector it is, and Chroma takes longer to index the texts than the vectors.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

CHROMA_FOLDER, CHROMA_FILE = "chroma", "chroma.sqlite3"
_COLLECTION = "passages"
# HNSW's parameters, with which it finds at least .99 of the 100 nearest: of 335,000 vectors .992, .953 at 16 neighbours
# and 300 candidates. Insertions and memory hardly suffer.
_NEIGHBOURS, _EF_CONSTRUCTION = 32, 200


def copy(folder: Path, into: Path) -> None:
    """Copies the vectors of a generation in `folder`, which may be in use for reading, to the one in `into`."""
    source, target = folder / CHROMA_FOLDER, into / CHROMA_FOLDER
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(f"{CHROMA_FILE}*"))
    # Chroma writes to this file whenever it opens it, so a plain copy might be of two states.
    with (
        closing(sqlite3.connect(source / CHROMA_FILE)) as database,
        closing(sqlite3.connect(target / CHROMA_FILE)) as new,
    ):
        database.backup(new)


class VectorDatabase:
    """Vectors of length 1 by id; see PaperVectors.passages. Threads may share it for reading."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError if Chroma cannot open or create its files in `folder`."""
        import chromadb
        from chromadb.config import Settings
        from chromadb.errors import ChromaError

        settings = Settings(anonymized_telemetry=False)
        try:
            self._client = cast("Client", chromadb.PersistentClient(str(folder / CHROMA_FOLDER), settings))
        except (ChromaError, AttributeError) as fault:  # the latter where Chroma stops what it has not started
            raise OSError(f"Chroma cannot open its files: {fault.__context__ or fault}") from fault
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

    def delete(self, ids: Sequence[str]) -> None:
        """Removes the vectors with these ids."""
        batch = self._client.get_max_batch_size()
        for start in range(0, len(ids), batch):
            self._collection.delete(ids=list(ids[start : start + batch]))

    def add(self, vectors: Mapping[str, np.ndarray]) -> None:
        """Adds `vectors`, float32 of (dimensions,) each, by their ids. Raises OSError if they cannot be written."""
        from chromadb.errors import ChromaError

        batch = self._client.get_max_batch_size()  # a chunk of very long abstracts has more sentences than that
        ids, rows = list(vectors), list(vectors.values())
        try:
            for start in range(0, len(ids), batch):
                self._collection.add(ids=ids[start : start + batch], embeddings=rows[start : start + batch])
        except ChromaError as fault:
            raise OSError(f"Chroma: {fault}") from fault

    def get(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors with these ids, as far as they are there. Raises ValueError if Chroma's files are damaged."""
        from chromadb.errors import ChromaError

        try:
            found = self._collection.get(ids=list(ids), include=["embeddings"])
        except ChromaError as fault:
            raise ValueError(f"Chroma: {fault}") from fault
        vectors = found["embeddings"] if found["embeddings"] is not None else []
        return dict(zip(found["ids"], vectors, strict=True))

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
