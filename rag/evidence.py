"""Which papers answer, and which of their sentences say it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.papers import Paper
from rag.passages import Span
from rag.question import asks_for_quantity
from rag.retrieve import Hit, Hits
from rag.terms import Term
from rag.words import stem, words

# A paper matches where its score is at least this share of the best one, and touches the question above the second.
# Of the papers that match 0.86 are right, and 0.86 of those that are right match, on the development questions.
MATCHING, PARTIAL = 0.6, 0.5
# What speaks for it must also be at least this share of what speaks for the paper that has most for it: a paper may
# score by the company it keeps, or by one frequent word, and say nothing of the matter.
SIGNAL = 0.7
SENTENCES = 2  # of one paper: the one that matches, and the one that says how or how much
SENTENCES_OF_FEW = 3  # where so few papers answer that there is room for more
FEW = 2
# What a sentence is worth beside its cosine to the question. An abstract opens with what is known and missing; what
# the paper itself does stands in sentences that say "we" or name the method, and those are the evidence.
OWN_WORK = 0.15
QUANTITY = 0.15  # for a sentence with a number, where a number is asked for
WORD_SHARE = 0.2  # times the share, by weight, that the sentence holds of the terms that the title does not
OPENING = -0.15  # for the first sentence where it does not tell the paper's own work: it is the background
NAME = 3  # words before the colon of a title that still are a method's name
ELSEWHERE = -0.3  # for a sentence that says where the code or the project page is

_OWN_WORK = re.compile(r"\b(we|our|(this|the) (paper|work|article|study|thesis|method|approach|book))\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d|\b(twice|half|orders? of magnitude|times)\b", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"https?://|\b(code|data|models?|page|website)\b.*\b(available|released|found at)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sentences of one paper that answer, in the order of its abstract."""

    paper: Paper
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a search brought, as evidence.

    `matching` papers answer the question, best first; `partial` ones touch it only, each with its nearest sentence.
    `probability` is that of the collection answering the question, 0 to 1. `more` is true where the last paper that was
    brought still matches, so that others may.
    """

    matching: list[Evidence]
    partial: list[Evidence]
    probability: float
    more: bool = False


def select(question: str, hits: Hits, min_probability: float) -> Selection:
    """The papers that answer `question`; none where that is less probable than `min_probability`."""
    if hits.probability < min_probability or not (hits.papers and hits.terms):
        return Selection([], [], hits.probability)
    signal = SIGNAL * max(hit.signal for hit in hits.papers)
    telling = [hit for hit in hits.papers if hit.signal >= signal]
    best = max(hit.score for hit in telling)
    enough = min(MATCHING * best, best)  # the best may be below zero
    matching = [hit for hit in telling if hit.score >= enough]
    partial = [hit for hit in telling if hit not in matching and hit.score >= PARTIAL * best]
    count = SENTENCES_OF_FEW if len(matching) <= FEW else SENTENCES
    return Selection(
        [Evidence(hit.paper, _best_sentences(question, hit, hits.terms, count)) for hit in matching],
        [Evidence(hit.paper, _best_sentences(question, hit, hits.terms, 1)) for hit in partial],
        hits.probability,
        hits.papers[-1].score >= enough,
    )


def _best_sentences(question: str, hit: Hit, terms: tuple[Term, ...], count: int) -> tuple[Span, ...]:
    """The `count` sentences that are worth most, in the order of the abstract."""
    title = _stems(hit.paper.title)
    telling = {stem(term.word): term.weight for term in terms if stem(term.word) not in title}
    quantity = QUANTITY if asks_for_quantity(question) else 0.0

    def worth(scored: tuple[Span, float]) -> float:
        span, cosine = scored
        sentence = hit.paper.abstract[span.start : span.end]
        said = _stems(sentence)
        held = sum(weight for term, weight in telling.items() if term in said)
        return (
            cosine
            + WORD_SHARE * held / (sum(telling.values()) or 1.0)
            + (OWN_WORK if _tells_own_work(sentence, hit.paper.title) else OPENING * (span.start == 0))
            + quantity * bool(_NUMBER.search(sentence))
            + ELSEWHERE * bool(_ELSEWHERE.search(sentence))
        )

    chosen = sorted(hit.sentences, key=worth, reverse=True)[:count]
    return tuple(sorted((span for span, _ in chosen), key=lambda span: span.start))


def _tells_own_work(sentence: str, title: str) -> bool:
    name, colon, _ = title.partition(":")
    named = bool(colon) and len(name.split()) <= NAME and name.lower() in sentence.lower()
    return named or bool(_OWN_WORK.search(sentence))


def _stems(text: str) -> set[str]:
    return {stem(word) for word in words(text)}
