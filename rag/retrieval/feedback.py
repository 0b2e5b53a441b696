"""Pseudo-relevance feedback, and smoothing of scores over nearest neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_array

FEEDBACK_PAPERS = 10  # the top papers, which are taken to be relevant
FEEDBACK_TERMS = 20
TEMPERATURE = 2.0  # of the softmax over z-scores: a paper 2 behind the best gets about a third of its weight
NEIGHBOURS = 5  # papers over which a score is smoothed
SMOOTHING = 0.5  # weight of the neighbours' mean score, relative to a paper's own


def relevance_model(papers: csr_array, scores: np.ndarray) -> np.ndarray:
    """The weight of each term in a model of the relevant papers: 0 for all but about FEEDBACK_TERMS terms.

    `papers` is the BM25 of each term in each feedback paper, of shape (papers, terms), and `scores` are the papers'
    z-scores. This is the relevance model of Lavrenko and Croft (2001), with BM25 in place of language models.
    """
    import numpy as np

    shares = np.exp((scores - scores.max()) / TEMPERATURE)
    lengths = np.sqrt(np.asarray(papers.multiply(papers).sum(axis=1))) + 1e-9
    model: np.ndarray = papers.T @ (shares / shares.sum() / lengths)
    if len(model) > FEEDBACK_TERMS:
        model[model < np.partition(model, -FEEDBACK_TERMS)[-FEEDBACK_TERMS]] = 0.0
    return model


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
    nearest = np.argsort(-cosines, axis=1)[:, : min(NEIGHBOURS, len(scores) - 1)]
    weights = np.maximum(np.take_along_axis(cosines, nearest, axis=1), 1e-6)
    smoothed: np.ndarray = scores + SMOOTHING * (weights * scores[nearest]).sum(axis=1) / weights.sum(axis=1)
    return smoothed
