"""What a build takes over from the current index: the vectors of papers and words that did not change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import StoreError
from rag.index import manifest, opening
from rag.index.store import Store
from rag.index.vectors import PaperVectors
from rag.paper import Paper

if TYPE_CHECKING:
    import numpy as np

    from rag.index.vocabulary import Vocabulary
    from rag.models.encoding import Embedding

_MIN_SHARE = 0.5  # of the papers that must be known: the components of their word embeddings were chosen for those


@dataclass(frozen=True)
class Previous:
    """The current index, whose papers are found by title and abstract: their `numbers`."""

    store: Store
    numbers: dict[tuple[str, str], int]

    @property
    def vocabulary(self) -> Vocabulary:
        """Its words."""
        return self.store.vocabulary

    @property
    def basis(self) -> np.ndarray:
        """The basis of its word embeddings."""
        return self.store.maxsim.basis

    def has(self, paper: Paper) -> bool:
        """Whether it has `paper`, whose fields other than title and abstract may have changed."""
        return (paper.title, paper.abstract) in self.numbers

    def vectors(self, paper: Paper) -> PaperVectors:
        """The vectors of a `paper` that it has."""
        number, arrays = self.numbers[paper.title, paper.abstract], self.store.arrays
        return PaperVectors(arrays.of_paper(number), arrays.passage_lengths(number), self.store.maxsim.of_paper(number))


def is_current(index_dir: Path, papers: Sequence[Paper], paths: Sequence[Path], model: Embedding) -> bool:
    """Whether the index in `index_dir` is whole and was built with `model` from exactly these papers and paths."""
    try:
        with closing(opening.open_current(index_dir)) as store:
            contents = store.manifest
            same = contents["corpus"] == manifest.digest(papers) and contents["paths"] == manifest.resolved(paths)
            return same and manifest.is_comparable(contents, model)
    except StoreError:  # there is none, or it is damaged
        return False


@contextmanager
def taken_over(index_dir: Path, papers: Sequence[Paper], model: Embedding) -> Iterator[Previous | None]:
    """What the index in `index_dir` holds, if it has at least half of `papers`, with vectors of this `model`."""
    try:
        store = opening.open_current(index_dir)
    except StoreError:  # there is none, or it is damaged: everything is made anew
        yield None
        return
    with closing(store):
        previous = Previous(store, {text: number for number, text in enumerate(store.texts(), 1)})
        known = sum(map(previous.has, papers))
        enough = known >= _MIN_SHARE * len(papers)
        yield previous if enough and manifest.is_comparable(store.manifest, model) else None
