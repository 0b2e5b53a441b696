"""Which papers answer, and which of their sentences say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.sentence_ranking import best_sentences, has_number, names_paper, terms_beyond_title
from rag.language.sentences import Span
from rag.language.tokens import stems
from rag.paper import Paper
from rag.query.intent import Intent, asks_for_quantity
from rag.retrieval.hits import Hit, Hits

# A paper matches where its score as a share of the best one, and what speaks for it as a share of the most that speaks
# for any, add up to this. Who asks for papers wants all of them, who asks for a fact wants those that tell it.
MATCHING: dict[Intent, float] = {"papers": 1.45, "comparison": 1.45, "definition": 1.6, "fact": 1.5}
PARTIAL = 0.3  # that a paper may lack to matching and still touch the question,
MOST_PARTIAL = 3  # and how many such papers are told: the best of them by score are right in one case of four
# What speaks for it must also be at least this share: a paper may score by the company it keeps, or by one frequent
# word, and say nothing of the matter.
SIGNAL = 0.7
# Of one paper in a list: what matches, and how or how much. Fewer papers have room for more, and a table for most.
SENTENCES = 2
SENTENCES_OF_FEW = 3
SENTENCES_COMPARED = 4
FEW: dict[Intent, int] = {"papers": 2, "comparison": 2, "definition": 5, "fact": 5}  # papers


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sentences of one paper that answer, in the order to be read."""

    paper: Paper
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a search brought, as evidence.

    `matching` papers answer the question, best first; `partial` ones touch it only, each with its nearest sentence.
    `probability` is that of the collection answering the question, 0 to 1. `more` is true where the last paper that was
    brought still matches, so that others may. `silent` is the paper that the question names, if all it says of what is
    asked is nothing; then none matches.
    """

    relevant: list[Evidence]
    related: list[Evidence]
    probability: float
    more: bool = False
    not_stated_by: Paper | None = None


def select(question: str, intent: Intent, hits: Hits, min_probability: float) -> Selection:
    """The papers that answer `question`; none where that is less probable than `min_probability`."""
    named = next((hit.paper for hit in hits.papers if names_paper(question, hit.paper.title)), None)
    if hits.probability < min_probability or not (hits.papers and hits.terms) or _silent(question, named, intent, hits):
        return Selection([], [], hits.probability, not_stated_by=named if intent == "fact" else None)
    fits = _fits(hits.papers)
    matching = [hit for hit, fit in zip(hits.papers, fits, strict=True) if fit >= MATCHING[intent]]
    partial = [hit for hit, fit in zip(hits.papers, fits, strict=True) if 0 < MATCHING[intent] - fit <= PARTIAL]
    return Selection(
        gather(question, intent, matching, hits),
        gather(question, intent, partial[:MOST_PARTIAL], hits, 1),
        hits.probability,
        fits[-1] >= MATCHING[intent],
    )


def select_compared(question: str, hits: Hits) -> Selection:
    """All papers of `hits`, those that a comparison names."""
    return Selection(gather(question, "comparison", hits.papers, hits, SENTENCES_COMPARED), [], hits.probability)


def gather(
    question: str, intent: Intent, papers: Sequence[Hit], hits: Hits, count: int | None = None
) -> list[Evidence]:
    """The best sentences of `papers`, `count` of each, or as many as there is room for; `hits` has the terms."""
    count = count or (SENTENCES_OF_FEW if len(papers) <= FEW[intent] else SENTENCES)
    chosen = (best_sentences(question, intent, hit.paper, hit.sentences, hits.terms, count) for hit in papers)
    return [Evidence(hit.paper, spans) for hit, spans in zip(papers, chosen, strict=True)]


def _silent(question: str, named: Paper | None, intent: Intent, hits: Hits) -> bool:
    """Whether the paper that a question for a fact has `named` has no word or number of what is asked."""
    if named is None or intent != "fact" or (asks_for_quantity(question) and has_number(named.abstract)):
        return False
    asked, said = terms_beyond_title(named.title, hits.terms), stems(named.abstract)
    return bool(asked) and not any(said.intersection(term.expansions) for term in asked)


def _fits(papers: Sequence[Hit]) -> list[float]:
    """How well each paper fits, up to 2 for the best, 0 where too little speaks for it."""
    most = max(hit.signal for hit in papers)
    telling = [hit.score for hit in papers if hit.signal >= SIGNAL * most]
    best = max(telling)
    return [_share(hit.score, best) + hit.signal / most if hit.signal >= SIGNAL * most else 0.0 for hit in papers]


def _share(score: float, best: float) -> float:
    return score / best if best > 0 else float(score == best)
