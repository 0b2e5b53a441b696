"""Checks a generation through and through: its files against their hashes, and its parts against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rag.errors import StoreError
from rag.index import integrity, opening
from rag.index.bm25 import BM25_FOLDER, term_frequencies
from rag.index.papers_database import PAPERS_FILE
from rag.progress import Progress

if TYPE_CHECKING:
    from rag.index.store import Store

_BATCH = 500  # papers
_SAME = 1e-4  # difference of a component below which two vectors are the same


def faults(store: Store, progress: Progress) -> dict[str, str]:
    """What is wrong with each part of the generation, "" for a part that is sound. Reads all of it."""
    parts: dict[str, Callable[[], str]] = {
        "files": lambda: "; ".join(integrity.damaged(store.folder, store.manifest["files"], thorough=True)),
        "parts": lambda: _fault_of(store),
        "sentences": lambda: _first(_wrong_sentences(store)),
        "word index": lambda: _first(_wrong_words(store)),
        "Chroma": lambda: _first(_wrong_vectors(store)),
    }
    found = {}
    for done, (part, check) in enumerate(parts.items()):
        progress("verifying", done, len(parts))
        try:
            found[part] = check()
        except (StoreError, *opening.DAMAGES) as fault:
            found[part] = str(fault) or type(fault).__name__
    progress("verifying", len(parts), len(parts))
    return found


def _fault_of(store: Store) -> str:
    opening.verify(store)  # raises what is wrong
    return ""


def _first(found: Iterator[str]) -> str:
    return next(found, "")


def _wrong_sentences(store: Store) -> Iterator[str]:
    """Papers whose sentences lie beyond the abstract, or are not as many as their vectors."""
    for numbers in _batches(store):
        for number, paper, spans in zip(numbers, store.papers(numbers), store.spans(numbers), strict=True):
            if len(spans) != len(store.arrays.of_paper(number)) - 2 or any(s.end > len(paper.abstract) for s in spans):
                yield f"{PAPERS_FILE} and the vectors disagree on the sentences of paper {number}"


def _wrong_words(store: Store) -> Iterator[str]:
    """Papers whose words in the index are not those of their text."""
    stems = list(store.bm25.terms)
    for numbers in _batches(store):
        for number, paper in zip(numbers, store.papers(numbers), strict=True):
            own = slice(*store.bm25.paper_starts[number : number + 2].tolist())
            terms, counts = store.bm25.paper_terms[own].tolist(), store.bm25.paper_counts[own].tolist()
            indexed = {stems[term]: count for term, count in zip(terms, counts, strict=True)}
            if indexed != term_frequencies(paper.title, paper.abstract):
                yield f"{BM25_FOLDER} has other words of paper {number} than {PAPERS_FILE}"


def _wrong_vectors(store: Store) -> Iterator[str]:
    """Papers whose passages in Chroma are not those that their vectors add up to."""
    import numpy as np

    for numbers in _batches(store):
        expected = {id: vector for n in numbers for id, vector in store.vectors_of(n).passages(n).items()}
        found = store.chroma.get(list(expected))
        for id, vector in expected.items():
            if id not in found or not np.allclose(found[id], vector, atol=_SAME):
                yield f"Chroma has another vector of passage {id} than the vectors give, or none"


def _batches(store: Store) -> Iterator[list[int]]:
    for start in range(1, store.paper_count + 1, _BATCH):
        yield list(range(start, min(start + _BATCH, store.paper_count + 1)))
