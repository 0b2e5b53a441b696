"""Papers → vectors: taken over from the current index, from the checkpoint of a killed build, or else embedded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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

# Embeds batches of papers somewhere else, and compresses the vectors on a basis, float32 of (model dimensions,
# dimensions). Gives the position of each batch, and its vectors, in any order.
EmbedElsewhere = Callable[[Sequence[Sequence[Paper]], "np.ndarray"], Iterator[tuple[int, list[PaperVectors]]]]


class Embedder:
    """Gives papers their vectors, with words projected on one `basis`; see MaxSimIndex.

    If neither `previous` nor `checkpoint` has a basis, the papers asked for first determine it, so they should be a
    sample of all.
    """

    def __init__(self, model: Embedding, previous: Previous | None, checkpoint: Checkpoint) -> None:
        self._model, self._previous, self._checkpoint = model, previous, checkpoint
        self._ahead: Iterator[list[tuple[Paper, PaperVectors]]] | None = None
        self.new = 0  # papers that were not taken over

    @property
    def basis(self) -> np.ndarray:
        """The basis, once the first papers have their vectors: float32 of (model dimensions, dimensions)."""
        if self._checkpoint.basis is None:
            raise ValueError("no paper has been embedded yet")
        return self._checkpoint.basis

    def send(
        self, chunks: Sequence[Sequence[Paper]], embed_elsewhere: EmbedElsewhere, left: Callable[[int], None]
    ) -> None:
        """Has the papers in `chunks` embedded elsewhere, except those that determine the basis.

        Call `vectors` with each chunk next, in this order. While it waits, it calls `left` with the number of papers
        that are still to come.
        """
        self._ahead = self._sent(chunks, embed_elsewhere, left)

    def vectors(self, papers: Sequence[Paper]) -> list[PaperVectors]:
        """The vectors of `papers`, in the same order, their words as int8 of (words, dimensions)."""
        previous = self._previous
        found = {paper: previous.vectors(paper) for paper in papers if previous.has(paper)} if previous else {}
        self.new += sum(paper not in found for paper in papers)
        found |= self._checkpoint.load([paper for paper in papers if paper not in found])
        if self._ahead and self._checkpoint.basis is not None:
            found |= self._awaited({paper for paper in papers if paper not in found}, self._ahead)
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
        return compressed(embedded, self._checkpoint.basis)

    def _awaited(
        self, papers: set[Paper], ahead: Iterator[list[tuple[Paper, PaperVectors]]]
    ) -> dict[Paper, PaperVectors]:
        """The vectors of `papers`; what comes before them stays in the checkpoint only."""
        found: dict[Paper, PaperVectors] = {}
        while len(found) < len(papers):
            found |= {paper: vectors for paper, vectors in next(ahead) if paper in papers}
        return found

    def _sent(
        self, chunks: Sequence[Sequence[Paper]], embed_elsewhere: EmbedElsewhere, left: Callable[[int], None]
    ) -> Iterator[list[tuple[Paper, PaperVectors]]]:
        """Saves what comes back, and gives it too."""
        batches = list(self._batches(chunks))
        waiting = sum(map(len, batches))
        left(waiting)
        for position, vectors in embed_elsewhere(batches, self.basis):
            embedded = list(zip(batches[position], vectors, strict=True))
            self._checkpoint.save(embedded)
            waiting -= len(embedded)
            left(waiting)
            yield embedded

    def _batches(self, chunks: Iterable[Sequence[Paper]]) -> Iterator[list[Paper]]:
        """What `vectors` would embed of each of `chunks`: the same papers at a time, as that decides the last bits."""
        seen: set[bytes] = set()
        for papers in chunks:
            unknown = [paper for paper in papers if not (self._previous and self._previous.has(paper))]
            missing = [paper for paper in dict.fromkeys(unknown) if not self._checkpoint.has(paper)]
            batch = [paper for paper in missing if paper.content not in seen]
            seen.update(paper.content for paper in batch)
            if batch:
                yield batch


def compressed(vectors: Sequence[PaperVectors], basis: np.ndarray) -> list[PaperVectors]:
    """`vectors` with their words projected on `basis`: int8 of (words, dimensions)."""
    return [replace(of, words=maxsim.compress(of.words, basis)) for of in vectors]
