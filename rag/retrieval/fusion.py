"""Scores of candidate papers: put on one scale and added, then corrected by what the best of them have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def zscore(scores: np.ndarray) -> np.ndarray:
    """`scores` less their mean, in units of their standard deviation; zeros where all are equal."""
    import numpy as np

    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)


COVERAGE_WEIGHT, ENTITY_WEIGHT = 0.2, 0.15


def relevance_signal(nearness: float, coverage: float, named: float) -> float:
    """How much speaks for a paper answering a question: a cosine, and a little for holding its terms and names.

    `coverage` and `named` are shares, 0 to 1. Weights near these told questions best from the same questions on a
    collection without the papers that answer them, over four collections together; the optimum is flat.
    """
    return nearness + COVERAGE_WEIGHT * coverage + ENTITY_WEIGHT * named


RERANKED = 50  # papers, the best by everything else: each costs the model a pass over question and abstract


def blend(scores: np.ndarray, read: np.ndarray) -> np.ndarray:
    """`scores` of papers, best first, with what was `read` of the first of them added.

    It has as much say among those as all that made the scores. The others get the least that any of those got, so
    none of them comes before.
    """
    import numpy as np

    added = scores[: len(read)].std() * zscore(read.astype(float))
    blended: np.ndarray = scores + np.pad(added, (0, len(scores) - len(read)), constant_values=added.min())
    return blended
