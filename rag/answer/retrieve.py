"""From a query to evidence: the search, what the abstracts mention of the question, and the papers that answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rag.answer import evidence, headlines
from rag.answer.asked_aspects import select_aspects, silence
from rag.answer.comparison import search_compared
from rag.answer.evidence import Evidence, Selection
from rag.answer.grounding import Grounding, ground
from rag.answer.types import Citation
from rag.answer.writers.task import Task
from rag.index.store import Store
from rag.query.understanding import Query
from rag.retrieval.grading.grade import Grade
from rag.retrieval.grading.grader import Grader
from rag.retrieval.hits import Hits
from rag.retrieval.relevance import relevances
from rag.retrieval.retriever import HybridRetriever

MAX_CANDIDATES = 100  # papers retrieved, among which the relevant ones are selected
MIN_CANDIDATES = 25  # among which relevance is known to be told from scores


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What was retrieved for `query`: the `hits`, the evidence selected among them, and what a reader is told of it.

    `is_gradable` says that a model may decide which of the hits answer.
    """

    query: Query
    hits: Hits
    selection: Selection
    headline: str = ""
    notices: tuple[str, ...] = ()
    grounding: Grounding = Grounding()  # noqa: RUF009 - it is immutable
    is_gradable: bool = False

    @property
    def task(self) -> Task:
        """What there is to write from."""
        selection = self.selection
        found = tuple(map(citations_of, selection.relevant))
        return Task(self.query.question, self.query.intent, found, selection.sides)


def citations_of(found: Evidence) -> tuple[Citation, ...]:
    """The sentences of `found` as citations that have no number yet."""
    return tuple(Citation(0, found.paper, span.start, span.end) for span in found.spans)


def retrieve(query: Query, retriever: HybridRetriever, min_probability: float) -> Retrieved:
    """What answers `query`; where nothing does by itself, but papers with its words do after the one before, these.

    Which of the two was meant is left to the collection: a question on something else has other words.
    """
    alone = _retrieve(query, retriever, min_probability)
    if alone.selection.relevant or not query.in_context:
        return alone
    in_context = replace(query, rewrites=query.in_context, in_context=())
    followed = _retrieve(in_context, retriever, min_probability)
    if not evidence.cover([found.paper for found in followed.selection.relevant], alone.hits.terms):
        return alone
    return replace(followed, notices=(*followed.notices, "Read as a follow-up to the question before."))


def candidates(query: Query, retriever: HybridRetriever) -> Hits:
    """The papers that a model is asked about, also those that do not mention what `query` names in so many words."""
    return retriever.search(query.rewrites, MAX_CANDIDATES, query.among, query.queries)


def regraded(found: Retrieved, grader: Grader, grades: Mapping[int, Grade]) -> Retrieved:
    """`found` with the papers that `grades` make relevant."""
    query, hits = found.query, grader.applied(found.hits, grades)
    selection = evidence.select_graded(query.rewrites[0], query.intent, hits, grades)
    headline = headlines.headline(query, selection, found.grounding, hits.terms)
    return replace(found, hits=hits, selection=selection, headline=headline)


def best_only(found: Retrieved, max_papers: int | None) -> Retrieved:
    """`found` with only the best `max_papers` relevant papers, and a notice that says so; a comparison stays complete.

    Related papers are dropped: the relevant ones that are left out come before them.
    """
    relevant = found.selection.relevant
    if not max_papers or len(relevant) <= max(max_papers, len(found.query.compared_items)):
        return found
    verb = "is" if max_papers == 1 else "are"
    notice = f"Only the best {max_papers} of {len(relevant)} matching papers {verb} used."
    selection = replace(found.selection, relevant=relevant[:max_papers], related=[])
    return replace(found, selection=selection, notices=(*found.notices, notice))


def _retrieve(query: Query, retriever: HybridRetriever, min_probability: float) -> Retrieved:
    if query.retold and not query.compared_items:
        return _retold(query, retriever)
    if query.compared_items:
        return _compared(query, retriever, min_probability)
    if query.aspects:
        return _of_aspects(query, retriever)
    grounding = _grounding(query, retriever.store)
    among = query.among
    if grounding.papers is not None:
        among = grounding.papers if among is None else among & grounding.papers
    hits = retriever.search(query.rewrites, MAX_CANDIDATES, among, query.queries)
    if grounding.missing or grounding.apart:
        selection = Selection([], [], hits.probability)
        hits = retriever.search(query.rewrites, MAX_CANDIDATES, query.among, query.queries)
        by_title = sorted(hits.papers, key=lambda hit: hit.number not in grounding.titles)
        hits = replace(hits, papers=tuple(by_title))
    else:
        if query.scoped and among:  # where papers are compared with few others, lower scores stand out
            hits = _among_few(hits, max(len(among), MIN_CANDIDATES))
        # The papers of the last answer are on the topic: one that has a word of the question may fit.
        minimum = 0.0 if query.scoped and evidence.has_terms(hits) else min_probability
        selection = evidence.select(query.rewrites[0], query.intent, hits, minimum, grounding)
    headline = headlines.headline(query, selection, grounding, hits.terms)
    return Retrieved(query, hits, selection, headline, _notices(query, hits, selection), grounding, is_gradable=True)


def _retold(query: Query, retriever: HybridRetriever) -> Retrieved:
    """The papers of the last answer, all of them."""
    hits = retriever.search(query.rewrites, MAX_CANDIDATES, query.among)
    found = evidence.gather(query.rewrites[0], query.intent, hits.papers, hits, query.retold)
    return Retrieved(query, hits, Selection(found, [], hits.probability), notices=_notices(query))


def _of_aspects(query: Query, retriever: HybridRetriever) -> Retrieved:
    """What each of the papers that are asked says of an aspect."""
    hits = retriever.search(query.rewrites, MAX_CANDIDATES, query.among)
    selection = select_aspects(query.aspects, hits)
    silent = silence(query.aspects, [hit.paper for hit in hits.papers], selection)
    if not selection.relevant:
        return Retrieved(query, hits, selection, silent, _notices(query))
    return Retrieved(query, hits, selection, notices=(*_notices(query), *filter(None, [silent])))


def _compared(query: Query, retriever: HybridRetriever, min_probability: float) -> Retrieved:
    """A paper for each side of a comparison."""
    compared = search_compared(query, retriever, min_probability)
    selection = evidence.select_compared(query.rewrites[0], compared)
    headline = headlines.compared_headline(compared, selection, query.filters)
    missing = headlines.missing_side(compared.missing, query.filters) if compared.missing and selection.relevant else ""
    notices = [missing] if missing not in headline else []
    return Retrieved(query, compared.hits, selection, headline, (*_notices(query), *notices))


def _notices(query: Query, hits: Hits | None = None, selection: Selection | None = None) -> tuple[str, ...]:
    notices = [query.notice] if query.notice else []
    if hits and selection and selection.more and len(hits.papers) == MAX_CANDIDATES:
        notices.append(
            f"Only the {MAX_CANDIDATES} best papers were considered; more may match. "
            "Narrow the question, for example with a filter."
        )
    return tuple(notices)


def _among_few(hits: Hits, candidates: int) -> Hits:
    """`hits` with the relevance that they have among so many `candidates`."""
    found = relevances([hit.score for hit in hits.papers], candidates)
    papers = (replace(hit, relevance=relevance) for hit, relevance in zip(hits.papers, found, strict=True))
    return replace(hits, papers=tuple(papers))


def _grounding(query: Query, store: Store) -> Grounding:
    """What of `query` the abstracts mention; nothing is known of the names in another language."""
    if query.foreign:
        return Grounding()
    return ground(query.rewrites[-1], query.intent, query.term, store, is_whole=len(query.rewrites) == 1)
