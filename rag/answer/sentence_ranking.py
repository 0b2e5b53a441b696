"""Ranking the sentences of an abstract as evidence.

The weights were fitted to the judged evidence of the development questions by pairwise logistic regression with
leave-one-question-out cross-validation, and rounded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.aspects import aspect_of
from rag.language.cues import describes_own_work, states_contribution
from rag.language.sentences import Span
from rag.language.tokens import stem, stems
from rag.paper import Paper
from rag.query.intent import Intent, asks_for_quantity, term_to_define
from rag.retrieval.expansion import Term
from rag.retrieval.hits import ScoredSentence

# Weights of what is added to a sentence's cosine to the question.
TERM_WEIGHT = 0.5  # of the idf-weighted share of the question's terms in it, other than those in the title
BACKGROUND_WEIGHT = -0.5  # of a first sentence that is not about the paper's own work: it states what was known before
OWN_WORK_WEIGHT = 0.15  # of a sentence about the paper's own work
PROPOSAL_WEIGHT = 0.15  # of a sentence that states what the paper proposes
CENTRALITY_WEIGHT = 0.5  # of its cosine to the whole paper
QUANTITY_WEIGHT = 0.3  # of a number, where the question asks for one; it replaces the two weights above
DEFINITION_WEIGHT = 0.5  # of a definition of the term that the question asks about
AVAILABILITY_WEIGHT = -0.3  # of a sentence about where code, data or a project page can be found

_NUMBER = re.compile(r"\d|\b(twice|half|orders? of magnitude|times)\b", re.IGNORECASE)
_AVAILABILITY = re.compile(
    r"\A(?>.*?\b(?:code|data|models?|page|website)\b).*\b(?:available|released|found at)\b|https?://", re.IGNORECASE
)


def best_sentences(
    question: str, intent: Intent, paper: Paper, sentences: Sequence[ScoredSentence], terms: Sequence[Term], count: int
) -> tuple[Span, ...]:
    """The `count` best sentences of `paper`, in the order of the abstract; for a fact, the best one comes first.

    `terms` are those of `question`. A comparison also gets the best sentence of each aspect that those do not cover.
    """
    idf_by_stem = {stem(term.word): term.idf for term in terms_beyond_title(paper.title, terms)}
    asks_quantity, definition = asks_for_quantity(question), definition_pattern(term_to_define(question))

    def score(sentence: ScoredSentence) -> float:
        text = paper.abstract[sentence.span.start : sentence.span.end]
        is_own_work, sentence_stems = describes_own_work(text, paper.short_name), stems(text)
        matched_idf = sum(idf for term, idf in idf_by_stem.items() if term in sentence_stems)
        return (
            sentence.cosine
            + TERM_WEIGHT * matched_idf / (sum(idf_by_stem.values()) or 1.0)
            + (OWN_WORK_WEIGHT if is_own_work else BACKGROUND_WEIGHT * (sentence.span.start == 0))
            + (QUANTITY_WEIGHT * has_number(text) if asks_quantity else _contribution(text, sentence.centrality))
            + DEFINITION_WEIGHT * bool(definition and definition.search(text))
            + AVAILABILITY_WEIGHT * bool(_AVAILABILITY.search(text))
        )

    ranked = [sentence.span for sentence in sorted(sentences, key=score, reverse=True)]
    chosen = _with_each_aspect(paper, ranked, count) if intent == "comparison" else ranked[:count]
    first = 1 if intent == "fact" else 0
    return tuple(chosen[:first] + sorted(chosen[first:], key=lambda span: span.start))


def _with_each_aspect(paper: Paper, ranked: Sequence[Span], count: int) -> list[Span]:
    """The first `count` spans, and the first of each aspect that those do not cover."""
    aspects = [aspect_of(paper.abstract[span.start : span.end], paper) for span in ranked]
    return [span for n, span in enumerate(ranked) if n < count or aspects[n] not in aspects[:n]]


def terms_beyond_title(title: str, terms: Sequence[Term]) -> list[Term]:
    """Those of `terms` that do not occur in `title`: what a question about that paper asks beyond naming it."""
    known = stems(title)
    return [term for term in terms if stem(term.word) not in known]


def has_number(text: str) -> bool:
    """Whether `text` states a number, in digits or in words such as "twice"."""
    return bool(_NUMBER.search(text))


def _contribution(text: str, centrality: float) -> float:
    return PROPOSAL_WEIGHT * states_contribution(text) + CENTRALITY_WEIGHT * centrality


def definition_pattern(term: str) -> re.Pattern[str] | None:
    """Matches in a sentence that defines `term`; None if there is no term."""
    if not term:
        return None
    named = r"[\s-]+".join(map(re.escape, term.split())) + "s?"
    known_as = r"known\s+as|called|termed|named|coined|defined\s+as|referred\s+to\s+as"
    return re.compile(
        rf"\b(?:{known_as})\W{{1,9}}(?:an?\s+|the\s+)?\W{{0,9}}{named}\b|"
        rf"\b{named}\b\W{{0,9}}(?:\([^)]{{0,200}}\)\W{{0,9}})?(?:\b(?:is|are|refers?|denotes?|means?|i\.e\.|namely)\b|:\s|,\s+(?:an?|the|which|where|in\s+which)\b)",
        re.IGNORECASE,
    )
