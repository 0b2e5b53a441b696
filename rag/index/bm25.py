"""BM25 of every term in every paper.

The formula is that of Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with
the default constants of Lucene and its idf, which is never negative.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.index import arrays
from rag.language.tokens import stem, tokenize

if TYPE_CHECKING:
    import numpy as np

K1 = 1.2  # how slowly repeated occurrences of a term saturate
B = 0.75  # how much long papers are penalised, from 0 to 1
BM25_FOLDER = "bm25"
TITLE_WEIGHT = 2  # occurrences in the abstract that one in the title counts as


def term_frequencies(title: str, abstract: str) -> Counter[str]:
    """How often each stem occurs in a paper; an occurrence in the title counts TITLE_WEIGHT times."""
    frequencies = Counter(map(stem, tokenize(abstract)))
    for word in tokenize(title):
        frequencies[stem(word)] += TITLE_WEIGHT
    return frequencies


@dataclass(frozen=True)
class BM25Index:
    """The BM25 matrix of a collection, sparse, by term and by paper.

    `terms` maps each stem to its number, from 0, by which `surface_forms` holds the most frequent form of each. Papers
    have their numbers, from 1. The postings of a term are the entries from ``term_starts[term]`` to
    ``term_starts[term + 1]`` of `papers`, ascending, and `weights`. The terms of a paper are those from
    ``paper_starts[number]`` to ``paper_starts[number + 1]`` of `paper_terms` and `paper_weights`, which come from how
    often they occur: `paper_counts`.
    """

    terms: dict[str, int]
    surface_forms: list[str]
    term_starts: np.ndarray
    papers: np.ndarray
    weights: np.ndarray
    paper_starts: np.ndarray
    paper_terms: np.ndarray
    paper_weights: np.ndarray
    paper_counts: np.ndarray

    @property
    def paper_count(self) -> int:
        """The number of papers."""
        return len(self.paper_starts) - 2

    def postings(self, stem: str) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of the papers that contain `stem`, in ascending order, and its BM25 in each."""
        term = self.terms.get(stem)
        start, end = (0, 0) if term is None else self.term_starts[term : term + 2].tolist()
        return self.papers[start:end], self.weights[start:end]

    def scores(self, terms: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The sum over `terms`, by number, of BM25 times weight: float64 of (papers + 1,), indexed by paper number."""
        import numpy as np

        starts = self.term_starts[terms]
        sizes = self.term_starts[terms + 1] - starts
        entries = arrays.rows_of(starts, sizes)
        products = np.repeat(weights, sizes) * self.weights[entries]
        return np.bincount(self.papers[entries], products, minlength=self.paper_count + 1)

    def entries(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The terms of the papers `numbers` with their BM25: positions in `numbers`, terms, and BM25, a row each."""
        import numpy as np

        starts = self.paper_starts[numbers]
        sizes = self.paper_starts[numbers + 1] - starts
        positions = np.repeat(np.arange(len(numbers)), sizes)
        entries = arrays.rows_of(starts, sizes)
        return positions, self.paper_terms[entries], self.paper_weights[entries]

    def doc_freq(self, stem: str) -> int:
        """The number of papers that contain `stem`."""
        return len(self.postings(stem)[0])

    def idf(self, stem: str) -> float:
        """The inverse document frequency of `stem`, greater than 0."""
        return float(_idf(self.doc_freq(stem), self.paper_count))

    def max_idf(self, word: str) -> float:
        """The highest idf among the terms that `word`, which may be a compound, is tokenized into; 0 for none."""
        return max((self.idf(stem(term)) for term in tokenize(word)), default=0.0)


def write(folder: Path, papers: Iterable[Mapping[str, int]], forms: Mapping[str, str]) -> None:
    """Writes the index of `papers` into `folder`.

    `papers`, numbered from 1, are given by their `term_frequencies`; `forms` maps every stem in them to its most
    frequent form.
    """
    _write(folder, _entries(papers, _numbers(forms)), forms)


def update(
    folder: Path, old: BM25Index, kept: np.ndarray, added: Iterable[Mapping[str, int]], forms: Mapping[str, str]
) -> None:
    """Writes into `folder` the index of papers of which some are in the index `old`, as `write` would from their text.

    ``kept[number]`` is the number in `old` of the paper with this number, and 0 of one of those `added`, which are
    given in the order of their numbers; ``kept[0]`` is 0. `forms` are those of all papers.
    """
    import numpy as np

    numbers = _numbers(forms)
    renumbered = np.array([numbers.get(stem, -1) for stem in old.terms], dtype=np.int32)
    starts, terms, counts = _entries(added, numbers)
    # The entries of the added papers stand behind those of the old ones, from where each paper takes its own.
    is_new = kept[1:] == 0
    firsts, sizes = old.paper_starts[kept[1:]], np.diff(old.paper_starts)[kept[1:]]
    firsts[is_new], sizes[is_new] = len(old.paper_terms) + starts[1:-1], np.diff(starts)[1:]
    chosen = arrays.rows_of(firsts, sizes)
    all_terms = np.concatenate([renumbered[old.paper_terms], terms])
    all_counts = np.concatenate([old.paper_counts, counts])
    new_starts = np.concatenate([[0, 0], np.cumsum(sizes)])
    _write(folder, (new_starts, all_terms[chosen], all_counts[chosen]), forms)


def _numbers(forms: Iterable[str]) -> dict[str, int]:
    return {stem: number for number, stem in enumerate(forms)}


def _entries(
    papers: Iterable[Mapping[str, int]], numbers: Mapping[str, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`paper_starts`, `paper_terms` and `paper_counts` of these papers."""
    import numpy as np

    terms, counts = array("i"), array("H")  # compact: a large collection has tens of millions of entries
    starts = array("q", [0, 0])  # number 0 is no paper
    for frequencies in papers:
        terms.extend(numbers[stem] for stem in frequencies)
        counts.extend(frequencies.values())
        starts.append(len(terms))
    return np.frombuffer(starts, np.int64), np.frombuffer(terms, np.int32), np.frombuffer(counts, np.uint16)


def _write(folder: Path, entries: tuple[np.ndarray, np.ndarray, np.ndarray], forms: Mapping[str, str]) -> None:
    import numpy as np

    paper_starts, paper_terms, paper_counts = entries
    weights = _bm25(paper_counts.astype(np.float32), paper_terms, paper_starts, len(forms))
    by_term = np.argsort(paper_terms, kind="stable")
    papers_of_entries = np.repeat(np.arange(len(paper_starts) - 1, dtype=np.int32), np.diff(paper_starts))
    columns = {
        "term_starts": np.concatenate([[0], np.cumsum(np.bincount(paper_terms, minlength=len(forms)))]),
        "papers": papers_of_entries[by_term],
        "weights": weights[by_term],
        "paper_starts": paper_starts,
        "paper_terms": paper_terms,
        "paper_weights": weights,
        "paper_counts": paper_counts,
    }
    columns |= {"stems": arrays.pack(forms), "forms": arrays.pack(forms.values())}
    arrays.save_columns(folder / BM25_FOLDER, columns)


def load(folder: Path) -> BM25Index:
    """The index that `write` wrote into `folder`. Raises OSError, ValueError or TypeError if it is damaged."""
    columns = arrays.load_columns(folder / BM25_FOLDER)
    stems, forms = arrays.unpack(columns.pop("stems")), arrays.unpack(columns.pop("forms"))
    return BM25Index({stem: number for number, stem in enumerate(stems)}, forms, **columns)


def _bm25(counts: np.ndarray, terms: np.ndarray, starts: np.ndarray, term_count: int) -> np.ndarray:
    """The BM25 of each entry: float32, in the order of the term frequencies `counts`, whose `terms` are given."""
    import numpy as np

    paper_count, sizes = len(starts) - 2, np.diff(starts)
    lengths = np.diff(np.concatenate([[0.0], np.cumsum(counts, dtype=np.float64)])[starts])
    average_length = max(lengths.sum(), 1) / paper_count
    norm = np.repeat(K1 * (1 - B + B * lengths / average_length), sizes)
    idf = _idf(np.bincount(terms, minlength=term_count), paper_count)[terms]
    bm25: np.ndarray = idf * counts * (K1 + 1) / (counts + norm)
    return bm25.astype(np.float32)


def _idf(doc_freq: np.ndarray | int, paper_count: int) -> np.ndarray:
    import numpy as np

    idf: np.ndarray = np.log(1 + (paper_count - doc_freq + 0.5) / (doc_freq + 0.5))
    return idf
