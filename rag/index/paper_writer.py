"""Writes papers and their vectors into every part of a generation that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rag.index import papers_database
from rag.index.maxsim import MaxSimWriter
from rag.index.vector_arrays import VectorWriter
from rag.index.vector_database import VectorDatabase
from rag.index.vectors import PaperVectors
from rag.paper import Paper

if TYPE_CHECKING:
    import numpy as np

Chunk = list[tuple[int, Paper]]  # papers by their numbers


class PaperWriter:
    """Writes numbered papers into `folder`; they are complete when the block ends.

    `basis` is that of their word embeddings, and `vector_count` how many vectors Chroma has got.
    """

    def __init__(self, folder: Path, papers: int, basis: np.ndarray) -> None:
        self.vector_count = 0
        self._stack = ExitStack()
        self._chroma = self._stack.enter_context(closing(VectorDatabase(folder)))
        self._chroma.create(papers)
        self._database = self._stack.enter_context(closing(papers_database.create(folder)))
        self._arrays = self._stack.enter_context(VectorWriter(folder, papers))
        self._maxsim = self._stack.enter_context(MaxSimWriter(folder, papers, basis))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: Any) -> None:
        self._stack.__exit__(*fault)

    def add(self, chunk: Chunk, vectors: Sequence[tuple[int, PaperVectors]]) -> None:
        """Writes a chunk of papers and their `vectors`, in the same order."""
        papers_database.insert_papers(self._database, chunk)
        self._database.commit()
        self._arrays.add(vectors)
        self._maxsim.add([(number, of_paper.words) for number, of_paper in vectors])
        passages = {id: vector for number, of_paper in vectors for id, vector in of_paper.passages(number).items()}
        self._chroma.add(passages)
        self.vector_count += len(passages)
