"""The word index: BM25 of every term in every paper, as a sparse matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.index import arrays
from rag.language.tokens import stem, tokenize

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csc_array, csr_array

# BM25 as Robertson and Zaragoza (2009) give it, with the constants and the never negative weight of Lucene.
K1, B = 1.2, 0.75
TITLE_WEIGHT = 2  # times that a word of the title counts


def term_frequencies(title: str, abstract: str) -> Counter[str]:
    """How often each stem stands in a paper; in the title it counts TITLE times."""
    found = Counter(map(stem, tokenize(abstract)))
    for word in tokenize(title):
        found[stem(word)] += TITLE_WEIGHT
    return found


@dataclass(frozen=True)
class BM25Index:
    """BM25 by paper and word. `numbers` are the words' by stem, `forms` what each is written like mostly.

    The rows of `by_paper` are papers by their number, row 0 being none, its columns words; `by_word` is the same.
    """

    columns: dict[str, int]
    surface_forms: list[str]
    by_paper: csr_array
    by_term: csc_array

    @property
    def paper_count(self) -> int:
        """How many papers there are."""
        return int(self.by_paper.shape[0]) - 1

    def postings(self, stem: str) -> tuple[np.ndarray, np.ndarray]:
        """The papers that hold `stem`, in ascending order, and its BM25 in each; empty where none does."""
        n = self.columns.get(stem)
        first, last = (0, 0) if n is None else self.by_term.indptr[n : n + 2]
        return self.by_term.indices[first:last], self.by_term.data[first:last]

    def doc_freq(self, stem: str) -> int:
        """How many papers hold `stem`."""
        return len(self.postings(stem)[0])

    def idf(self, stem: str) -> float:
        """What `stem` is worth in telling papers apart: the inverse document frequency of BM25, never negative."""
        return float(_weight(self.doc_freq(stem), self.paper_count))

    def max_idf(self, word: str) -> float:
        """What `word`, as written, is worth: the most of its readings; 0 where it has none."""
        return max((self.idf(stem(reading)) for reading in tokenize(word)), default=0.0)


def write(file: Path, papers: Iterable[Counter[str]], forms: dict[str, str]) -> None:
    """Writes the index of `papers`, numbered from 1, each as its `stems`; `forms` are the words by stem."""
    import numpy as np
    from scipy import sparse

    numbers = {word: n for n, word in enumerate(forms)}
    starts: list[int] = [0, 0]  # row 0 is empty
    columns: list[int] = []
    counts: list[int] = []
    for held in papers:
        columns += [numbers[word] for word in held]
        counts += held.values()
        starts.append(len(columns))
    tf = sparse.csr_array((np.array(counts, np.float32), columns, starts), (len(starts) - 1, len(numbers)))
    total, lengths = tf.shape[0] - 1, np.asarray(tf.sum(axis=1))
    average = max(lengths.sum(), 1) / total
    norm = np.repeat(K1 * (1 - B + B * lengths / average), np.diff(tf.indptr))
    weights = _weight(np.bincount(tf.indices, minlength=len(numbers)), total)[tf.indices]
    tf.data = (weights * tf.data * (K1 + 1) / (tf.data + norm)).astype(np.float32)
    written = {"data": tf.data, "indices": tf.indices, "indptr": tf.indptr}
    np.savez(file, **written, stems=np.array(list(forms)), forms=np.array(list(forms.values())))


def load(file: Path) -> BM25Index:
    """The index that `write` wrote to `file`. Raises OSError, ValueError, KeyError or TypeError if it is not whole."""
    from scipy import sparse

    read = arrays.load(file)
    stems, forms = read["stems"].tolist(), read["forms"].tolist()
    shape = (len(read["indptr"]) - 1, len(stems))
    by_paper = sparse.csr_array((read["data"], read["indices"], read["indptr"]), shape)
    return BM25Index({word: n for n, word in enumerate(stems)}, forms, by_paper, by_paper.tocsc())


def _weight(held_by: np.ndarray | int, total: int) -> np.ndarray:
    import numpy as np

    return np.log(1 + (total - held_by + 0.5) / (np.asarray(held_by) + 0.5))
