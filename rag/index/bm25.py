"""BM25 of every term in every paper, as a sparse matrix.

The formula is that of Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with
the default constants of Lucene and its idf, which is never negative.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.index import arrays
from rag.language.tokens import stem, tokenize

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csc_array, csr_array

K1 = 1.2  # how slowly repeated occurrences of a term saturate
B = 0.75  # how much long papers are penalised, from 0 to 1
TITLE_WEIGHT = 2  # occurrences in the abstract that one in the title counts as


def term_frequencies(title: str, abstract: str) -> Counter[str]:
    """How often each stem occurs in a paper; an occurrence in the title counts TITLE_WEIGHT times."""
    frequencies = Counter(map(stem, tokenize(abstract)))
    for word in tokenize(title):
        frequencies[stem(word)] += TITLE_WEIGHT
    return frequencies


@dataclass(frozen=True)
class BM25Index:
    """The BM25 matrix of a collection, float32 of (papers + 1, terms), by row and by column.

    Rows are papers by their number, from 1; row 0 is empty. `columns` maps each stem to its column, and `surface_forms`
    holds the most frequent form of each stem, by column.
    """

    columns: dict[str, int]
    surface_forms: list[str]
    by_paper: csr_array
    by_term: csc_array

    @property
    def paper_count(self) -> int:
        """The number of papers."""
        return int(self.by_paper.shape[0]) - 1

    def postings(self, stem: str) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of the papers that contain `stem`, in ascending order, and its BM25 in each."""
        column = self.columns.get(stem)
        start, end = (0, 0) if column is None else self.by_term.indptr[column : column + 2]
        return self.by_term.indices[start:end], self.by_term.data[start:end]

    def doc_freq(self, stem: str) -> int:
        """The number of papers that contain `stem`."""
        return len(self.postings(stem)[0])

    def idf(self, stem: str) -> float:
        """The inverse document frequency of `stem`, greater than 0."""
        return float(_idf(self.doc_freq(stem), self.paper_count))

    def max_idf(self, word: str) -> float:
        """The highest idf among the terms that `word`, which may be a compound, is tokenized into; 0 for none."""
        return max((self.idf(stem(term)) for term in tokenize(word)), default=0.0)


def write(file: Path, papers: Iterable[Mapping[str, int]], forms: Mapping[str, str]) -> None:
    """Writes the index of `papers` to `file`, an .npz archive.

    `papers`, numbered from 1, are given by their `term_frequencies`; `forms` maps every stem in them to its most
    frequent form.
    """
    import numpy as np
    from scipy import sparse

    columns = {stem: column for column, stem in enumerate(forms)}
    indptr: list[int] = [0, 0]  # row 0 is empty
    indices: list[int] = []
    counts: list[int] = []
    for frequencies in papers:
        indices += [columns[stem] for stem in frequencies]
        counts += frequencies.values()
        indptr.append(len(indices))
    tf = sparse.csr_array((np.array(counts, np.float32), indices, indptr), (len(indptr) - 1, len(columns)))
    tf.data = _bm25(tf)
    matrix = {"data": tf.data, "indices": tf.indices, "indptr": tf.indptr}
    np.savez(file, **matrix, stems=np.array(list(forms)), forms=np.array(list(forms.values())))


def load(file: Path) -> BM25Index:
    """The index that `write` wrote to `file`. Raises OSError, ValueError, KeyError or TypeError if it is damaged."""
    from scipy import sparse

    read = arrays.load(file)
    stems, forms = read["stems"].tolist(), read["forms"].tolist()
    shape = (len(read["indptr"]) - 1, len(stems))
    by_paper = sparse.csr_array((read["data"], read["indices"], read["indptr"]), shape)
    return BM25Index({stem: column for column, stem in enumerate(stems)}, forms, by_paper, by_paper.tocsc())


def _bm25(tf: csr_array) -> np.ndarray:
    """The BM25 of each stored term frequency of `tf`, whose row 0 is no paper: float32, in the order of ``tf.data``."""
    import numpy as np

    paper_count, lengths = tf.shape[0] - 1, np.asarray(tf.sum(axis=1))
    average_length = max(lengths.sum(), 1) / paper_count
    norm = np.repeat(K1 * (1 - B + B * lengths / average_length), np.diff(tf.indptr))
    idf = _idf(np.bincount(tf.indices, minlength=tf.shape[1]), paper_count)[tf.indices]
    bm25: np.ndarray = idf * tf.data * (K1 + 1) / (tf.data + norm)
    return bm25.astype(np.float32)


def _idf(doc_freq: np.ndarray | int, paper_count: int) -> np.ndarray:
    import numpy as np

    return np.log(1 + (paper_count - doc_freq + 0.5) / (np.asarray(doc_freq) + 0.5))
