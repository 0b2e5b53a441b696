"""The vectors of papers and sentences in one array: what a search needs of its candidates, in one read.

Chroma finds the nearest vectors. This file, mapped into memory, gives the cosines of whichever papers are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.index import arrays
from rag.language.passages import OVERLAP, SENTENCES_PER_PASSAGE

if TYPE_CHECKING:
    import numpy as np

    from rag.index.vectors import PaperVectors

ROWS_FILE, LAYOUT_FILE = "vectors.f32", "vectors.npz"
_BLOCK = 256  # rows gathered at a time: they fit the processor's cache, from where multiplying them costs little


@dataclass(frozen=True, slots=True)
class Cosines:
    """The cosines of papers to a question: of the nearest passage of each, of its nearest sentence, and of the nearest
    of its sentences and its title. Each is float32 of (papers,).
    """

    passages: np.ndarray
    sentences: np.ndarray
    sentences_or_title: np.ndarray


@dataclass(frozen=True)
class VectorArrays:
    """The vectors of all papers, by number from 1; see PaperVectors.

    `rows` is float32 of (rows, dimensions), in which `ranges[number]` are the first row of a paper and the one after
    its last; rows of no paper may lie between. `lengths` is float32 of (passages,), in which `passage_starts[number]`
    is the first of a paper.
    """

    rows: np.ndarray
    ranges: np.ndarray
    lengths: np.ndarray
    passage_starts: np.ndarray

    def of_paper(self, number: int) -> np.ndarray:
        """The vectors of a paper, its title and its sentences: float32 of (2 + sentences, dimensions)."""
        start, stop = self.ranges[number].tolist()
        rows: np.ndarray = self.rows[start:stop]
        return rows

    def passage_lengths(self, number: int) -> np.ndarray:
        """The `passage_lengths` of a paper's PaperVectors."""
        start = self.passage_starts[number]
        count = _passage_count(self.ranges[number, 1] - self.ranges[number, 0])
        lengths: np.ndarray = self.lengths[start : start + count]
        return lengths

    def papers(self, numbers: np.ndarray) -> np.ndarray:
        """The vectors of these papers as a whole: float32 of (papers, dimensions)."""
        rows: np.ndarray = self.rows[self.ranges[numbers, 0]]
        return rows

    def cosines(self, numbers: np.ndarray, vector: np.ndarray) -> Cosines:
        """The cosines of these papers, at least one, to a question with this `vector`, of length 1."""
        import numpy as np

        ranges = self.ranges[numbers]
        dots = self._dots(ranges, vector)
        sizes = ranges[:, 1] - ranges[:, 0]
        starts = np.cumsum(sizes) - sizes
        passages = self._passages(numbers, dots, starts, sizes)
        titles = dots[starts + 1]
        dots[starts] = dots[starts + 1] = -np.inf
        sentences = np.maximum.reduceat(dots, starts)
        return Cosines(passages, sentences, np.maximum(sentences, titles))

    def _dots(self, ranges: np.ndarray, vector: np.ndarray) -> np.ndarray:
        """The products of `vector` and the rows in `ranges`, one after the other."""
        import numpy as np

        rows = arrays.rows_of(ranges[:, 0], np.diff(ranges)[:, 0])
        if 2 * len(rows) > len(self.rows):
            dots: np.ndarray = (self.rows @ vector)[rows]  # one product is faster, even with rows not asked for
        else:
            blocks = (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))
            dots = np.concatenate([self.rows.take(block, axis=0) @ vector for block in blocks])
        return dots

    def _passages(self, numbers: np.ndarray, dots: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The cosine of the nearest passage of each paper, from the `dots` of its rows, which begin at `starts`.

        A passage is the sum of its title and sentences, so its cosine is the sum of theirs, divided by its length.
        """
        import numpy as np

        counts = _passage_count(sizes)
        firsts = np.cumsum(counts) - counts
        nth = np.arange(counts.sum()) - np.repeat(firsts, counts)  # of the passages of a paper, from 0
        titles = np.repeat(starts + 1, counts)
        begins = titles + 1 + nth * (SENTENCES_PER_PASSAGE - OVERLAP)
        ends = np.minimum(begins + SENTENCES_PER_PASSAGE, np.repeat(starts + sizes, counts))
        sums = np.concatenate([np.zeros(1), np.cumsum(dots, dtype=np.float64)])
        lengths = self.lengths[np.repeat(self.passage_starts[numbers], counts) + nth]
        cosines = (dots[titles] + sums[ends] - sums[begins]) / lengths
        nearest: np.ndarray = np.maximum.reduceat(cosines, firsts)
        return nearest


def _passage_count(rows: np.ndarray) -> np.ndarray:
    """How many passages papers with these numbers of rows have; see `rag.language.passages.passage_windows`."""
    import numpy as np

    step = SENTENCES_PER_PASSAGE - OVERLAP
    counts: np.ndarray = np.maximum(-((rows - 2 - OVERLAP) // -step), 1)
    return counts


class VectorWriter:
    """Writes the vectors of numbered papers into `folder`; they are complete when the block ends.

    ``kept[number]`` is the number of a paper in the arrays `old` in the folder `copied`, whose rows are taken over with
    those of papers that are no longer there; 0 if it will be added.
    """

    def __init__(
        self, folder: Path, kept: np.ndarray, old: VectorArrays | None = None, copied: Path | None = None
    ) -> None:
        import numpy as np

        self._folder, self._copied = folder, copied
        self._ranges = old.ranges[kept] if old else np.zeros((len(kept), 2), dtype=np.int64)
        self._passage_starts = old.passage_starts[kept] if old else np.zeros(len(kept), dtype=np.int64)
        self._lengths = [old.lengths] if old else []
        self._rows, self._passages = (len(old.rows), len(old.lengths)) if old else (0, 0)
        self._bytes = old.rows.nbytes if old else 0

    def __enter__(self) -> Self:
        old = self._copied / ROWS_FILE if self._copied else None
        self._file = arrays.open_to_append(self._folder / ROWS_FILE, self._bytes, old)
        return self

    def __exit__(self, fault: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        import numpy as np

        if fault:
            self._file.truncate(self._bytes)  # others may begin with what this began with
        self._file.close()
        if fault is None:
            lengths = np.concatenate(self._lengths)
            layout = self._folder / LAYOUT_FILE
            np.savez(layout, rows=self._rows, ranges=self._ranges, lengths=lengths, passage_starts=self._passage_starts)

    def add(self, papers: Iterable[tuple[int, PaperVectors]]) -> None:
        """Adds the vectors of numbered papers."""
        for number, vectors in papers:
            self._file.write(vectors.rows.tobytes())
            self._ranges[number] = self._rows, self._rows + len(vectors.rows)
            self._passage_starts[number] = self._passages
            self._lengths.append(vectors.passage_lengths)
            self._rows += len(vectors.rows)
            self._passages += len(vectors.passage_lengths)


def load(folder: Path, dimensions: int) -> VectorArrays:
    """What a VectorWriter wrote into `folder`. Raises OSError, ValueError or KeyError if it is missing or damaged."""
    import numpy as np

    table = arrays.load(folder / LAYOUT_FILE)
    rows = arrays.memory_map(folder / ROWS_FILE, np.float32, int(table["rows"]), dimensions)
    return VectorArrays(rows, table["ranges"], table["lengths"], table["passage_starts"])
