"""What a build takes over from the current index: the vectors of papers and words that did not change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import StoreError
from rag.index import generations, integrity, manifest, maxsim, opening, papers_database, vector_arrays
from rag.index.contents import Contents
from rag.index.store import Store
from rag.index.vectors import PaperVectors
from rag.paper import Paper

if TYPE_CHECKING:
    import numpy as np

    from rag.index.vocabulary import Vocabulary
    from rag.models.encoding import Embedding

_VECTOR_FILES = (
    papers_database.PAPERS_FILE,
    vector_arrays.ROWS_FILE,
    vector_arrays.LAYOUT_FILE,
    maxsim.EMBEDDINGS_FILE,
    maxsim.TABLE_FILE,
)
_MIN_SHARE = 0.5  # of the papers that must be known: the components of their word embeddings were chosen for those


@dataclass(frozen=True)
class Previous:
    """The current index, with its `papers` by number from 1, found by their title and abstract.

    If it is not `whole`, only the papers and their vectors are sound.
    """

    store: Store
    papers: list[Paper]
    is_whole: bool = True

    @cached_property
    def _numbers(self) -> dict[bytes, int]:
        return {paper.content: number for number, paper in enumerate(self.papers, 1)}

    @property
    def vocabulary(self) -> Vocabulary | None:
        """Its words, if they are sound."""
        return self.store.vocabulary if self.is_whole else None

    @property
    def basis(self) -> np.ndarray:
        """The basis of its word embeddings."""
        return self.store.maxsim.basis

    def has(self, paper: Paper) -> bool:
        """Whether it has `paper`, whose fields other than title and abstract may have changed."""
        return paper.content in self._numbers

    def vectors(self, paper: Paper) -> PaperVectors:
        """The vectors of a `paper` that it has."""
        return self.vectors_of(self._numbers[paper.content])

    def vectors_of(self, number: int) -> PaperVectors:
        """The vectors of the paper with this number."""
        return self.store.vectors_of(number)


def is_current(index_dir: Path, contents: Contents, model: Embedding) -> bool:
    """Whether the index in `index_dir` is whole and was built with `model` from exactly these `contents`."""
    try:
        with closing(opening.open_current(index_dir, thorough=True)) as store:
            built_from = manifest.built_from(contents)
            same = all(store.manifest[name] == value for name, value in built_from.items())
            return same and manifest.is_comparable(store.manifest, model)
    except StoreError:  # there is none, or it is damaged
        return False


@contextmanager
def taken_over(
    index_dir: Path, papers: Sequence[Paper], model: Embedding, full: bool = False
) -> Iterator[Previous | None]:
    """What the index in `index_dir` holds, if it has at least half of `papers`, with vectors of this `model`.

    Nothing is taken over if everything is to be made in `full`.
    """
    if full:
        yield None
        return
    store, is_whole = _opened(index_dir)
    if store is None:
        yield None
        return
    with closing(store):
        previous = Previous(store, papers_database.read_papers(store.folder), is_whole)
        known = sum(map(previous.has, papers))
        enough = known >= _MIN_SHARE * len(papers)
        yield previous if enough and manifest.is_comparable(store.manifest, model) else None


def _opened(index_dir: Path) -> tuple[Store | None, bool]:
    """The current generation and whether it is whole; None if not even its papers and their vectors are sound.

    All of it is read: what was damaged would be copied, and sealed as sound.
    """
    try:
        return opening.open_current(index_dir, thorough=True), True
    except opening.OtherVersionError:
        return None, False
    except StoreError:
        return _salvaged(index_dir), False


def _salvaged(index_dir: Path) -> Store | None:
    try:
        folder = generations.current(index_dir)
        if folder is None:
            return None
        store = Store(folder, manifest.read(folder))
        integrity.check(folder, {name: store.manifest["files"][name] for name in _VECTOR_FILES}, thorough=True)
    except (StoreError, *opening.DAMAGES):
        return None
    generations.hold(folder, store)
    return store
