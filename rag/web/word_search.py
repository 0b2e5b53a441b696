"""The papers that a search by words finds: those that have the words, then those that are nearest to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from rag.index.phrases import numbers_with
from rag.language.tokens import content_terms, stem
from rag.query.routing import is_topical
from rag.retrieval.expansion import bm25_scores
from rag.text import clean_line, in_quotes

if TYPE_CHECKING:
    import numpy as np

    from rag.index.store import Store
    from rag.retrieval.hits import Hits
    from rag.retrieval.retriever import HybridRetriever

MIN_LIKELY = 0.05  # probability that the collection answers, below which nothing in it is like words that it lacks
MAX_SAID_WORDS = 5  # named in a sentence; further ones are left out
MAX_WORD_CHARS = 40


@dataclass(frozen=True, slots=True)
class WordSearch:
    """What a search for `words` found, as numbers of papers.

    `having` are the papers that have all words but the `unknown`, which no paper has, the best first; `nearest` are
    those that are most like the text besides, none where it is like nothing here.
    """

    words: tuple[str, ...]
    unknown: tuple[str, ...]
    having: tuple[int, ...]
    nearest: tuple[int, ...]

    @property
    def known(self) -> tuple[str, ...]:
        """The words that some paper has."""
        return tuple(word for word in self.words if word not in self.unknown)

    @property
    def notice(self) -> str:
        """Which words no paper has, "" if all are known."""
        return f"No paper here has {quoted(self.unknown, 'or')}." if self.unknown else ""


def search_words(
    text: str, rewrites: Sequence[str], retriever: HybridRetriever, top: int, among: Collection[int] | None
) -> WordSearch:
    """What is found for `text`, with `rewrites` to search with: at most `top` by likeness, and all that have its words.

    `among` are the numbers of the papers that pass the filters, None for all.
    """
    words = words_of(text)
    found = {word: numbers_with(word, retriever.store) for word in words}
    unknown = tuple(word for word in words if not len(found[word]))
    hits = retriever.search(rewrites, top, among)
    nearest = [hit.number for hit in hits.papers]
    if unknown and hits.probability < MIN_LIKELY and not _is_alike(hits, retriever.store):
        nearest = []
    having = _having([found[word] for word in words if word not in unknown], among)
    ordered = _best_first(having, nearest, hits, retriever.store)
    return WordSearch(words, unknown, tuple(ordered), tuple(n for n in nearest if n not in having))


def words_of(text: str) -> tuple[str, ...]:
    """The words of `text` that a paper must have: without those that only frame a question, unless it has no others."""
    words = {part.strip(".,;:!?()[]\"“”'’") for part in clean_line(text).split()}
    found = [word for word in dict.fromkeys(words) if content_terms(word)]
    return tuple(sorted([word for word in found if is_topical(word)] or found, key=text.find))


def quoted(words: Sequence[str], joint: str) -> str:
    """The first of `words` in quotation marks."""
    shown = [in_quotes(word[:MAX_WORD_CHARS]) for word in words[:MAX_SAID_WORDS]]
    return f" {joint} ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def _is_alike(hits: Hits, store: Store) -> bool:
    """Whether the collection has a word that is like one that it does not have, as where that is misspelt."""
    return any(len(term.expansions) > 1 and not store.bm25.doc_freq(stem(term.word)) for term in hits.terms)


def _having(found: Sequence[np.ndarray], among: Collection[int] | None) -> set[int]:
    """The papers that are in all of `found`, none without any, and in `among`."""
    import numpy as np

    numbers = set(reduce(np.intersect1d, found).tolist()) if found else set()
    return numbers if among is None else numbers & set(among)


def _best_first(having: set[int], nearest: Sequence[int], hits: Hits, store: Store) -> list[int]:
    """The numbers in `having`: first those that are `nearest`, in that order, then the others by BM25."""
    import numpy as np

    best = [number for number in nearest if number in having]
    others = np.array(sorted(having.difference(best)), dtype=np.int64)
    scores = bm25_scores(hits.terms, store.bm25)[others]
    return [*best, *others[np.argsort(-scores, kind="stable")].tolist()]
