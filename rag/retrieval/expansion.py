"""The terms of a question: their idf, the words of the collection they expand to, and the papers that contain them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.index.bm25 import BM25Index
from rag.index.store import Store
from rag.language.tokens import stem

if TYPE_CHECKING:
    import numpy as np

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


def expand(words: Sequence[str], vectors: Mapping[str, np.ndarray], store: Store) -> dict[str, Term]:
    """Each of `words` as a term of the collection in `store`; `vectors` embed those that it does not have."""
    import numpy as np

    known, index = store.vocabulary, store.bm25
    unknown = store.vocabulary.nearest_to(np.array(list(vectors.values()), dtype=np.float32)) if vectors else []
    cosines = dict(zip(vectors, unknown, strict=True))
    return {word: _term(word, cosines[word] if word in cosines else known.nearest(stem(word)), index) for word in words}


def unknown_words(words: Iterable[str], store: Store) -> list[str]:
    """Those of `words` whose nearest words of the collection have to be looked for."""
    return [word for word in words if stem(word) not in store.vocabulary.rows]


def _term(word: str, cosines: Mapping[str, float], index: BM25Index) -> Term:
    own = stem(word)
    expansions = {other: cosine**COSINE_POWER for other, cosine in cosines.items()}
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
    import numpy as np

    total = np.zeros(index.paper_count + 1, dtype=np.float32)
    for term in terms:
        best = np.zeros_like(total)
        for expansion, weight in term.expansions.items():
            papers, bm25 = index.postings(expansion)
            best[papers] = np.maximum(best[papers], weight * bm25)
        total += best
    return total


def coverage(terms: Sequence[Term], numbers: np.ndarray, index: BM25Index) -> np.ndarray:
    """The idf-weighted share of `terms` that each of the papers `numbers` contains: 0 to 1, float32 of (papers,)."""
    import numpy as np

    total = np.zeros(len(numbers), dtype=np.float32)
    for term in terms:
        best = np.zeros_like(total)
        for expansion, weight in term.expansions.items():
            best[_contains(expansion, numbers, index) & (best < weight)] = weight
        total += term.idf * best
    return total / (sum(term.idf for term in terms) or 1.0)


def entity_coverage(entities: Collection[str], numbers: np.ndarray, index: BM25Index) -> np.ndarray:
    """The share of `entities` that each of the papers `numbers` contains, by stem; 1 where there are no entities."""
    import numpy as np

    if not entities:
        return np.ones(len(numbers))
    counts: np.ndarray = np.sum([_contains(stem(entity), numbers, index) for entity in entities], axis=0)
    return counts / len(entities)


def _contains(stem: str, numbers: np.ndarray, index: BM25Index) -> np.ndarray:
    """Which of the papers `numbers` contain `stem`: bool of (papers,)."""
    import numpy as np

    papers, _ = index.postings(stem)
    if not len(papers):
        return np.zeros(len(numbers), dtype=bool)
    places = np.minimum(np.searchsorted(papers, numbers), len(papers) - 1)
    contained: np.ndarray = papers[places] == numbers
    return contained
