"""How likely each paper of a ranking is to answer, and how many of them to show.

The weights come from logistic regression on the judged papers of five collections, Cranfield, CISI and MEDLINE among
them, each counted the same. Fitted without a collection, they tell its relevant papers from the others with an area
under the ROC curve of .92 and .88 on two sets of questions to the same papers, and .82, .65 and .91 on those three.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

INTERCEPT = -2.131
SCORE_WEIGHT = 0.1295  # of the paper's score, a sum of z-scores
GAP_WEIGHT = -0.0203  # of what the score lacks to the best one
RANK_WEIGHT = -0.1994  # of the natural logarithm of the rank, from 1
SIGNAL_WEIGHT = 0.018  # of the log odds of the paper's signal on the collection's own curve


def relevances(scores: Sequence[float], probabilities: Sequence[float]) -> list[float]:
    """The probability, 0 to 1, that each paper is relevant to a question for papers.

    `scores` are in descending order; `probabilities` are those of the papers' signals on the curve of the collection.
    """
    return [
        _sigmoid(
            INTERCEPT
            + SCORE_WEIGHT * score
            + GAP_WEIGHT * (scores[0] - score)
            + RANK_WEIGHT * math.log(rank)
            + SIGNAL_WEIGHT * _log_odds(probability)
        )
        for rank, (score, probability) in enumerate(zip(scores, probabilities, strict=True), 1)
    ]


def best_count(relevances: Sequence[float], beta: float) -> int:
    """How many of the first papers to show so that the expected F measure is highest; at least 1 if there are any.

    `relevances` are in descending order, or nearly. With `beta` below 1, precision counts more than recall. The
    expectation is approximated by the ratio of the expected counts; see Lewis (1995), Evaluating and optimizing
    autonomous text classification systems.
    """
    expected = sum(relevances)
    found, best, best_f = 0.0, 0, 0.0
    for count, relevance in enumerate(relevances, 1):
        found += relevance
        f = (1 + beta**2) * found / (count + beta**2 * expected)
        if f > best_f:
            best, best_f = count, f
    return best


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(bounded / (1 - bounded))
