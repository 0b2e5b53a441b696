"""Turns a paper's relevance signal into a probability, with a curve fitted to the collection itself.

Known-item questions are words sampled from all over an abstract, so the collection answers them although no sentence
says just that. Outside questions are about cooking, travel, law or history. How well their signals separate depends on
the embedding and the collection: the more papers, the nearer the nearest one comes to any question.
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

OUTSIDE_QUESTIONS = Path(__file__).parent / "outside_questions.txt"  # one a line
KNOWN_ITEMS = 50  # known-item questions
KNOWN_ITEM_WORDS = range(4, 8)  # words of a known-item question: as many as people type
SEED = 20_000  # for reproducible curves
_TRIMMED = 5  # highest outside signals to ignore: a collection may be about one of these topics
_MIN_STDDEV = 0.02  # floor for an estimate from so few questions


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic curve: `centre` is the signal with probability 0.5, `slope` the steepness there."""

    centre: float
    slope: float

    def __call__(self, signal: float) -> float:
        """The probability, 0 to 1, that a paper with this relevance signal answers the question."""
        return 1.0 / (1.0 + math.exp(max(-60.0, min(60.0, self.slope * (self.centre - signal)))))


def fit(store: Store, signals_of: Callable[[Sequence[str]], Iterable[float]]) -> Curve:
    """The curve for the collection in `store`.

    `signals_of` returns for each question the highest relevance signal of any paper. The signals of known-item and of
    outside questions are taken as two normal distributions with equal variance and equal priors, whose posterior is a
    logistic curve: linear discriminant analysis in one dimension (Fisher 1936).
    """
    known_questions = list(known_items(store))
    outside_questions = OUTSIDE_QUESTIONS.read_text(encoding="utf-8").splitlines()
    signals = list(signals_of([*known_questions, *outside_questions]))
    known, outside = signals[: len(known_questions)], sorted(signals[len(known_questions) :])[:-_TRIMMED]
    if not known:  # no abstract has enough words for a question: require signals near 1, which only a copy has
        return Curve(1.0, 1.0 / _MIN_STDDEV)
    variance = max((pvariance(known) + pvariance(outside)) / 2, _MIN_STDDEV**2)
    difference = max(fmean(known) - fmean(outside), _MIN_STDDEV)
    return Curve((fmean(known) + fmean(outside)) / 2, difference / variance)


def known_items(store: Store) -> Iterator[str]:
    """Questions that the collection answers, at most KNOWN_ITEMS: words of an abstract in their order.

    The same collection always gets the same questions.
    """
    rng = random.Random(SEED)
    numbers = list(range(1, store.paper_count + 1))
    rng.shuffle(numbers)
    sample = islice(numbers * (KNOWN_ITEMS // len(numbers) + 1), KNOWN_ITEMS)
    for words in (content_terms(store.paper(number).abstract) for number in sample):
        if len(words) >= KNOWN_ITEM_WORDS.start:
            kept = sorted(rng.sample(range(len(words)), min(len(words), rng.choice(KNOWN_ITEM_WORDS))))
            yield " ".join(words[n] for n in kept)
