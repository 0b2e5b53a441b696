"""Papers → vectors: taken over from the current index, from the checkpoint of a killed build, or else embedded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.index import maxsim
from rag.index.checkpoint import Checkpoint
from rag.index.vectors import PaperVectors, of_papers
from rag.paper import Paper

if TYPE_CHECKING:
    import numpy as np

    from rag.index.previous import Previous
    from rag.models.encoding import Embedding


class Embedder:
    """Gives papers their vectors, with words projected on one `basis`; see MaxSimIndex.

    If neither `previous` nor `checkpoint` has a basis, the papers asked for first determine it, so they should be a
    sample of all.
    """

    def __init__(self, model: Embedding, previous: Previous | None, checkpoint: Checkpoint) -> None:
        self._model, self._previous, self._checkpoint = model, previous, checkpoint
        self.new = 0  # papers that were not taken over

    @property
    def basis(self) -> np.ndarray:
        """The basis, once the first papers have their vectors: float32 of (model dimensions, dimensions)."""
        if self._checkpoint.basis is None:
            raise ValueError("no paper has been embedded yet")
        return self._checkpoint.basis

    def vectors(self, papers: Sequence[Paper]) -> list[PaperVectors]:
        """The vectors of `papers`, in the same order, their words as int8 of (words, dimensions)."""
        previous = self._previous
        found = {paper: previous.vectors(paper) for paper in papers if previous.has(paper)} if previous else {}
        self.new += sum(paper not in found for paper in papers)
        found |= self._checkpoint.load([paper for paper in papers if paper not in found])
        if new := list(dict.fromkeys(paper for paper in papers if paper not in found)):
            embedded = list(zip(new, self._embed(new), strict=True))
            self._checkpoint.save(embedded)
            found |= dict(embedded)
        return [found[paper] for paper in papers]

    def _embed(self, papers: Sequence[Paper]) -> list[PaperVectors]:
        import numpy as np

        embedded = of_papers(papers, self._model)
        if self._checkpoint.basis is None:
            self._checkpoint.basis = maxsim.principal_components(np.concatenate([of.words for of in embedded]))
        return [replace(of, words=maxsim.compress(of.words, self._checkpoint.basis)) for of in embedded]
