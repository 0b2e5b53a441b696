"""Selecting the evidence: which papers answer a question, and which of their sentences show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.answer.aspects import aspect_of
from rag.answer.comparison import Compared
from rag.answer.facets import Facet, compared_facet_of, counted_noun, facet_of, states_count
from rag.answer.grounding import Grounding
from rag.answer.sentence_ranking import best_sentences, has_number, terms_beyond_title
from rag.index.phrases import contains
from rag.language.sentences import Span, span_texts
from rag.language.tokens import stems
from rag.paper import Paper
from rag.query.intent import LISTS, Intent, asks_for_quantity
from rag.query.titles import names_paper
from rag.retrieval.expansion import Term
from rag.retrieval.grading.grade import Grade
from rag.retrieval.hits import Hit, Hits
from rag.retrieval.relevance import best_count, naming_relevance

# Of a question for papers: precision counts most for those that match, recall for those that may. Of a survey, only the
# papers that state what it asks for are shown, so more can be considered.
MATCH_BETA, SURVEY_BETA, MAY_MATCH_BETA = 0.5, 0.6, 1.5
MIN_MATCH, MIN_MAY_MATCH = 0.25, 0.1  # relevance of a paper that matches, other than the best one, and of one that may
MAX_MAY_MATCH = 20
# Of the grade that a model gives a paper, as a probability: from the first on it answers, from the second on in part.
MIN_ANSWERS, MIN_PARTLY = 0.75, 0.25
# Of other questions. A paper's fit is its score as a share of the best score plus its signal as a share of the highest
# signal: 2 at most. From MIN_FIT on it answers: it must state the fact, not only be about the topic.
MIN_FIT: dict[Intent, float] = {"comparison": 1.45, "definition": 1.6, "yesno": 1.5, "fact": 1.5}
RELATED_MARGIN = 0.3  # below MIN_FIT within which a paper is related
MAX_RELATED = 3  # the best related papers by score, about one in four of which is relevant after all
# A paper below this share of the highest signal does not fit at all: it scores high because similar papers do, or
# because of one frequent word, without saying anything about the question.
MIN_SIGNAL_SHARE = 0.7
# Below this share of what a question asks beyond naming a paper, by idf, the paper's abstract does not state it.
MIN_STATED = 0.25
# Sentences shown of each paper; more where few papers are relevant, and most in a comparison's table.
MAX_SENTENCES = 2
MAX_SENTENCES_OF_FEW = 3
MAX_SENTENCES_COMPARED = 4
FEW_PAPERS: dict[Intent, int] = {"papers": 3, "survey": 2, "comparison": 2, "definition": 5, "yesno": 5, "fact": 5}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sentences of one paper that answer the question, in the order in which they are shown."""

    paper: Paper
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """The evidence among the hits of a search.

    `relevant` papers answer the question, best first; `related` papers may, or come close to it, each with its best
    sentence. `probability` is how likely the collection is to answer the question, 0 to 1. `more` is true if the last
    hit is relevant, so that papers beyond the hits may be too. `not_stated_by` is the paper that the question names, if
    its abstract states nothing about what is asked; `unstated` is the facet that is asked for, if no paper on the topic
    states it. In both cases no paper is relevant. `sides` are the names of what is compared.
    """

    relevant: list[Evidence]
    related: list[Evidence]
    probability: float
    more: bool = False
    not_stated_by: Paper | None = None
    unstated: Facet | None = None
    sides: tuple[str, ...] = ()


def select(question: str, intent: Intent, hits: Hits, min_probability: float, grounding: Grounding) -> Selection:
    """The papers among `hits` that answer `question`.

    None if its probability is below `min_probability`, unless it asks for what a name or term is that they mention.
    """
    named = next((hit.paper for hit in hits.papers if names_paper(question, hit.paper)), None)
    is_likely = hits.probability >= min_probability or grounding.named or bool(grounding.defined)
    if not (is_likely and hits.papers and hits.terms) or _is_not_stated(question, named, intent, hits):
        return Selection([], [], hits.probability, not_stated_by=named if intent in ("fact", "yesno") else None)
    relevant, related = _split(intent, _with_naming(hits.papers, grounding))
    selection = Selection(
        gather(question, intent, relevant, hits),
        gather(question, intent, related, hits, 1),
        hits.probability,
        more=len(relevant) == len(hits.papers),
    )
    facet = facet_of(question)
    if facet and not named and intent != "papers":
        stating = _stating(facet, relevant, selection)
        return stating if stating.relevant or grounding.papers is None else selection
    return _defining(selection, relevant, hits, grounding) if grounding.defined else selection


def select_graded(question: str, intent: Intent, hits: Hits, grades: Mapping[int, Grade]) -> Selection:
    """The papers among `hits` that answer `question` by their `grades`; none if no paper does.

    Those that answer in part may match, or where none answers a question for a fact, stand for the answer. The sentence
    that the model names is the first among the evidence.
    """
    of_hits = [(hit, grades[hit.number].probability) for hit in hits.papers if hit.number in grades]
    relevant = [hit for hit, probability in of_hits if probability >= MIN_ANSWERS]
    partly = [hit for hit, probability in of_hits if MIN_PARTLY <= probability < MIN_ANSWERS]
    if intent not in LISTS and not relevant:
        relevant, partly = partly, []
    named = {hit.paper: grades[hit.number].span for hit in (*relevant, *partly)}
    return Selection(
        [_with_sentence(found, named[found.paper], intent) for found in gather(question, intent, relevant, hits)],
        [Evidence(hit.paper, (named[hit.paper] or hit.sentences[0].span,)) for hit in partly[:MAX_MAY_MATCH]],
        hits.probability,
    )


def _with_sentence(found: Evidence, span: Span | None, intent: Intent) -> Evidence:
    """`found` with the sentence `span` in place of its last, in the order of the abstract; of a fact, in front."""
    others = [other for other in found.spans if other != span]
    if span is None:
        return found
    kept = others if len(others) < len(found.spans) else others[:-1]
    spans = [span, *kept] if intent == "fact" else sorted([span, *kept], key=lambda one: one.start)
    return Evidence(found.paper, tuple(spans))


def has_terms(hits: Hits) -> bool:
    """Whether any of the papers has a term of the question, or a word that it expands to."""
    expansions = {stem for term in hits.terms for stem in term.expansions}
    return any(not expansions.isdisjoint(stems(hit.paper.abstract)) for hit in hits.papers)


def cover(papers: Sequence[Paper], terms: Sequence[Term]) -> bool:
    """Whether `papers` have all `terms` between them, or words that these expand to; no terms are not covered."""
    words = {word for paper in papers for word in stems(f"{paper.title} {paper.abstract}")}
    return bool(terms) and all(not words.isdisjoint(term.expansions) for term in terms)


def select_compared(question: str, compared: Compared) -> Selection:
    """All papers of a comparison, with the sentences that name another side first.

    If it asks for a facet, such as which is faster, just the sentences that state it; none if no paper does.
    """
    hits, facet = compared.hits, compared_facet_of(question)
    found = gather(question, "comparison", hits.papers, hits, MAX_SENTENCES_COMPARED)
    selection = Selection([], [], hits.probability, sides=compared.names)
    for evidence, hit in zip(found, hits.papers, strict=True):
        nearest = [sentence.span for sentence in hit.sentences]
        texts = dict(zip(nearest, span_texts(hit.paper.abstract, nearest), strict=True))
        comparing = sorted(
            (span for span in nearest if aspect_of(texts[span], hit.paper, compared.names) == "Comparison"),
            key=lambda span: span.start,
        )
        chosen = list(dict.fromkeys([*comparing, *(nearest if facet else evidence.spans)]))
        if facet:
            chosen = [span for span in chosen if facet.stated.search(texts[span])][:MAX_SENTENCES_COMPARED]
        if chosen:
            selection.relevant.append(Evidence(hit.paper, tuple(chosen)))
    return selection if selection.relevant else replace(selection, unstated=facet)


def matching(hits: Hits) -> list[Hit]:
    """The papers among `hits` that a question for papers would list."""
    return _split("papers", hits.papers)[0]


def gather(
    question: str, intent: Intent, papers: Sequence[Hit], hits: Hits, count: int | None = None
) -> list[Evidence]:
    """The best `count` sentences of each of `papers`, which are among `hits`.

    Without `count`, the fewer the papers, the more sentences of each.
    """
    count = count or (MAX_SENTENCES_OF_FEW if len(papers) <= FEW_PAPERS[intent] else MAX_SENTENCES)
    spans = (best_sentences(question, intent, hit.paper, hit.sentences, hits.terms, count) for hit in papers)
    return [Evidence(hit.paper, chosen) for hit, chosen in zip(papers, spans, strict=True)]


def _with_naming(papers: Sequence[Hit], grounding: Grounding) -> list[Hit]:
    """`papers`, of which those that name all of the topic are as relevant as such papers are; the likeliest first."""
    raised = (
        replace(hit, relevance=max(hit.relevance, naming_relevance(grounding.naming[hit.number])))
        if hit.number in grounding.naming
        else hit
        for hit in papers
    )
    return sorted(raised, key=lambda hit: -hit.relevance) if grounding.naming else list(papers)


def _split(intent: Intent, papers: Sequence[Hit]) -> tuple[list[Hit], list[Hit]]:
    """The relevant and the related of `papers`, best first."""
    if intent in LISTS:
        match = _count(papers, SURVEY_BETA if intent == "survey" else MATCH_BETA, MIN_MATCH)
        may_match = min(_count(papers, MAY_MATCH_BETA, MIN_MAY_MATCH), match + MAX_MAY_MATCH)
        return list(papers[:match]), list(papers[match:may_match])
    fits = _fits(papers)
    relevant = [hit for hit, fit in zip(papers, fits, strict=True) if fit >= MIN_FIT[intent]]
    related = [hit for hit, fit in zip(papers, fits, strict=True) if 0 < MIN_FIT[intent] - fit <= RELATED_MARGIN]
    return relevant, related[:MAX_RELATED]


def _count(papers: Sequence[Hit], beta: float, least: float) -> int:
    """How many of `papers` to show; the best one, and others with at least the relevance `least`."""
    relevances = [hit.relevance for hit in papers]
    return min(best_count(relevances, beta), max(1, sum(relevance >= least for relevance in relevances)))


def _stating(facet: Facet, papers: Sequence[Hit], selection: Selection) -> Selection:
    """`selection` with just those of `papers`, and of their sentences, that state `facet`; none if no paper does."""
    found: list[Evidence] = []
    for hit in papers:
        mean = sum(sentence.cosine for sentence in hit.sentences) / len(hit.sentences)
        near = [sentence.span for sentence in hit.sentences if sentence.cosine >= mean]
        texts = dict(zip(near, span_texts(hit.paper.abstract, near), strict=True))
        if stated := [span for span in near if facet.stated.search(texts[span])][:MAX_SENTENCES]:
            found.append(Evidence(hit.paper, tuple(sorted(stated, key=lambda span: span.start))))
    if not found and facet.must_be_stated:
        return Selection([], [], selection.probability, unstated=facet)
    if not found:
        return selection
    return replace(selection, relevant=found, related=[])


def _defining(selection: Selection, papers: Sequence[Hit], hits: Hits, grounding: Grounding) -> Selection:
    """`selection` with just the sentences that have the term to define, and the one after the first of these."""
    found: list[Evidence] = []
    for evidence, hit in zip(selection.relevant, papers, strict=True):
        spans = sorted((sentence.span for sentence in hit.sentences), key=lambda span: span.start)
        texts = span_texts(hit.paper.abstract, spans)
        having = [n for n, text in enumerate(texts) if any(contains(text, form) for form in grounding.defined)]
        chosen = {span for n in having[:1] for span in spans[n : n + 2]} | {spans[n] for n in having}
        kept = [span for span in evidence.spans if span in chosen]
        rest = [span for span in spans if span in chosen and span not in kept]
        best = sorted((kept + rest)[:MAX_SENTENCES_OF_FEW], key=lambda span: span.start)
        if best:
            found.append(Evidence(hit.paper, tuple(best)))
    return replace(selection, relevant=found or selection.relevant)


def _is_not_stated(question: str, named: Paper | None, intent: Intent, hits: Hits) -> bool:
    """Whether `question` asks for a fact about the paper `named` that its abstract does not state."""
    if named is None or intent not in ("fact", "yesno"):
        return False
    noun = counted_noun(question)
    if noun:
        hit = next(hit for hit in hits.papers if hit.paper == named)
        texts = span_texts(named.abstract, [sentence.span for sentence in hit.sentences])
        return not any(states_count(text, noun) for text in texts)
    if asks_for_quantity(question):
        return not has_number(named.abstract)
    terms, abstract = terms_beyond_title(named.title, hits.terms), stems(named.abstract)
    stated = sum(term.idf for term in terms if not abstract.isdisjoint(term.expansions))
    return bool(terms) and stated < MIN_STATED * sum(term.idf for term in terms)


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
