"""Which papers answer, and which of their sentences say it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.papers import Paper
from rag.passages import Span
from rag.question import asks_for_quantity, terms
from rag.retrieve import Hit, Hits

# A paper belongs to the answer where it scores at least this share of the best one. On the development questions
# 0.6 cites 0.60 of its papers rightly, 0.7 cites 0.71 and 0.8 cites 0.77, while 0.90, 0.90 and 0.84 of the
# papers that answer are cited.
SHARE_OF_BEST = 0.7
SENTENCES = 2  # of one paper: the one that matches, and the one that says how or how much
# What a sentence is worth beside its cosine to the question. An abstract opens with what is known and missing; what
# the paper itself does stands in sentences that say "we", and those are the evidence.
OWN_WORK = 0.15
QUANTITY = 0.15  # for a sentence with a number, where a number is asked for
WORD_SHARE = 0.2  # times the share of the question's terms that the sentence holds

_OWN_WORK = re.compile(r"\b(we|our)\b|\b(this|the) (paper|work|article|study|thesis|method|approach|book)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d|\b(twice|half|orders? of magnitude|times)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sentences of one paper that answer, in the order of its abstract."""

    paper: Paper
    spans: tuple[Span, ...]


def select(question: str, hits: Hits, limit: int, min_relevance: float) -> list[Evidence]:
    """The papers that answer `question`, best first and at most `limit`; none where nothing is relevant."""
    if not terms(question) or not (hits.relevance >= min_relevance or hits.all_terms):
        return []
    best = hits.papers[0].score
    answering = [hit for hit in hits.papers[:limit] if hit.score >= SHARE_OF_BEST * best]
    return [Evidence(hit.paper, _best_sentences(question, hit)) for hit in answering]


def _best_sentences(question: str, hit: Hit) -> tuple[Span, ...]:
    def worth(span: Span, cosine: float) -> float:
        return cosine + _bonus(question, hit.paper.abstract[span.start : span.end])

    ranked = sorted(hit.sentences, key=lambda pair: -worth(*pair))
    return tuple(sorted((span for span, _ in ranked[:SENTENCES]), key=lambda span: span.start))


def _bonus(question: str, sentence: str) -> float:
    wanted = terms(question)
    words = sentence.lower()
    held = sum(term[: max(4, len(term) - 3)] in words for term in wanted) / len(wanted)
    own = OWN_WORK if _OWN_WORK.search(sentence) else 0.0
    quantity = QUANTITY if asks_for_quantity(question) and _NUMBER.search(sentence) else 0.0
    return WORD_SHARE * held + own + quantity
