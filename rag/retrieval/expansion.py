"""A question's terms: what each is worth, which words of the collection mean the same, and who holds them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.index.bm25 import BM25Index
from rag.index.store import Store
from rag.language.tokens import stem

if TYPE_CHECKING:
    import numpy as np

MAX_EXPANSIONS = 10  # words of the collection that may stand for a term
MIN_COSINE = 0.65  # cosine from which on they do
COSINE_POWER = (
    3  # power of the cosine that such a word counts with: 0.9 is nearly the word itself, 0.65 a quarter of it
)
MIN_SPELLING_SIMILARITY = (
    0.8  # likeness of letters (Damerau-Levenshtein) from which on an unknown word is taken for a misspelt one
)
MIN_SPELLING_LENGTH = 5  # letters; shorter ones are names


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a question, with its inverse document frequency as `weight`.

    `variants` are the stems that count as it, each with how much, from 0 to 1.
    """

    word: str
    idf: float
    expansions: dict[str, float]


def expand(words: Sequence[str], vectors: list[list[float]], store: Store) -> list[Term]:
    """The terms that `words` are in the collection of `store`; `vectors` are theirs, in the same order."""
    near = store.nearest_words(vectors, MAX_EXPANSIONS)
    return [_term(word, neighbours, store.bm25) for word, neighbours in zip(words, near, strict=True)]


def _term(word: str, neighbours: dict[str, float], index: BM25Index) -> Term:
    own = stem(word)
    variants = {other: cosine**COSINE_POWER for other, cosine in neighbours.items() if cosine >= MIN_COSINE} | {
        own: 1.0
    }
    weight = index.idf(own)
    if not index.doc_freq(own) and len(word) >= MIN_SPELLING_LENGTH and word.isalpha():
        meant = _meant(word, index)
        variants |= meant
        weight = min([weight, *map(index.idf, meant)])
    return Term(word, weight, variants)


def _meant(word: str, index: BM25Index) -> dict[str, float]:
    """The stem of the word that `word` was probably meant to be, with how like it is in letters; {} if of none."""
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    found = process.extractOne(
        word, index.surface_forms, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=MIN_SPELLING_SIMILARITY
    )
    return {stem(found[0]): found[1]} if found else {}


def bm25_scores(terms: Sequence[Term], index: BM25Index) -> np.ndarray:
    """BM25 of each paper by its number, from 0, float32: of each term the variant that scores highest."""
    return _total(terms, index, lambda term, share, bm25: share * bm25)


def coverage(terms: Sequence[Term], index: BM25Index) -> np.ndarray:
    """The share of the terms, by weight, that each paper holds, by its number: 0 to 1, float32."""
    held = _total(terms, index, lambda term, share, bm25: term.idf * share)
    return held / (sum(term.idf for term in terms) or 1.0)


def _total(
    terms: Sequence[Term], index: BM25Index, worth: Callable[[Term, float, np.ndarray], np.ndarray | float]
) -> np.ndarray:
    """The sum over `terms` of the most that a variant of each is worth in each paper."""
    import numpy as np

    total = np.zeros(index.paper_count + 1, dtype=np.float32)
    for term in terms:
        best = np.zeros_like(total)
        for variant, share in term.expansions.items():
            papers, bm25 = index.postings(variant)
            best[papers] = np.maximum(best[papers], worth(term, share, bm25))
        total += best
    return total


def entity_coverage(names: Collection[str], numbers: np.ndarray, index: BM25Index) -> np.ndarray:
    """The share of `names` that each of the papers with these numbers holds as they are; 1 where there are none."""
    import numpy as np

    columns = [index.columns[stem(name)] for name in names if stem(name) in index.columns]
    held = (index.by_paper[numbers][:, columns] != 0).sum(axis=1)
    return np.asarray(held) / len(names) if names else np.ones(len(numbers))
