"""Putting the scores of several channels on one scale and combining them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

# Near these weights, questions that a collection answers are best separated from the same questions asked of the
# collection without the relevant papers, over four collections together. The optimum is flat.
COVERAGE_WEIGHT, ENTITY_WEIGHT = 0.2, 0.15


def zscore(scores: np.ndarray) -> np.ndarray:
    """`scores` minus their mean, in units of their standard deviation; zeros where all are equal.

    If they have two axes, each row is put on this scale by itself.
    """
    import numpy as np

    deviation = scores.std(axis=-1, keepdims=True)
    scaled: np.ndarray = (scores - scores.mean(axis=-1, keepdims=True)) / np.where(deviation > 1e-9, deviation, np.inf)
    return scaled


def relevance_signal(similarity: float, coverage: float, entity_coverage: float) -> float:
    """How strongly a paper appears to answer a question: its cosine, plus a little for matching terms and names.

    `coverage` is the share of the question's terms that the paper contains, and `entity_coverage` that of its names,
    both 0 to 1.
    """
    return similarity + COVERAGE_WEIGHT * coverage + ENTITY_WEIGHT * entity_coverage


def blend(scores: np.ndarray, reranked: np.ndarray) -> np.ndarray:
    """Adds a reranker's scores to the first of `scores`, which are in descending order.

    `reranked` holds the reranker's scores of the first papers. They are scaled to the standard deviation of those
    papers' own scores, so that both count the same. Every other paper gets the lowest of the scaled scores, so that
    none of them moves ahead by not having been reranked.
    """
    import numpy as np

    added = scores[: len(reranked)].std() * zscore(reranked.astype(float))
    blended: np.ndarray = scores + np.pad(added, (0, len(scores) - len(reranked)), constant_values=added.min())
    return blended
