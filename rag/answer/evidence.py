"""Selecting the evidence: which papers answer a question, and which of their sentences show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.sentence_ranking import best_sentences, has_number, names_paper, terms_beyond_title
from rag.language.sentences import Span
from rag.language.tokens import stems
from rag.paper import Paper
from rag.query.intent import Intent, asks_for_quantity
from rag.retrieval.hits import Hit, Hits

# A paper's fit is its score as a share of the best score plus its signal as a share of the highest signal: 2 at most.
# From MIN_FIT on it is relevant: a question for papers wants all of them, one for a fact only those that state it.
MIN_FIT: dict[Intent, float] = {"papers": 1.45, "comparison": 1.45, "definition": 1.6, "fact": 1.5}
RELATED_MARGIN = 0.3  # below MIN_FIT within which a paper is related
MAX_RELATED = 3  # the best related papers by score, about one in four of which is relevant after all
# A paper below this share of the highest signal does not fit at all: it scores high because similar papers do, or
# because of one frequent word, without saying anything about the question.
MIN_SIGNAL_SHARE = 0.7
# Sentences shown of each paper; more where few papers are relevant, and most in a comparison's table.
MAX_SENTENCES = 2
MAX_SENTENCES_OF_FEW = 3
MAX_SENTENCES_COMPARED = 4
FEW_PAPERS: dict[Intent, int] = {"papers": 2, "comparison": 2, "definition": 5, "fact": 5}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sentences of one paper that answer the question, in reading order."""

    paper: Paper
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """The evidence among the hits of a search.

    `relevant` papers answer the question, best first; `related` papers come close to it but do not answer it, each with
    its best sentence. `probability` is how likely the collection is to answer the question, 0 to 1. `more` is true if
    the last hit is relevant, so that papers beyond the hits may be too. `not_stated_by` is the paper that the question
    names, if its abstract states nothing about what is asked; then no paper is relevant.
    """

    relevant: list[Evidence]
    related: list[Evidence]
    probability: float
    more: bool = False
    not_stated_by: Paper | None = None


def select(question: str, intent: Intent, hits: Hits, min_probability: float) -> Selection:
    """The papers among `hits` that answer `question`; none if its probability is below `min_probability`."""
    named = next((hit.paper for hit in hits.papers if names_paper(question, hit.paper)), None)
    is_answerable = hits.probability >= min_probability and hits.papers and hits.terms
    if not is_answerable or _is_not_stated(question, named, intent, hits):
        return Selection([], [], hits.probability, not_stated_by=named if intent == "fact" else None)
    fits = _fits(hits.papers)
    relevant = [hit for hit, fit in zip(hits.papers, fits, strict=True) if fit >= MIN_FIT[intent]]
    related = [hit for hit, fit in zip(hits.papers, fits, strict=True) if 0 < MIN_FIT[intent] - fit <= RELATED_MARGIN]
    return Selection(
        gather(question, intent, relevant, hits),
        gather(question, intent, related[:MAX_RELATED], hits, 1),
        hits.probability,
        fits[-1] >= MIN_FIT[intent],
    )


def select_compared(question: str, hits: Hits) -> Selection:
    """All papers of `hits`, which are those that a comparison names."""
    return Selection(gather(question, "comparison", hits.papers, hits, MAX_SENTENCES_COMPARED), [], hits.probability)


def gather(
    question: str, intent: Intent, papers: Sequence[Hit], hits: Hits, count: int | None = None
) -> list[Evidence]:
    """The best `count` sentences of each of `papers`, which are among `hits`.

    Without `count`, the fewer the papers, the more sentences of each.
    """
    count = count or (MAX_SENTENCES_OF_FEW if len(papers) <= FEW_PAPERS[intent] else MAX_SENTENCES)
    spans = (best_sentences(question, intent, hit.paper, hit.sentences, hits.terms, count) for hit in papers)
    return [Evidence(hit.paper, chosen) for hit, chosen in zip(papers, spans, strict=True)]


def _is_not_stated(question: str, named: Paper | None, intent: Intent, hits: Hits) -> bool:
    """Whether `question` asks for a fact about the paper `named` whose abstract has no word or number of it."""
    if named is None or intent != "fact" or (asks_for_quantity(question) and has_number(named.abstract)):
        return False
    terms, abstract = terms_beyond_title(named.title, hits.terms), stems(named.abstract)
    return bool(terms) and not any(abstract.intersection(term.expansions) for term in terms)


def _fits(papers: Sequence[Hit]) -> list[float]:
    """The fit of each paper, up to 2; 0 if its signal is too low."""
    max_signal = max(hit.signal for hit in papers)
    has_signal = [hit.signal >= MIN_SIGNAL_SHARE * max_signal for hit in papers]
    max_score = max(hit.score for hit, enough in zip(papers, has_signal, strict=True) if enough)
    return [
        _share(hit.score, max_score) + hit.signal / max_signal if enough else 0.0
        for hit, enough in zip(papers, has_signal, strict=True)
    ]


def _share(score: float, max_score: float) -> float:
    """`score` as a share of `max_score`; where that is not positive, 1 for the best paper and 0 for the rest."""
    return score / max_score if max_score > 0 else float(score == max_score)
