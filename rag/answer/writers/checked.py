"""Checking what a model writes, as it writes: a sentence that its citations support stays, a quote replaces others."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from rag.answer.types import Citation, Statement, Working
from rag.answer.writers.bench import Bench, bench_of
from rag.answer.writers.quotes import quote
from rag.answer.writers.task import Checks, Claim, Tally, Task
from rag.errors import ModelError
from rag.language.tokens import content_words
from rag.text import normalize

Draft = Claim | Working  # a sentence to check, or what the model does in between


async def checked(
    task: Task, drafts: AsyncGenerator[Draft], checks: Checks, tally: Tally
) -> AsyncGenerator[Statement | Working]:
    """The `drafts` of an answer as statements, in the same order, each as soon as it and those before it are checked.

    A draft that repeats another is left out, and so is a quote of what is cited already. Quotes wait for the first
    sentence that is the model's own: without any, there is nothing to read that the evidence does not show. Adds to
    `tally`. Raises ModelError after the last statement if the writing model fails, and if the judge does: what it did
    not decide is not confirmed.
    """
    held, is_begun, cited = list[Statement](), False, set[Citation]()
    async with bench_of(checks.judge) as bench, aclosing(_in_order(task, drafts, checks, tally, bench)) as found:
        async for statement in found:
            if isinstance(statement, Working):
                yield statement
            elif statement.verdict != "quote" or not cited.issuperset(statement.citations):
                cited.update(statement.citations)
                held.append(statement)
                is_begun = is_begun or statement.verdict != "quote"
            for one in held if is_begun else ():
                yield one
            held = [] if is_begun else held
        if bench.fault:
            raise bench.fault


async def _in_order(
    task: Task, drafts: AsyncGenerator[Draft], checks: Checks, tally: Tally, bench: Bench
) -> AsyncGenerator[Statement | Working]:
    """Each draft's statement, while later drafts are read and judged. Raises ModelError after the last."""
    seen: set[str] = set()
    waiting: deque[asyncio.Task[Statement]] = deque()
    upcoming: asyncio.Task[Draft | None] | None = _next(drafts)
    fault: ModelError | None = None
    try:
        while upcoming or waiting:
            first = [task for task in (upcoming, *list(waiting)[:1]) if task]
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if upcoming and upcoming.done():
                try:
                    draft = upcoming.result()
                except ModelError as raised:
                    draft, fault = None, raised
                upcoming = _next(drafts) if draft else None
                if isinstance(draft, Working):
                    yield draft
                elif draft and (key := normalize(draft.written)) not in seen:
                    seen.add(key)
                    waiting.append(asyncio.create_task(_statement(task, draft, checks, tally, bench)))
            while waiting and waiting[0].done():
                yield waiting.popleft().result()
    finally:
        await _cancel([task for task in (upcoming, *waiting) if task])
        await drafts.aclose()  # a read that was cancelled before it began has not ended them
    if fault:
        raise fault


def _next(drafts: AsyncGenerator[Draft]) -> asyncio.Task[Draft | None]:
    """Reads the next draft; None after the last."""

    async def read() -> Draft | None:
        return await anext(drafts, None)

    return asyncio.create_task(read())


async def _cancel(tasks: Sequence[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)


async def _statement(task: Task, claim: Claim, checks: Checks, tally: Tally, bench: Bench) -> Statement:
    """`claim` if a rule or the judge confirms it, else the quote that is nearest to it."""
    if _is_copied(claim):
        return _nearest_quote(task.question, claim)
    tally.drafted += 1
    finding = checks.by_rule(claim.written, claim.citations)
    if _repeats_question(task, claim) or finding.refuted:
        tally.replaced += 1
        return _nearest_quote(task.question, claim)
    if finding.verdict:
        tally.verified += 1
        return Statement(claim.written, finding.citations, finding.verdict, theme=claim.theme)
    if checks.judge and await bench.ask(claim):
        tally.verified += 1
        return Statement(claim.written, claim.citations, "judged", judge=checks.judge.name, theme=claim.theme)
    if checks.show_unverified:
        return Statement(claim.written, claim.citations, "unverified", theme=claim.theme)
    tally.replaced += 1
    return _nearest_quote(task.question, claim)


def _repeats_question(task: Task, claim: Claim) -> bool:
    # A title answers a question for a fact, but says nothing about a paper in a list of papers.
    titles = [citation.paper.title for citation in claim.citations] if task.intent == "papers" else []
    return not content_words(claim.written) - content_words(" ".join([task.question, *titles]))


def _is_copied(claim: Claim) -> bool:
    """Whether the sentence is one that it cites, word for word."""
    written, *quotes = (" ".join(text.split()) for text in (claim.written, *(one.quote for one in claim.citations)))
    return written in quotes


def _nearest_quote(question: str, claim: Claim) -> Statement:
    """The quote that shares the most words with `claim`, in its place."""
    words = content_words(claim.written)
    nearest = max(claim.citations, key=lambda citation: len(content_words(citation.quote) & words))
    return replace(next(quote(question, [[nearest]])), theme=claim.theme)
