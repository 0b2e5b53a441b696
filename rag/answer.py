"""The algorithm: retrieve → evidence → write → check → Answer, streamed as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from rag import check, evidence, prompts
from rag.citations import Answer, Citation, Event, Found, Statement
from rag.errors import ModelError
from rag.evidence import Evidence
from rag.papers import Paper
from rag.query import Query
from rag.retrieve import HybridRetriever

if TYPE_CHECKING:
    from rag.llm import Model

TOP = 100  # papers retrieved, among which those that match are chosen
NEAREST = 5  # papers that a refusal names
REWRITTEN = 8  # papers whose sentences a model may phrase: an answer that lists sixty must not wait minutes for it
MAX_TOKENS = 120  # of a rewritten sentence; the longest worth rewriting has about 80
MAX_SENTENCE = 1_000  # characters of a sentence that a model is asked to shorten; a longer one is quoted

Rewrite = Callable[[str, str, str], str]  # (question, paper title, sentence) → a sentence


def answer(
    query: Query,
    retriever: HybridRetriever,
    rewrite: Rewrite | None,
    number: Callable[[Paper], int],
    min_probability: float,
) -> Iterator[Event]:
    """Streams the answer to `query`: Found, then each Statement once checked, then the Answer with all of them.

    `rewrite` phrases a sentence; without it, or where its sentence fails the check, the abstract's own sentence stands.
    `number` gives a paper its number.
    """
    hits = retriever.search(query.phrasings, TOP, query.among)
    chosen = evidence.select(query.phrasings[0], hits, min_probability)
    yield Found(tuple(one.paper for one in chosen.matching), query.searched, query.filters, query.listing)
    whole = Answer(
        query.question,
        searched=query.searched,
        filters=query.filters,
        listing=query.listing,
        probability=chosen.probability,
        notice=query.notice,
    )
    if not chosen.matching:
        yield replace(whole, nearest=tuple(hit.paper for hit in hits.papers[:NEAREST]))
        return
    statements, notices = [], [query.notice]
    if chosen.more and len(hits.papers) == TOP:
        notices.append(
            f"Only the best {TOP} papers were judged, and more may match. Narrow the question, as with a filter."
        )
    for rank, one in enumerate(chosen.matching):
        for citation in _cite(one, number):
            try:
                statement = _state(query.question, citation, rewrite if rank < REWRITTEN else None)
            except ModelError as fault:
                rewrite = None
                notices.append(f"{fault} From there on the answer is quotes.")
                statement = _state(query.question, citation, None)
            statements.append(statement)
            yield statement
    partial = tuple(_cite(one, number)[0] for one in chosen.partial)
    yield replace(whole, statements=tuple(statements), partial=partial, notice=" ".join(filter(None, notices)))


def _cite(found: Evidence, number: Callable[[Paper], int]) -> list[Citation]:
    return [Citation(number(found.paper), found.paper, span.start, span.end) for span in found.spans]


def _state(question: str, citation: Citation, rewrite: Rewrite | None) -> Statement:
    """The cited sentence as it stands, or where it says "we", as `rewrite` puts it if that holds.

    A sentence without "we" reads as an answer already; a model can make it slower and worse only.
    """
    quote, title = citation.quote, citation.paper.title
    if rewrite and check.first_person(quote) and len(quote) <= MAX_SENTENCE:
        written = rewrite(question, title, quote)
        if written != quote and check.supported(written, quote, title):
            return Statement(written, (citation,), "supported")
    return Statement(quote, (citation,), "quote")


def rewriter(model: Model) -> Rewrite:
    """Lets `model` phrase one sentence at a time. What it returns raises ModelError where the model fails."""
    prompt = prompts.load("rewrite", {"question", "title", "sentence"})

    def rewrite(question: str, title: str, sentence: str) -> str:
        messages = prompt.format_messages(question=question, title=title, sentence=sentence)
        return _first_line(asyncio.run(model.complete(messages, MAX_TOKENS)))

    return rewrite


def _first_line(reply: str) -> str:
    line = next((line.strip() for line in reply.splitlines() if line.strip()), "")
    return line if line.endswith((".", "!", "?")) else f"{line}." if line else ""
