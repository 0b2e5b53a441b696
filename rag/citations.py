"""An answer as data: statements, each with the sentences of abstracts that back it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.papers import Paper

Verdict = Literal["quote", "supported"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim passage of one abstract: `paper.abstract[start:end]`.

    `n` is the number shown to the reader, from 1; one number per paper, kept for a whole conversation.
    """

    n: int
    paper: Paper
    start: int
    end: int

    @property
    def quote(self) -> str:
        return self.paper.abstract[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, without markers.

    `verdict` says how it was checked: ``quote`` is the abstract's own words, ``supported``
    was written by a model and agrees with the sentences it cites.
    """

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval brought, before a word is written: the `papers` that match, of `searched`.

    `searched` counts the papers that pass the question's `filters`, which stand as the user wrote them. `listing` is
    true where the question asks for all papers that match.
    """

    papers: tuple[Paper, ...]
    searched: int
    filters: tuple[str, ...] = ()
    listing: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to `question`. A refusal has no statements and names the `nearest` papers instead.

    `partial` are papers that touch the question without answering it, each with its nearest sentence; a reader is shown
    them where the question is a `listing`. `probability` is that of the collection answering the question, 0 to 1.
    `searched`, `filters` and `listing` are as in `Found`. `notice` tells in one line what was worse than asked for (a
    model that failed, a filter that was not applied), or is empty.
    """

    question: str
    statements: tuple[Statement, ...] = ()
    partial: tuple[Citation, ...] = ()
    nearest: tuple[Paper, ...] = ()
    searched: int = 0
    filters: tuple[str, ...] = ()
    listing: bool = False
    probability: float = 0.0
    notice: str = ""

    @property
    def refused(self) -> bool:
        return not self.statements

    @property
    def matching(self) -> int:
        """How many papers the statements cite."""
        return len({citation.n for citation in self.citations})

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation once, in order of appearance."""
        return tuple(dict.fromkeys(c for s in self.statements for c in s.citations))


# What asking a question streams, in this order: one Found, each Statement once it is checked, one Answer.
Event = Found | Statement | Answer
