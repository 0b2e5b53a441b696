"""The papers that are most like a paper."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from rag.index.store import EXACT_PAPERS

if TYPE_CHECKING:
    import numpy as np

    from rag.index.store import Store

PASSAGES_PER_PAPER = 4  # of a large collection: the nearest passages looked up for each paper that is wanted


def most_similar(number: int, limit: int, store: Store, among: Collection[int] | None = None) -> list[int]:
    """The numbers of the `limit` papers whose vectors are nearest to that of paper `number`, the nearest first.

    Itself is not among them; with `among`, only papers with these numbers are.
    """
    import numpy as np

    vector: np.ndarray = store.arrays.papers(np.array([number]))[0]
    others = np.array(sorted(_candidates(vector, limit, store, among) - {number}), dtype=np.int64)
    if not len(others):
        return []
    cosines = store.arrays.papers(others) @ vector
    best: list[int] = others[np.argsort(-cosines, kind="stable")[:limit]].tolist()
    return best


def _candidates(vector: np.ndarray, limit: int, store: Store, among: Collection[int] | None) -> set[int]:
    """All papers of a small collection, and of a large one those with the nearest passages."""
    if store.paper_count <= EXACT_PAPERS:
        return set(range(1, store.paper_count + 1)) if among is None else set(among)
    return store.nearest(vector, PASSAGES_PER_PAPER * limit, among)
