"""Writes papers and their vectors into every part of a generation that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rag.index import papers_database, vector_database
from rag.index.maxsim import MaxSimWriter
from rag.index.plan import Chunk, Plan
from rag.index.previous import Previous
from rag.index.vector_arrays import VectorWriter
from rag.index.vector_database import VectorDatabase
from rag.index.vectors import PaperVectors

if TYPE_CHECKING:
    import numpy as np


class PaperWriter:
    """Writes the papers of a `plan` into `folder`; they are complete when the block ends.

    Those that it keeps are copied from the `previous` index. `basis` is that of the word embeddings, and `vector_count`
    how many vectors Chroma has got.
    """

    def __init__(self, folder: Path, plan: Plan, basis: np.ndarray, previous: Previous | None = None) -> None:
        self._folder, self._plan = folder, plan
        store = previous.store if previous else None
        copied = store.folder if store else None
        arrays = VectorWriter(folder, plan.kept, store.arrays if store else None, copied)
        words = MaxSimWriter(folder, plan.kept, basis, store.maxsim if store else None, copied)
        with ExitStack() as stack:  # closes what is open if the rest fails
            self._arrays, self._maxsim = stack.enter_context(arrays), stack.enter_context(words)
            if previous:
                self._copy(previous, stack)
            else:
                self._create(stack)
            self._stack = stack.pop_all()

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

    def _create(self, stack: ExitStack) -> None:
        self._chroma = stack.enter_context(closing(VectorDatabase(self._folder)))
        self._chroma.create(self._plan.papers)
        self._database = stack.enter_context(closing(papers_database.create(self._folder)))
        self.vector_count = 0

    def _copy(self, previous: Previous, stack: ExitStack) -> None:
        """Copies the papers of the `previous` index and removes, moves and edits them as planned."""
        plan, store = self._plan, previous.store
        vector_database.copy(store.folder, self._folder)
        self._chroma = stack.enter_context(closing(VectorDatabase(self._folder)))
        self._database = stack.enter_context(closing(papers_database.copy(store.folder, self._folder)))
        papers_database.update_papers(self._database, plan.removed, plan.moved, plan.edited)
        self._database.commit()
        gone = [*plan.removed, *(before for before, _ in plan.moved)]
        moved = [previous.vectors_of(before).passages(now) for before, now in plan.moved]
        ids = [id for number in gone for id in previous.vectors_of(number).passages(number)]
        passages = {id: vector for of_paper in moved for id, vector in of_paper.items()}
        self._chroma.delete(ids)
        self._chroma.add(passages)
        self.vector_count = store.manifest["counts"]["vectors"] - len(ids) + len(passages)
