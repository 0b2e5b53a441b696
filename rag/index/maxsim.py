"""Late interaction over words, after ColBERT (Khattab and Zaharia 2020).

A sentence vector blends all that the sentence says. Here each content word has an embedding of its own, in the context
of its sentence, so that "scans that may be turned" finds "rotated point clouds" amid much else. A paper's score is the
weighted mean, over the words of the question, of the highest cosine to any of the paper's words (MaxSim).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.index import arrays
from rag.language.tokens import content_word_offsets
from rag.models.encoding import EncodedText, l2_normalize

if TYPE_CHECKING:
    import numpy as np

EMBEDDINGS_FILE, TABLE_FILE = "maxsim.i8", "maxsim.npz"
_DIMENSIONS = 64  # principal components to keep, which rank as well as all 384 dimensions of MiniLM
_SCALE = 127  # from -1..1 to int8


def content_word_embeddings(text: str, encoded: EncodedText) -> tuple[list[str], np.ndarray]:
    """The content words of `text`, and an embedding of length 1 for each: float32 of (words, dimensions).

    The embedding of a word is the mean of its tokens' in `encoded`. Words beyond the model's limit are left out.
    """
    import numpy as np

    starts, ends = np.array(content_word_offsets(text), dtype=np.int64).reshape(-1, 2).T
    first = np.searchsorted(encoded.offsets[:, 1], starts, "right")
    last = np.searchsorted(encoded.offsets[:, 0], ends, "left")
    has_tokens = first < last
    words = [text[start:end] for start, end in zip(starts[has_tokens], ends[has_tokens], strict=True)]
    token_ranges = zip(first[has_tokens], last[has_tokens], strict=True)
    sums = [encoded.token_embeddings[start:stop].sum(axis=0) for start, stop in token_ranges]
    return words, l2_normalize(np.array(sums, dtype=np.float32).reshape(-1, encoded.token_embeddings.shape[1]))


@dataclass(frozen=True)
class MaxSimIndex:
    """The word embeddings of all papers.

    `basis` projects a model's vectors onto the kept components: float32 of (model dimensions, dimensions).
    `embeddings` are the projected vectors, scaled to int8: (words, dimensions). `ranges[number]` are the first row of
    the paper with this number and the one after its last; rows of no paper may lie between.
    """

    basis: np.ndarray
    ranges: np.ndarray
    embeddings: np.ndarray

    def scores(self, query: np.ndarray, weights: Sequence[float], numbers: np.ndarray) -> np.ndarray:
        """The MaxSim score of each of these papers, -1 to 1: float32 of (papers,).

        `query` are the embeddings of a question's words, (words, model dimensions), and `weights` their weights. If
        these add up to 0, so do all scores.
        """
        import numpy as np

        total = sum(weights)
        if not total:
            return np.zeros(len(numbers), dtype=np.float32)
        projected, shares = l2_normalize(query @ self.basis).T, np.array(weights, dtype=np.float32) / (total * _SCALE)
        ranges = self.ranges[numbers].tolist()
        words = np.concatenate([self.embeddings[start:stop] for start, stop in ranges]).astype(np.float32)
        sizes = [stop - start for start, stop in ranges]
        scores: np.ndarray = np.maximum.reduceat(words @ projected, np.cumsum([0, *sizes[:-1]]), axis=0) @ shares
        return scores

    def of_paper(self, number: int) -> np.ndarray:
        """The embeddings of the words of a paper: int8 of (words, dimensions)."""
        start, stop = self.ranges[number].tolist()
        words: np.ndarray = self.embeddings[start:stop]
        return words


class MaxSimWriter:
    """Writes the word embeddings of numbered papers, on a `basis`, into `folder`; complete when the block ends.

    ``kept[number]`` is the number of a paper in the index `old` in the folder `copied`, whose rows are taken over, with
    those of papers that are no longer there; 0 if it will be added.
    """

    def __init__(
        self,
        folder: Path,
        kept: np.ndarray,
        basis: np.ndarray,
        old: MaxSimIndex | None = None,
        copied: Path | None = None,
    ) -> None:
        import numpy as np

        self._folder, self._basis, self._copied = folder, basis, copied
        self._ranges = old.ranges[kept] if old else np.zeros((len(kept), 2), dtype=np.int64)
        self._rows, self._bytes = (len(old.embeddings), old.embeddings.nbytes) if old else (0, 0)

    def __enter__(self) -> Self:
        old = self._copied / EMBEDDINGS_FILE if self._copied else None
        self._file = arrays.open_to_append(self._folder / EMBEDDINGS_FILE, self._bytes, old)
        return self

    def __exit__(self, fault: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        import numpy as np

        if fault:
            self._file.truncate(self._bytes)  # others may begin with what this began with
        self._file.close()
        if fault is None:
            np.savez(self._folder / TABLE_FILE, basis=self._basis, rows=self._rows, ranges=self._ranges)

    def add(self, papers: Sequence[tuple[int, np.ndarray]]) -> None:
        """Adds the words of numbered papers, each int8 of (words, dimensions); see `compress`."""
        for number, words in papers:
            self._file.write(words.tobytes())
            self._ranges[number] = self._rows, self._rows + len(words)
            self._rows += len(words)


def compress(words: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """`words`, float32 of (words, model dimensions), on the kept components: int8 of (words, dimensions).

    No words become a zero vector, whose cosine to any word is 0.
    """
    import numpy as np

    projected = l2_normalize(words @ basis) if len(words) else np.zeros((1, basis.shape[1]))
    return np.rint(projected * _SCALE).astype(np.int8)


def load(folder: Path) -> MaxSimIndex:
    """What a MaxSimWriter wrote into `folder`. Raises OSError, ValueError or KeyError if it is missing or damaged."""
    import numpy as np

    table = arrays.load(folder / TABLE_FILE)
    basis, ranges = table["basis"], table["ranges"]
    embeddings = arrays.memory_map(folder / EMBEDDINGS_FILE, np.int8, int(table["rows"]), basis.shape[1])
    return MaxSimIndex(basis, ranges, embeddings)


def principal_components(vectors: np.ndarray) -> np.ndarray:
    """The basis for word embeddings such as `vectors`, float32 of (words, model dimensions), which should be a sample.

    It is their first _DIMENSIONS principal components, fewer if they have fewer: float32, one per column.
    """
    import numpy as np

    _, directions = np.linalg.eigh(vectors.T @ vectors)  # not centred, to preserve cosines; by ascending eigenvalue
    return np.ascontiguousarray(directions[:, -_DIMENSIONS:], dtype=np.float32)
