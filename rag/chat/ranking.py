"""Ranks papers for a question, with or without a language model."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answer.retrieve import MAX_CANDIDATES
from rag.errors import ModelError
from rag.query.history import History
from rag.query.merging import merged
from rag.query.understanding import Query
from rag.retrieval.grading.grade import Grade
from rag.retrieval.hits import Hits

if TYPE_CHECKING:
    from rag.answer.assistant import Assistant
    from rag.chat.library import Library
    from rag.retrieval.retriever import HybridRetriever


def ranked(
    library: Library, query: Query, history: History, top: int, without: Collection[str], llm: str | None
) -> tuple[Query, Hits]:
    """The `top` papers for `query`, which follows on from `history`, and the query that they were searched with.

    The model `llm`, by its spec, reads the question and grades the best papers; None is no model. Filters that it finds
    in the question are applied, except those written as one of `without`. Where it fails, the search decides, and the
    notice of the query says so.

    Raises StoreError if the index cannot be opened, ModelError if the model cannot be. Must not be called in a running
    event loop.
    """
    retriever = library.retriever()
    assistant = library.assistant(llm, "synthesis") if llm else None  # a model that must not write can still grade
    if assistant is None:
        return query, retriever.search(query.rewrites, top, query.among)
    query, hits = asyncio.run(_assisted(assistant, retriever, query, history, max(top, MAX_CANDIDATES), without))
    return query, replace(hits, papers=hits.papers[:top])


async def _assisted(
    assistant: Assistant,
    retriever: HybridRetriever,
    query: Query,
    history: History,
    depth: int,
    without: Collection[str],
) -> tuple[Query, Hits]:
    hits, grades = retriever.search(query.rewrites, depth, query.among), dict[int, Grade]()
    try:
        if assistant.reads(query, hits):
            query = merged(query, await assistant.read(query, history), retriever.store, without)
            hits = retriever.search(query.rewrites, depth, query.among, query.queries)
    except ModelError as fault:
        query = _with_notice(query, fault)
    try:
        if assistant.grader:
            async with aclosing(assistant.grades(query, hits)) as batches:
                async for batch in batches:
                    grades |= batch
    except ModelError as fault:
        query = _with_notice(query, fault)
    return query, assistant.grader.applied(hits, grades) if assistant.grader else hits


def _with_notice(query: Query, fault: ModelError) -> Query:
    return replace(query, notice=" ".join(dict.fromkeys(filter(None, [query.notice, str(fault)]))))
