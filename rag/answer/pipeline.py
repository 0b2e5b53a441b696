"""The answer pipeline: retrieve → select evidence → write → check → Answer, streamed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from rag.answer import direct, evidence, headlines
from rag.answer.aspects import aspect_of
from rag.answer.comparison import search_compared
from rag.answer.evidence import Evidence, Selection
from rag.answer.grounding import Grounding, ground
from rag.answer.types import Answer, Citation, Event, Found, Listed, Statement
from rag.answer.writers.quotes import quote
from rag.answer.writers.task import Task, Writer
from rag.errors import ModelError
from rag.index.store import Store
from rag.paper import Paper
from rag.query.understanding import Query
from rag.retrieval.hits import Hits
from rag.retrieval.relevance import relevances
from rag.retrieval.retriever import HybridRetriever
from rag.text import in_quotes

MAX_CANDIDATES = 100  # papers retrieved, among which the relevant ones are selected
MIN_CANDIDATES = 25  # among which relevance is known to be told from scores
MAX_NEAREST = 5  # papers that a refusal names

Numbering = Callable[[Paper], int]


async def stream_answer(
    query: Query,
    retriever: HybridRetriever,
    writer: Writer,
    numbering: Numbering,
    min_probability: float,
    max_papers: int | None = None,
) -> AsyncGenerator[Event]:
    """Streams the answer to `query`: Found, then each Statement once it is checked, then the whole Answer.

    `writer` puts the evidence into words. Papers that it leaves out are quoted, and so is the rest when it fails.
    `numbering` gives each paper its citation number, and is called in the order in which papers are cited. At most
    `max_papers`, from 1, are used; None uses all relevant papers. To stop early, close the stream
    (`contextlib.aclosing`).
    """
    if not needs_writer(query):
        for event in await asyncio.to_thread(_direct, query, retriever, numbering):
            yield event
        return
    hits, selection, notices, first_line = await asyncio.to_thread(_search_both, query, retriever, min_probability)
    if max_papers and len(selection.relevant) > max(max_papers, len(query.compared_items)):
        selection = _best(selection, max_papers, notices)  # a comparison stays complete
    papers = tuple(found.paper for found in selection.relevant)
    yield Found(papers, query.searched, query.filters, query.intent, first_line)
    if query.wished and writer.style == "quotes":  # which cannot rephrase
        yield (await asyncio.to_thread(_direct, replace(query, retold=0), retriever, numbering))[1]
        return
    answer = replace(
        _blank(query),
        probability=selection.probability,
        notice=" ".join(notices),
        not_stated_by=selection.not_stated_by,
        writer=writer.style,
        headline=first_line,
    )
    if not selection.relevant:
        yield replace(answer, nearest=_nearest(hits, selection.not_stated_by))
        return
    task = Task(query.question, query.intent, tuple(map(_citations, selection.relevant)), selection.sides)
    statements: list[Statement] = []
    async with aclosing(_statements(task, writer, notices)) as stream:
        async for statement in stream:
            citations = tuple(replace(citation, n=numbering(citation.paper)) for citation in statement.citations)
            statements.append(replace(statement, citations=citations))
            yield statements[-1]
    related = tuple(replace(_citations(found)[0], n=numbering(found.paper)) for found in selection.related)
    yield replace(answer, statements=tuple(statements), related=related, notice=" ".join(notices))


def _best(selection: Selection, max_papers: int, notices: list[str]) -> Selection:
    """`selection` with only the best `max_papers` relevant papers. Adds a notice that says so.

    Related papers are dropped: the relevant ones that are left out come before them.
    """
    verb = "is" if max_papers == 1 else "are"
    notices.append(f"Only the best {max_papers} of {len(selection.relevant)} matching papers {verb} used.")
    return replace(selection, relevant=selection.relevant[:max_papers], related=[])


def needs_writer(query: Query) -> bool:
    """Whether the answer to `query` is written, rather than made from the collection's data."""
    return query.wished is None or bool(query.retold)


def _direct(query: Query, retriever: HybridRetriever, numbering: Numbering) -> tuple[Found, Answer]:
    """The answer to a query that wants something other than an answer from the abstracts."""
    assert query.wished
    made = direct.reply(query, query.wished, retriever.store)
    found = Found((), query.searched, query.filters, query.intent, made.headline)
    listed = tuple(Listed(numbering(paper), paper) for paper in made.papers)
    return found, replace(
        _blank(query),
        probability=1.0,
        notice=query.notice,
        headline=made.headline,
        wish=query.wished.wish,
        listed=listed,
        form=made.form,
    )


def _blank(query: Query) -> Answer:
    """An answer to `query` that says nothing yet."""
    return Answer(query.question, searched=query.searched, filters=query.filters, intent=query.intent)


def _search_both(
    query: Query, retriever: HybridRetriever, min_probability: float
) -> tuple[Hits, Selection, list[str], str]:
    """As `_search`; where nothing answers a question by itself, but papers that have its words do after the one before.

    Which of the two was meant is left to the collection: a question on something else has other words.
    """
    alone = hits, selection, _, _ = _search(query, retriever, min_probability)
    if selection.relevant or not query.in_context:
        return alone
    in_context = replace(query, rewrites=query.in_context, in_context=())
    followed = _, selection, notices, _ = _search(in_context, retriever, min_probability)
    if not evidence.cover([found.paper for found in selection.relevant], hits.terms):
        return alone
    notices.append("Read as a follow-up to the question before.")
    return followed


def _search(query: Query, retriever: HybridRetriever, min_probability: float) -> tuple[Hits, Selection, list[str], str]:
    """The papers retrieved for `query`, the evidence selected among them, notices for the reader, and the headline."""
    notices = [query.notice] if query.notice else []
    if query.retold and not query.compared_items:
        hits = retriever.search(query.rewrites, MAX_CANDIDATES, query.among)
        found = evidence.gather(query.rewrites[0], query.intent, hits.papers, hits, query.retold)
        return hits, Selection(found, [], hits.probability), notices, ""
    if query.compared_items:
        compared = search_compared(query, retriever, min_probability)
        selection = evidence.select_compared(query.rewrites[0], compared)
        notices += [f"No paper here is about {in_quotes(side)}." for side in compared.missing if selection.relevant]
        return compared.hits, selection, notices, headlines.compared_headline(compared, selection)
    grounding = _grounding(query, retriever.store)
    among = query.among
    if grounding.papers is not None:
        among = grounding.papers if among is None else among & grounding.papers
    hits = retriever.search(query.rewrites, MAX_CANDIDATES, among)
    if grounding.missing or grounding.apart:
        selection = Selection([], [], hits.probability)
        hits = retriever.search(query.rewrites, MAX_CANDIDATES, query.among)
        by_title = sorted(hits.papers, key=lambda hit: hit.number not in grounding.titles)
        hits = replace(hits, papers=tuple(by_title))
    else:
        if query.scoped and among:  # where papers are compared with few others, lower scores stand out
            hits = _among_few(hits, max(len(among), MIN_CANDIDATES))
        # The papers of the last answer are on the topic: one that has a word of the question may fit.
        minimum = 0.0 if query.scoped and evidence.has_terms(hits) else min_probability
        selection = evidence.select(query.rewrites[0], query.intent, hits, minimum, grounding)
    if selection.more and len(hits.papers) == MAX_CANDIDATES:
        notices.append(
            f"Only the {MAX_CANDIDATES} best papers were considered; more may match. "
            "Narrow the question, for example with a filter."
        )
    return hits, selection, notices, headlines.headline(query, selection, grounding, hits.terms)


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


def _nearest(hits: Hits, not_stated_by: Paper | None) -> tuple[Paper, ...]:
    """The papers that a refusal names: first the one that the question names, then the best hits."""
    named = [not_stated_by] if not_stated_by else []
    return tuple(dict.fromkeys([*named, *(hit.paper for hit in hits.papers)]))[:MAX_NEAREST]


async def _statements(task: Task, writer: Writer, notices: list[str]) -> AsyncGenerator[Statement]:
    """What `writer` writes, then quotes of what it left out. Adds a notice if it fails."""
    cited: set[Citation] = set()
    try:
        async with aclosing(writer.write(task)) as stream:
            async for statement in stream:
                cited.update(statement.citations)
                yield statement if writer.style == "synthesis" else _with_aspect(statement, task)
    except ModelError as fault:
        notices.append(f"{fault} The rest of the answer is quoted.")
    if writer.style != "synthesis":
        remaining = [[citation for citation in citations if citation not in cited] for citations in task.evidence]
    elif task.intent == "comparison":  # the text is followed by the complete table
        remaining = [*map(list, task.evidence)]
    else:
        remaining = [list(citations) for citations in task.evidence if cited.isdisjoint(citations)]
    for statement in quote(task.question, remaining):
        yield _with_aspect(statement, task)


def _with_aspect(statement: Statement, task: Task) -> Statement:
    """`statement`, in a comparison with its aspect, which is its row in the table."""
    if task.intent != "comparison":
        return statement
    citation = statement.citations[0]
    return replace(statement, aspect=aspect_of(citation.quote, citation.paper, task.sides))


def _citations(found: Evidence) -> tuple[Citation, ...]:
    """The sentences of `found` as citations that have no number yet."""
    return tuple(Citation(0, found.paper, span.start, span.end) for span in found.spans)
