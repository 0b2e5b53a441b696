"""Checking what a model wrote: a sentence that its citations support stays, a quote replaces any other."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing

from rag.answer.types import Citation, Statement
from rag.answer.writers.quotes import quote
from rag.answer.writers.task import Checks, Claim, Task
from rag.errors import ModelError
from rag.language.tokens import content_words

Draft = Claim | Statement  # of one sentence: still to be checked, or final
_CONFIRMED = ("reworded", "judged")


async def checked(task: Task, drafts: AsyncGenerator[Draft], checks: Checks) -> AsyncGenerator[Statement]:
    """The `drafts` of an answer as statements, in the same order; those that are statements already stay as they are.

    Statements stream up to the first claim that the rules neither confirm nor refute. The judge is asked about all
    such claims at once, when the last draft is there. What cites nothing that is not cited already is left out. Raises
    ModelError after the last statement if the writing model fails, and if the judge does: what it did not decide is
    not confirmed.
    """
    cited, held, faults = set[Citation](), list[Draft](), list[ModelError]()
    async with aclosing(drafts):
        try:
            async for draft in drafts:
                if cited.issuperset(draft.citations):
                    continue
                found = draft if isinstance(draft, Statement) else _by_rule(task, draft, checks)
                if held or isinstance(found, Claim):
                    held.append(found)
                elif not cited.issuperset(found.citations):
                    cited.update(found.citations)
                    yield found
        except ModelError as fault:  # what was written before is still judged
            faults.append(fault)
    for statement in _without_repeats(await _judged(task, held, checks, faults), cited):
        yield statement
    if faults:
        raise faults[0]


async def _judged(task: Task, held: Sequence[Draft], checks: Checks, faults: list[ModelError]) -> list[Statement]:
    """`held` as statements, after one question to the judge. Adds its fault to `faults` if it fails."""
    claims = [draft for draft in held if isinstance(draft, Claim)]
    stated = dict.fromkeys(claims, False)
    try:
        if claims and checks.judge:
            stated = dict(zip(claims, await checks.judge(claims), strict=True))
    except ModelError as fault:
        faults.append(ModelError(f"Some sentences could not be judged: {fault}"))
    return [one if isinstance(one, Statement) else _by_judge(task, one, checks, stated[one]) for one in held]


def _without_repeats(statements: Sequence[Statement], cited: set[Citation]) -> Iterator[Statement]:
    """Those of `statements` that cite what `cited` lacks; a quote gives way to a confirmed sentence about the same."""
    confirmed = {citation for one in statements if one.verdict in _CONFIRMED for citation in one.citations}
    for statement in statements:
        known = cited | confirmed if statement.verdict == "quote" else cited
        if not known.issuperset(statement.citations):
            cited.update(statement.citations)
            yield statement


def _by_rule(task: Task, claim: Claim, checks: Checks) -> Statement | Claim:
    """The statement that the rules make of `claim`, or `claim` itself if they leave it to a judge."""
    if _repeats_question(task, claim) or _is_copied(claim):
        return _nearest_quote(task.question, claim)
    finding = checks.by_rule(claim.written, claim.citations)
    if finding.verdict:
        return Statement(claim.written, finding.citations, finding.verdict)
    return _nearest_quote(task.question, claim) if finding.refuted else claim


def _by_judge(task: Task, claim: Claim, checks: Checks, is_stated: bool) -> Statement:
    if is_stated and checks.judge:
        return Statement(claim.written, claim.citations, "judged", judge=checks.judge.name)
    if checks.show_unverified:
        return Statement(claim.written, claim.citations, "unverified")
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
    """The quote that shares the most words with `claim`."""
    words = content_words(claim.written)
    nearest = max(claim.citations, key=lambda citation: len(content_words(citation.quote) & words))
    return next(quote(question, [[nearest]]))
