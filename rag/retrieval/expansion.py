"""The terms of a question: their idf, the words of the collection they expand to, and the papers that contain them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.index.bm25 import BM25Index
from rag.index.store import Store
from rag.language.tokens import stem

if TYPE_CHECKING:
    import numpy as np

MAX_EXPANSIONS = 10  # words of the collection that a term expands to
MIN_COSINE = 0.65  # of a term to a word that it expands to
COSINE_POWER = 3  # an expansion's weight is its cosine to this power: about .73 at a cosine of .9, .27 at .65
MIN_SPELLING_SIMILARITY = 0.8  # normalized Damerau-Levenshtein similarity of an unknown word to the one it misspells
MIN_SPELLING_LENGTH = 5  # letters; shorter unknown words are more often names than misspellings


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a question and its idf in the collection.

    `expansions` maps the stems that match the term, its own among them, to their weights: 0 to 1.
    """

    word: str
    idf: float
    expansions: dict[str, float]


def expand(words: Sequence[str], vectors: list[list[float]], store: Store) -> list[Term]:
    """Each of `words` as a term of the collection in `store`; `vectors` are their embeddings, in the same order."""
    neighbours = store.nearest_words(vectors, MAX_EXPANSIONS)
    return [_term(word, cosines, store.bm25) for word, cosines in zip(words, neighbours, strict=True)]


def _term(word: str, cosines: dict[str, float], index: BM25Index) -> Term:
    own = stem(word)
    expansions = {other: cosine**COSINE_POWER for other, cosine in cosines.items() if cosine >= MIN_COSINE}
    expansions[own] = 1.0
    idf = index.idf(own)
    if not index.doc_freq(own) and len(word) >= MIN_SPELLING_LENGTH and word.isalpha():
        corrections = _spelling_corrections(word, index)
        expansions |= corrections
        idf = min([idf, *map(index.idf, corrections)])
    return Term(word, idf, expansions)


def _spelling_corrections(word: str, index: BM25Index) -> dict[str, float]:
    """The stem of the word that `word` most likely misspells, with their similarity; {} if it resembles none."""
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    match = process.extractOne(
        word, index.surface_forms, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=MIN_SPELLING_SIMILARITY
    )
    return {stem(match[0]): match[1]} if match else {}


def bm25_scores(terms: Sequence[Term], index: BM25Index) -> np.ndarray:
    """The BM25 score of every paper: float32 of (papers + 1), indexed by paper number.

    Each term counts once in a paper, by its highest-scoring expansion.
    """
    return _sum_over_terms(terms, index, lambda term, weight, bm25: weight * bm25)


def coverage(terms: Sequence[Term], index: BM25Index) -> np.ndarray:
    """The idf-weighted share of `terms` that every paper contains: 0 to 1, float32 of (papers + 1), by paper number."""
    covered = _sum_over_terms(terms, index, lambda term, weight, bm25: term.idf * weight)
    return covered / (sum(term.idf for term in terms) or 1.0)


def _sum_over_terms(
    terms: Sequence[Term], index: BM25Index, value: Callable[[Term, float, np.ndarray], np.ndarray | float]
) -> np.ndarray:
    """For every paper, the sum over `terms` of the highest `value` of any of the term's expansions in it.

    `value` gets the term, the weight of the expansion, and the expansion's BM25 in the papers that contain it.
    """
    import numpy as np

    total = np.zeros(index.paper_count + 1, dtype=np.float32)
    for term in terms:
        best = np.zeros_like(total)
        for expansion, weight in term.expansions.items():
            papers, bm25 = index.postings(expansion)
            best[papers] = np.maximum(best[papers], value(term, weight, bm25))
        total += best
    return total


def entity_coverage(entities: Collection[str], numbers: np.ndarray, index: BM25Index) -> np.ndarray:
    """The share of `entities` that each of the papers `numbers` contains, by stem; 1 where there are no entities."""
    import numpy as np

    columns = [index.columns[stem(entity)] for entity in entities if stem(entity) in index.columns]
    counts = (index.by_paper[numbers][:, columns] != 0).sum(axis=1)
    return np.asarray(counts) / len(entities) if entities else np.ones(len(numbers))
