"""Pseudo-relevance feedback, and smoothing of scores over nearest neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from rag.index.bm25 import BM25Index

FEEDBACK_PAPERS = 10  # the top papers, which are taken to be relevant
FEEDBACK_TERMS = 40
TEMPERATURE = 2.0  # of the softmax over z-scores: a paper 2 behind the best gets about a third of its weight
NEIGHBOURS = 5  # papers over which a score is smoothed
SMOOTHING = 0.5  # weight of the neighbours' mean score, relative to a paper's own


def relevance_scores(numbers: np.ndarray, scores: np.ndarray, index: BM25Index) -> np.ndarray:
    """How much each of the papers `numbers` uses the terms of the best of them: float64 of (papers,).

    `scores` are the papers' z-scores, by which the best FEEDBACK_PAPERS are taken to be relevant.
    """
    import numpy as np

    top = np.argsort(-scores, kind="stable")[:FEEDBACK_PAPERS]
    found: np.ndarray = index.scores(*relevance_model(numbers[top], scores[top], index))[numbers]
    return found


def relevance_model(numbers: np.ndarray, scores: np.ndarray, index: BM25Index) -> tuple[np.ndarray, np.ndarray]:
    """The terms in a model of the relevant papers `numbers`, at most FEEDBACK_TERMS, heaviest first, and their weights.

    `scores` are the papers' z-scores. This is the relevance model of Lavrenko and Croft (2001), with BM25 in place of
    language models.
    """
    import numpy as np

    shares = np.exp((scores - scores.max()) / TEMPERATURE)
    positions, terms, bm25 = index.entries(numbers)
    lengths = np.sqrt(np.bincount(positions, bm25.astype(np.float64) ** 2, minlength=len(numbers))) + 1e-9
    found, places = np.unique(terms, return_inverse=True)
    weights = np.bincount(places, (shares / shares.sum() / lengths)[positions] * bm25)
    heaviest = np.argsort(-weights, kind="stable")[:FEEDBACK_TERMS]
    return found[heaviest], weights[heaviest]


def smooth_over_neighbours(scores: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Adds to each of `scores` the weighted mean score of the paper's nearest neighbours among these papers.

    `vectors` are the papers' unit vectors, of shape (papers, dimensions). Similar papers tend to answer the same
    questions; see Diaz, Regularizing ad hoc retrieval scores (2005).
    """
    import numpy as np

    if len(scores) < 2:
        return scores  # a single paper has no neighbours
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1.0)
    count = min(NEIGHBOURS, len(scores) - 1)
    nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
    weights = np.maximum(np.take_along_axis(cosines, nearest, axis=1), 1e-6)
    smoothed: np.ndarray = scores + SMOOTHING * (weights * scores[nearest]).sum(axis=1) / weights.sum(axis=1)
    return smoothed
