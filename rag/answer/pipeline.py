"""The algorithm: retrieve → evidence → write → check → Answer, streamed as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from rag.answer import evidence
from rag.answer.aspects import aspect_of
from rag.answer.comparison import search_compared
from rag.answer.evidence import Evidence, Selection
from rag.answer.types import Answer, Citation, Event, Found, Statement
from rag.answer.writers.quotes import quoted
from rag.answer.writers.task import Task, Writer
from rag.errors import ModelError
from rag.paper import Paper
from rag.query.understanding import Query
from rag.retrieval.hits import Hits
from rag.retrieval.retriever import HybridRetriever

MAX_CANDIDATES = 100  # papers retrieved, among which those that match are chosen
MAX_NEAREST = 5  # papers that a refusal names

Numbering = Callable[[Paper], int]


async def stream_answer(
    query: Query,
    retriever: HybridRetriever,
    writer: Writer,
    number: Numbering,
    min_probability: float,
    most: int | None = None,
) -> AsyncGenerator[Event]:
    """Streams the answer to `query`: Found, then each Statement once checked, then the Answer with all of them.

    `writer` puts the evidence into words; where it fails, and for papers that it leaves out, the abstracts' own
    sentences stand. `number` gives a paper its number. Where more than `most` papers match, from 1 on, the best are
    used; None uses all. Who stops early closes the stream (`contextlib.aclosing`).
    """
    hits, chosen, notices = await asyncio.to_thread(_search, query, retriever, min_probability)
    if most and len(chosen.relevant) > max(most, len(query.compared_items)):  # things that are compared stay together
        notices.append(_kept(most, len(chosen.relevant)))
        chosen = replace(chosen, relevant=chosen.relevant[:most], related=[])  # those left out fit better than partly
    yield Found(tuple(one.paper for one in chosen.relevant), query.searched, query.filters, query.intent)
    whole = Answer(
        query.question,
        searched=query.searched,
        filters=query.filters,
        intent=query.intent,
        probability=chosen.probability,
        notice=" ".join(notices),
        not_stated_by=chosen.not_stated_by,
        writer=writer.style,
    )
    if not chosen.relevant:
        named = [chosen.not_stated_by] if chosen.not_stated_by else []
        near = dict.fromkeys([*named, *(hit.paper for hit in hits.papers)])
        yield replace(whole, nearest=tuple(near)[:MAX_NEAREST])
        return
    task = Task(query.question, query.intent, tuple(map(_citations, chosen.relevant)))
    statements: list[Statement] = []
    async with aclosing(_written(task, writer, notices)) as written:
        async for statement in written:
            statements.append(_numbered(statement, number))
            yield statements[-1]
    partial = tuple(replace(_citations(one)[0], n=number(one.paper)) for one in chosen.related)
    yield replace(whole, statements=tuple(statements), related=partial, notice=" ".join(notices))


def _search(query: Query, retriever: HybridRetriever, min_probability: float) -> tuple[Hits, Selection, list[str]]:
    """What was retrieved, what of it answers, and what a reader should know of that."""
    notices = [query.notice] if query.notice else []
    if query.compared_items:
        hits, missing = search_compared(query, retriever, min_probability)
        chosen = evidence.select_compared(query.rewrites[0], hits)
        notices += [f"No paper here is about “{side}”." for side in missing if chosen.relevant]
        return hits, chosen, notices
    hits = retriever.search(query.rewrites, MAX_CANDIDATES, query.among)
    chosen = evidence.select(query.rewrites[0], query.intent, hits, min_probability)
    if chosen.more and len(hits.papers) == MAX_CANDIDATES:
        notices.append(
            f"Only the best {MAX_CANDIDATES} papers were judged, and more may match. Narrow the question, as with a filter."
        )
    return hits, chosen, notices


def _kept(most: int, matching: int) -> str:
    return f"Only the best {most} of {matching} matching papers {'is' if most == 1 else 'are'} used."


async def _written(task: Task, writer: Writer, notices: list[str]) -> AsyncGenerator[Statement]:
    """What `writer` writes, and quotes for all that it leaves out; a failure is told in `notices`."""
    cited: set[Citation] = set()
    try:
        async with aclosing(writer.write(task)) as written:
            async for statement in written:
                cited.update(statement.citations)
                yield statement if writer.style == "synthesis" else _in_place(statement, task)
    except ModelError as fault:
        notices.append(f"{fault} From there on the answer is quotes.")
    if writer.style != "synthesis":
        left = [[one for one in of_paper if one not in cited] for of_paper in task.evidence]
    elif task.intent == "comparison":  # the table stands below what was written
        left = [*map(list, task.evidence)]
    else:
        left = [list(of_paper) for of_paper in task.evidence if cited.isdisjoint(of_paper)]
    for statement in quoted(task.question, left):
        yield _in_place(statement, task)


def _in_place(statement: Statement, task: Task) -> Statement:
    """In a comparison each sentence has its row."""
    if task.intent != "comparison":
        return statement
    source = statement.citations[0]
    return replace(statement, aspect=aspect_of(source.quote, source.paper.title))


def _citations(found: Evidence) -> tuple[Citation, ...]:
    return tuple(Citation(0, found.paper, span.start, span.end) for span in found.spans)


def _numbered(statement: Statement, number: Numbering) -> Statement:
    """Numbers are given in the order in which papers are cited."""
    return replace(statement, citations=tuple(replace(one, n=number(one.paper)) for one in statement.citations))
