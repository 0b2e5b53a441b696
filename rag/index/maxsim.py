"""Words in context: late interaction, after ColBERT (Khattab and Zaharia 2020).

A sentence's vector is one for all that it says. Here each word has its own, as the embedding model means it in that
sentence, so that "scans that may be turned" finds "rotated point clouds" among much else. A paper is scored by how near
each word of a question comes to any word of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.index import arrays
from rag.language.tokens import content_word_offsets
from rag.models.embedding import EncodedText, l2_normalize

if TYPE_CHECKING:
    import numpy as np

DIMENSIONS = 64  # kept of the model's: the principal ones, which rank as well as all of MiniLM's 384
SCALE = 127  # of a number between -1 and 1 as int8
ROWS, TABLE = "maxsim.i8", "maxsim.npz"


def content_word_embeddings(text: str, read: EncodedText) -> tuple[list[str], np.ndarray]:
    """The words of `text` that carry meaning, and a vector of length 1 for each: float32 of (words, dimensions).

    A word of several tokens is their mean. Words that the model did not read are left out.
    """
    import numpy as np

    begins, ends = np.array(content_word_offsets(text), dtype=np.int64).reshape(-1, 2).T
    first = np.searchsorted(read.offsets[:, 1], begins, "right")
    last = np.searchsorted(read.offsets[:, 0], ends, "left")
    within = first < last
    words = [text[begin:end] for begin, end in zip(begins[within], ends[within], strict=True)]
    sums = [
        read.token_embeddings[start:stop].sum(axis=0) for start, stop in zip(first[within], last[within], strict=True)
    ]
    return words, l2_normalize(np.array(sums, dtype=np.float32).reshape(-1, read.token_embeddings.shape[1]))


@dataclass(frozen=True)
class MaxSimIndex:
    """The words of papers in context. `rows` are vectors times SCALE, int8, in which `basis` turns a model's vectors.

    The words of the paper with a number are the rows from `ranges[number][0]` up to `ranges[number][1]`.
    """

    basis: np.ndarray
    ranges: np.ndarray
    rows: np.ndarray

    def scores(self, asked: np.ndarray, weights: Sequence[float], numbers: np.ndarray) -> np.ndarray:
        """How near the words of a question come to words of each of these papers: -1 to 1, float32.

        `asked` are the question's words in context, one a row, and `weights` what each is worth. The cosine of each
        to the nearest word of a paper counts. Without words all papers score 0.
        """
        import numpy as np

        total = sum(weights)
        if not total:
            return np.zeros(len(numbers), dtype=np.float32)
        wanted, shares = l2_normalize(asked @ self.basis).T, np.array(weights, dtype=np.float32) / (total * SCALE)
        scored = np.empty(len(numbers), dtype=np.float32)
        for n, (first, last) in enumerate(self.ranges[numbers]):  # one by one, as some abstracts are very long
            scored[n] = (self.rows[first:last].astype(np.float32) @ wanted).max(axis=0) @ shares
        return scored


class MaxSimWriter:
    """Writes a context index into `folder` paper by paper; it is complete when the block ends.

    The first papers added set the basis, so they should be a sample of all.
    """

    def __init__(self, folder: Path, papers: int) -> None:
        import numpy as np

        self._folder = folder
        self._ranges = np.zeros((papers + 1, 2), dtype=np.int64)
        self._basis: np.ndarray = np.zeros((0, 0))  # until the first papers come
        self._written = 0

    def __enter__(self) -> Self:
        self._file = (self._folder / ROWS).open("wb")
        return self

    def __exit__(self, fault: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        import numpy as np

        self._file.close()
        if fault is None:
            np.savez(self._folder / TABLE, basis=self._basis, ranges=self._ranges)

    def add(self, papers: Sequence[tuple[int, np.ndarray]]) -> None:
        """Adds the words of numbered papers: float32 of (words, dimensions) each."""
        import numpy as np

        if not len(self._basis):
            self._basis = _principal(np.concatenate([contexts for _, contexts in papers]))
        for number, contexts in papers:
            # A paper without a word has one that is like none.
            kept = l2_normalize(contexts @ self._basis) if len(contexts) else np.zeros((1, self._basis.shape[1]))
            self._file.write(np.rint(kept * SCALE).astype(np.int8).tobytes())
            self._ranges[number] = self._written, self._written + len(kept)
            self._written += len(kept)


def load(folder: Path) -> MaxSimIndex:
    """The index that a Writer wrote into `folder`. Raises OSError, ValueError or KeyError if it is not whole."""
    import numpy as np

    table = arrays.load(folder / TABLE)
    basis, ranges = table["basis"], table["ranges"]
    rows = np.memmap(folder / ROWS, np.int8, "r").reshape(-1, basis.shape[1])
    if ranges.max() != len(rows):
        raise ValueError(f"{ROWS} holds {len(rows)} words, not {ranges.max()}")
    return MaxSimIndex(basis, ranges, rows)


def _principal(vectors: np.ndarray) -> np.ndarray:
    """The DIMENSIONS directions that tell most of `vectors`, or all where they have fewer: float32, one a column."""
    import numpy as np

    _, directions = np.linalg.eigh(vectors.T @ vectors)  # not centred, as cosines are to stay; by ascending share
    return np.ascontiguousarray(directions[:, -DIMENSIONS:], dtype=np.float32)
