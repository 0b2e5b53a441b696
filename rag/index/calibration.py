"""What a retrieved paper's likeness to a question is worth as a probability, learned from the collection itself.

A known-item question is made of words from all over an abstract: the collection answers it, but no sentence says just
that. A question from outside is about cooking, travel, law or history. How far apart the two lie depends on the
embedding and the collection: the more papers, the nearer something comes to any question.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import fmean, pvariance
from typing import TYPE_CHECKING

from rag.language.tokens import content_terms

if TYPE_CHECKING:
    from rag.index.store import Store

OUTSIDE = Path(__file__).parent / "outside_questions.txt"
KNOWN = 50  # known-item questions
WORDS = range(4, 8)  # of a known-item question, as people type them
TRIM = 5  # questions from outside that are nearest, left out: a collection may be about one of them
SPREAD = 0.02  # standard deviation that is the least to be believed of a few questions
SEED = 20_000  # the same collection gets the same curve


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic curve: the signal at which both kinds of question are as likely, and how steep it is there."""

    centre: float
    slope: float

    def __call__(self, signal: float) -> float:
        """The probability, 0 to 1, that what has this `signal` answers."""
        return 1.0 / (1.0 + math.exp(max(-60.0, min(60.0, self.slope * (self.centre - signal)))))


def fit(store: Store, signals_of: Callable[[Sequence[str]], Iterable[float]]) -> Curve:
    """The curve for the collection in `store`: that of two normal distributions with one variance.

    `signals_of` gives for each question the highest relevance signal of any paper. This is linear discriminant analysis
    in one dimension (Fisher 1936), with equal numbers of both.
    """
    items, others = list(known_items(store)), OUTSIDE.read_text(encoding="utf-8").splitlines()
    signals = list(signals_of([*items, *others]))
    known, outside = signals[: len(items)], sorted(signals[len(items) :])[:-TRIM]
    if not known:  # no sentence has words enough to ask for; only what is as near as a copy counts
        return Curve(1.0, 1.0 / SPREAD)
    variance = max((pvariance(known) + pvariance(outside)) / 2, SPREAD**2)
    apart = max(fmean(known) - fmean(outside), SPREAD)
    return Curve((fmean(known) + fmean(outside)) / 2, apart / variance)


def known_items(store: Store) -> Iterator[str]:
    """Questions that the collection answers: words of an abstract, in their order; at most KNOWN, always the same."""
    chance = random.Random(SEED)
    numbers = list(range(1, store.paper_count + 1))
    chance.shuffle(numbers)
    asked = islice(numbers * (KNOWN // len(numbers) + 1), KNOWN)
    for words in (content_terms(store.paper(number).abstract) for number in asked):
        if len(words) >= WORDS.start:
            kept = sorted(chance.sample(range(len(words)), min(len(words), chance.choice(WORDS))))
            yield " ".join(words[n] for n in kept)
