"""The vectors of a generation's passages in Chroma.

Those of papers and sentences are left out: with them there would be several times as many vectors to keep in memory,
the judged questions rank the same, and what is needed of a candidate is looked up by its number. Texts are left out
too: an id says whose vector it is, and Chroma takes longer to index the texts than the vectors.
"""

from __future__ import annotations

import errno
import os
import shutil
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from rag.index import temporary
from rag.index.disk import is_no_room

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

CHROMA_FOLDER, CHROMA_FILE = "chroma", "chroma.sqlite3"
LINKS_FILE = "data_level0.bin"  # of the HNSW graph, with most of its links; where they are damaged, a search crashes
_COLLECTION = "passages"
_SAVED_GRAPH = "index_metadata.pickle"  # beside a graph that Chroma has saved
# HNSW's parameters, with which it finds at least .99 of the 100 nearest: of 335,000 vectors .992, .953 at 16 neighbours
# and 300 candidates. Insertions and memory hardly suffer.
_NEIGHBOURS, _EF_CONSTRUCTION = 32, 200


def copy(folder: Path, into: Path) -> None:
    """Copies the vectors of a generation in `folder`, which may be in use for reading, to the one in `into`."""
    shutil.copytree(folder / CHROMA_FOLDER, into / CHROMA_FOLDER)


class VectorDatabase:
    """Vectors of length 1 by id; see PaperVectors.passages. Threads may share it for reading."""

    def __init__(self, folder: Path) -> None:
        """Opens the files in `folder` to write to them. Raises OSError if Chroma cannot open or create them."""
        import chromadb
        from chromadb.config import Settings

        self._folder = folder
        with _faults(folder):
            settings = Settings(anonymized_telemetry=False)
            self._client = cast("Client", chromadb.PersistentClient(str(folder / CHROMA_FOLDER), settings))
        self._close = weakref.finalize(self, self._client.close)  # what nobody closes is closed once nobody uses it
        self._opened: Collection | None = None

    @classmethod
    def reading(cls, folder: Path) -> Self:
        """The vectors of the complete generation in `folder`, which may be read-only. Raises OSError.

        Chroma writes to its own database even to read it, and to graphs that it has not saved. So it gets a copy of the
        one, makes the others again, and shares only what it has saved: the generation stays as it was built.
        """
        source, own = folder / CHROMA_FOLDER, temporary.folder()
        target = own / CHROMA_FOLDER
        try:
            target.mkdir()
            for file in source.glob(f"{CHROMA_FILE}*"):  # with the journal of an older version that was killed
                shutil.copyfile(file, target / file.name)
            for graph in source.iterdir():
                if (graph / _SAVED_GRAPH).exists():
                    _share(graph, target / graph.name)
            opened = cls(own)
        except BaseException:
            temporary.remove(own)
            raise
        weakref.finalize(opened, temporary.remove, own)
        return opened

    def close(self) -> None:
        """Closes the files. The database cannot be used afterwards."""
        self._close()

    def create(self, papers: int) -> None:
        """Creates the collection, empty, for the passages of so many papers."""
        # No embedding function, or Chroma would load one of its own.
        with _faults(self._folder):
            self._client.create_collection(_COLLECTION, embedding_function=None, configuration={"hnsw": hnsw(papers)})

    def delete(self, ids: Sequence[str]) -> None:
        """Removes the vectors with these ids. Raises OSError if that cannot be written."""
        batch = self._client.get_max_batch_size()
        with _faults(self._folder):
            for start in range(0, len(ids), batch):
                self._collection.delete(ids=list(ids[start : start + batch]))

    def add(self, vectors: Mapping[str, np.ndarray]) -> None:
        """Adds `vectors`, float32 of (dimensions,) each, by their ids. Raises OSError if they cannot be written."""
        batch = self._client.get_max_batch_size()  # a chunk of very long abstracts has more sentences than that
        ids, rows = list(vectors), list(vectors.values())
        with _faults(self._folder):
            for start in range(0, len(ids), batch):
                self._collection.add(ids=ids[start : start + batch], embeddings=rows[start : start + batch])

    def get(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors with these ids, as far as they are there. Raises OSError if Chroma's files are damaged."""
        with _faults(self._folder):
            found = self._collection.get(ids=list(ids), include=["embeddings"])
        vectors = found["embeddings"] if found["embeddings"] is not None else []
        return dict(zip(found["ids"], vectors, strict=True))

    def count(self) -> int:
        """How many vectors there are. Raises OSError if Chroma's files are damaged."""
        with _faults(self._folder):
            return self._collection.count()

    def search(self, vector: np.ndarray, limit: int) -> list[str]:
        """The ids of the vectors nearest to `vector`, best first, at most `limit`.

        The search is approximate: it follows Chroma's HNSW graph. Raises OSError if Chroma's files are damaged.
        """
        with _faults(self._folder):
            return self._collection.query(query_embeddings=[vector], n_results=limit, include=[])["ids"][0]

    @property
    def _collection(self) -> Collection:
        if self._opened is None:
            self._opened = self._client.get_collection(_COLLECTION, embedding_function=None)
            # Before it adds or deletes, Chroma would load the embedding model that this names, which may run code: an
            # index may be somebody else's.
            self._opened._model.serialized_schema = None
        return self._opened


def hnsw(papers: int) -> CreateHNSWConfiguration:
    """The parameters of the graph of the passages of so many papers.

    The larger the graph, the more candidates HNSW has to keep while it searches, to find as many of the nearest.
    """
    return {
        "space": "cosine",
        "max_neighbors": _NEIGHBOURS,
        "ef_construction": _EF_CONSTRUCTION,
        "ef_search": min(200 + papers // 50, 600),
    }


def _share(graph: Path, into: Path) -> None:
    """Makes the folder `graph` readable as `into` too."""
    try:
        into.symlink_to(graph.resolve(), target_is_directory=True)
    except OSError:  # the file system has no links, or the user no right to make them
        shutil.copytree(graph, into)


@contextmanager
def _faults(folder: Path) -> Iterator[None]:
    """Raises what Chroma raises as OSError: of errno ENOSPC if the disk of `folder` is full, which Chroma hides."""
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, AttributeError) as fault:  # the latter where Chroma stops what it has not started
        reason = str(fault.__context__ or fault)
        if is_no_room(fault.__context__ or fault, folder):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder)) from fault
        raise OSError(f"Chroma: {reason}") from fault
