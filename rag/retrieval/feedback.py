"""Pseudo-relevance feedback, and scores smoothed over nearest neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_array

FEEDBACK_PAPERS = 10  # the best, which tell what other words the topic goes by
FEEDBACK_TERMS = 20
TEMPERATURE = 2.0  # of the softmax that weighs them: standard scores, so a paper 2 behind the best counts a third
NEIGHBOURS = 5  # papers whose scores a paper's own is drawn towards
SMOOTHING = 0.5  # of the neighbours' mean score, in units of a paper's own


def relevance_model(papers: csr_array, scores: np.ndarray) -> np.ndarray:
    """What each word is worth as a mark of the best papers: 0 but for the FEEDBACK_WORDS most telling.

    `papers` are the best, one a row, as the BM25 of their words; `scores` are their standard scores. This is the
    relevance model of Lavrenko and Croft (2001), with BM25 in place of their language models.
    """
    import numpy as np

    shares = np.exp((scores - scores.max()) / TEMPERATURE)
    lengths = np.sqrt(np.asarray(papers.multiply(papers).sum(axis=1))) + 1e-9
    model: np.ndarray = papers.T @ (shares / shares.sum() / lengths)
    if len(model) > FEEDBACK_TERMS:
        model[model < np.partition(model, -FEEDBACK_TERMS)[-FEEDBACK_TERMS]] = 0.0
    return model


def smooth_over_neighbours(scores: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """`scores` of papers drawn towards those of the papers nearest to each: alike papers answer alike questions.

    `vectors` are the papers', of length 1, one a row. After Diaz, Regularizing ad hoc retrieval scores (2005).
    """
    import numpy as np

    if len(scores) < 2:
        return scores  # a paper alone has no neighbours
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -1.0)
    nearest = np.argsort(-alike, axis=1)[:, : min(NEIGHBOURS, len(scores) - 1)]
    weights = np.maximum(np.take_along_axis(alike, nearest, axis=1), 1e-6)
    pulled: np.ndarray = scores + SMOOTHING * (weights * scores[nearest]).sum(axis=1) / weights.sum(axis=1)
    return pulled
