"""What a retrieved paper's likeness to a question is worth as a probability, learned from the collection itself.

A known-item question is made of words from all over an abstract: the collection answers it, but no sentence says just
that. A question from outside is about cooking, travel, law or history. How far apart the two lie depends on the
embedding and the collection: the more papers, the nearer something comes to any question.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import fmean, pvariance
from typing import TYPE_CHECKING

from rag import question

if TYPE_CHECKING:
    from rag.index.build import Progress
    from rag.index.store import Store
    from rag.retrieve import HybridRetriever

OUTSIDE = Path(__file__).parent / "outside.txt"
COVERED, NAMED = 0.2, 0.15
KNOWN = 50  # known-item questions
WORDS = range(4, 8)  # of a known-item question, as people type them
TRIM = 5  # questions from outside that are nearest, left out: a collection may be about one of them
SPREAD = 0.02  # standard deviation that is the least to be believed of a few questions
TOP = 20  # papers among which the likeliest is sought: the best by score need not be the nearest
ABSTRACTS = 200  # whose sentences are compared to one another
ALIKE = 0.75  # share of them that are less alike than a written sentence must be to its source
SEED = 20_000  # the same collection gets the same curve


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic curve: the signal at which both kinds of question are as likely, and how steep it is there."""

    centre: float
    slope: float

    def __call__(self, signal: float) -> float:
        """The probability, 0 to 1, that what has this `signal` answers."""
        return 1.0 / (1.0 + math.exp(max(-60.0, min(60.0, self.slope * (self.centre - signal)))))


def signal(nearness: float, coverage: float, named: float) -> float:
    """How much speaks for a paper answering a question: a cosine, and a little for holding its terms and names.

    `coverage` and `named` are shares, 0 to 1. Weights near these told questions best from the same questions on a
    collection without the papers that answer them, over four collections together; the optimum is flat.
    """
    return nearness + COVERED * coverage + NAMED * named


def fit(retriever: HybridRetriever, progress: Progress) -> Curve:
    """The curve for the collection of `retriever`: that of two normal distributions with one variance.

    That is linear discriminant analysis in one dimension (Fisher 1936), with equal numbers of both.
    """
    items, others = list(known_items(retriever)), OUTSIDE.read_text(encoding="utf-8").splitlines()
    signals = []
    for done, asked in enumerate(questions := [*items, *others]):
        progress("calibrating", done, len(questions))
        signals.append(max((hit.signal for hit in retriever.search([asked], TOP).papers), default=-1.0))
    progress("calibrating", len(questions), len(questions))
    known, outside = signals[: len(items)], sorted(signals[len(items) :])[:-TRIM]
    if not known:  # no sentence has words enough to ask for; only what is as near as a copy counts
        return Curve(1.0, 1.0 / SPREAD)
    variance = max((pvariance(known) + pvariance(outside)) / 2, SPREAD**2)
    apart = max(fmean(known) - fmean(outside), SPREAD)
    return Curve((fmean(known) + fmean(outside)) / 2, apart / variance)


def alike(store: Store) -> float:
    """The cosine above which a sentence is more like another than three in four of one abstract are to each other.

    1 where no abstract of the sample has two.
    """
    import numpy as np

    chance = random.Random(SEED)
    numbers = chance.sample(range(1, store.papers + 1), min(ABSTRACTS, store.papers))
    vectors = [of_paper for of_paper in store.sentence_vectors(numbers) if len(of_paper) > 1]
    pairs = [(own @ own.T)[np.triu_indices(len(own), 1)] for own in vectors]
    return float(np.quantile(np.concatenate(pairs), ALIKE)) if pairs else 1.0


def known_items(retriever: HybridRetriever) -> Iterator[str]:
    """Questions that the collection answers: words of an abstract, in their order; at most KNOWN, always the same."""
    chance = random.Random(SEED)
    numbers = list(range(1, retriever.store.papers + 1))
    chance.shuffle(numbers)
    asked = islice(numbers * (KNOWN // len(numbers) + 1), KNOWN)
    for words in (question.terms(retriever.store.paper(number).abstract) for number in asked):
        if len(words) >= WORDS.start:
            kept = sorted(chance.sample(range(len(words)), min(len(words), chance.choice(WORDS))))
            yield " ".join(words[n] for n in kept)
