"""The answer pipeline: retrieve → select evidence → quote it → with a model: read, grade, write, check → Answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator
from contextlib import aclosing
from dataclasses import replace

from rag.answer import direct
from rag.answer.asked import Asked
from rag.answer.aspects import aspect_of
from rag.answer.assistant import Assistant
from rag.answer.assisted import Assisted
from rag.answer.measurements.answering import Measured, measure, numbered
from rag.answer.measurements.table import papers_in
from rag.answer.retrieve import Retrieved, best_only, citations_of, retrieve
from rag.answer.types import Answer, Event, Found, Listed, Statement, Working, Written
from rag.answer.writers.quotes import quote
from rag.answer.writers.task import Task
from rag.errors import ModelError
from rag.paper import Paper
from rag.query.understanding import Query
from rag.retrieval.hits import Hits
from rag.retrieval.retriever import HybridRetriever
from rag.threads import in_thread

MAX_NEAREST = 5  # papers that a refusal names

Numbering = Callable[[Paper], int]


async def stream_answer(
    query: Query,
    retriever: HybridRetriever,
    open_assistant: Callable[[], Awaitable[Assistant | None]],
    numbering: Numbering,
    asked: Asked,
) -> AsyncGenerator[Event]:
    """Streams the answer to `query`: Found, its quotes as Statements, what a model adds, then the whole Answer.

    `open_assistant` gives the model, None for quotes only; it is awaited once the quotes are out. If it fails, the
    quotes stay. `numbering` gives each paper its citation number, and is called in the order in which papers are cited.
    To stop early, close the stream (`contextlib.aclosing`).
    """
    if not is_searched(query):
        for event in await in_thread(_direct, query, retriever, numbering, asked.max_papers):
            yield event
        return
    retrieved = await in_thread(retrieve, query, retriever, asked.min_probability)
    cited = asked.history.cited
    if table := await in_thread(measure, retrieved, retriever.store, cited, asked.max_papers):
        for part in _tabled(retrieved, table, numbering):
            yield part
        return
    found = best_only(retrieved, asked.max_papers)
    papers = tuple(one.paper for one in found.selection.relevant)
    yield Found(papers, query.searched, query.filters, query.intent, found.headline, " ".join(found.notices))
    statements = () if query.wished else _quotes(found, numbering)
    for statement in statements:
        yield statement
    notices: list[str] = []
    try:
        assistant = await open_assistant()
    except ModelError as fault:
        assistant, notices = None, [f"{str(fault).rstrip('.')}. The answer is quoted."]
    if query.wished and not (assistant and assistant.writer):  # only a model can rephrase
        _, refused = await in_thread(_direct, replace(query, retold=0), retriever, numbering, asked.max_papers)
        notice = " ".join(filter(None, [refused.notice, *notices]))
        yield replace(refused, notice=notice, model_fault=" ".join(notices))
        return
    if assistant is None:
        yield _answer(found, statements, numbering, notices)
        return
    work = Assisted(assistant, retrieved, retriever, asked)
    async with aclosing(_assisted(work, statements, numbering)) as steps:
        async for step in steps:
            yield step


def _tabled(found: Retrieved, table: Measured, numbering: Numbering) -> Iterator[Found | Statement | Answer]:
    """The answer that is a `table` of numbers; its statements are the sentences behind it. No model adds to it."""
    query = replace(found.query, intent="fact")
    numbers = {paper: numbering(paper) for paper in papers_in(table.rows)}
    rows = numbered(table.rows, numbers)
    sentences = dict.fromkeys(row.citation for row in rows)
    statements = tuple(Statement(citation.quote, (citation,), "quote") for citation in sentences)
    notice = " ".join(found.notices)
    yield Found(tuple(numbers), query.searched, query.filters, query.intent, table.headline, notice, rows)
    yield from statements
    yield replace(
        _blank(query),
        statements=statements,
        probability=found.selection.probability,
        notice=notice,
        headline=table.headline,
        measurements=rows,
    )


async def _assisted(
    work: Assisted, statements: tuple[Statement, ...], numbering: Numbering
) -> AsyncGenerator[Working | Written | Answer]:
    """What a model adds as it is at `work`, then the whole answer, of which the quotes were `statements` before."""
    retrieved, written = work.found, list[Statement]()
    async with aclosing(work.events()) as events:
        async for event in events:
            if isinstance(event, Written):
                written.append(_numbered(event.statement, numbering))
            yield Written(written[-1]) if isinstance(event, Written) else event
    found = work.selected
    if work.found is not retrieved or found.query.wished:
        statements = _quotes(found, numbering)
    answer = _answer(found, statements, numbering, work.notices)
    yield replace(answer, written=_on_papers_of(answer, written), effort=work.effort())


def is_searched(query: Query) -> bool:
    """Whether the answer to `query` comes from abstracts, rather than from the collection's data."""
    return query.wished is None or bool(query.retold)


def _direct(
    query: Query, retriever: HybridRetriever, numbering: Numbering, max_papers: int | None
) -> tuple[Found, Answer]:
    """The answer to a query that wants something other than an answer from the abstracts."""
    assert query.wished
    made = direct.reply(query, query.wished, retriever.store, max_papers)
    found = Found((), query.searched, query.filters, query.intent, made.headline, query.notice)
    listed = tuple(Listed(numbering(paper), paper) for paper in made.papers)
    return found, replace(
        _blank(query),
        probability=1.0,
        notice=query.notice,
        headline=made.headline,
        wish=query.wished.wish,
        listed=listed,
        total=made.total,
        form=made.form,
    )


def _blank(query: Query) -> Answer:
    """An answer to `query` that says nothing yet."""
    return Answer(query.question, searched=query.searched, filters=query.filters, intent=query.intent)


def _answer(
    found: Retrieved, statements: tuple[Statement, ...], numbering: Numbering, notices: Collection[str]
) -> Answer:
    """The answer that quotes what was `found`; a refusal if nothing answers.

    `notices`, of what a model could not do, come after its own.
    """
    selection = found.selection
    answer = replace(
        _blank(found.query),
        probability=selection.probability,
        notice=" ".join([*found.notices, *notices]),
        not_stated_by=selection.not_stated_by,
        headline=found.headline,
        model_fault=" ".join(notices),
    )
    if not selection.relevant:
        return replace(answer, nearest=_nearest(found.hits, selection.not_stated_by))
    related = tuple(replace(citations_of(one)[0], n=numbering(one.paper)) for one in selection.related)
    return replace(answer, statements=statements, related=related)


def _on_papers_of(answer: Answer, written: Collection[Statement]) -> tuple[Statement, ...]:
    """Those of the `written` sentences that cite papers of `answer` only: a slow model grades papers after it wrote."""
    papers = {one.paper for one in (*answer.citations, *answer.related)}
    return tuple(one for one in written if papers.issuperset(citation.paper for citation in one.citations))


def _nearest(hits: Hits, not_stated_by: Paper | None) -> tuple[Paper, ...]:
    """The papers that a refusal names: first the one that the question names, then the best hits."""
    named = [not_stated_by] if not_stated_by else []
    return tuple(dict.fromkeys([*named, *(hit.paper for hit in hits.papers)]))[:MAX_NEAREST]


def _quotes(found: Retrieved, numbering: Numbering) -> tuple[Statement, ...]:
    """The evidence as statements."""
    task = found.task
    return tuple(_with_aspect(_numbered(one, numbering), task) for one in quote(task.question, task.evidence))


def _numbered(statement: Statement, numbering: Numbering) -> Statement:
    citations = tuple(replace(citation, n=numbering(citation.paper)) for citation in statement.citations)
    return replace(statement, citations=citations)


def _with_aspect(statement: Statement, task: Task) -> Statement:
    """`statement`, in a comparison with its aspect, which is its row in the table."""
    if task.intent != "comparison":
        return statement
    citation = statement.citations[0]
    return replace(statement, aspect=aspect_of(citation.quote, citation.paper, task.sides))
