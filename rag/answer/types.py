"""An answer as data: statements, each with the sentences of abstracts that back it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.paper import Paper
from rag.query.intent import Intent

Verdict = Literal["quote", "supported", "partly"]
Style = Literal["quotes", "sentences", "synthesis"]


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

    `verdict` says how it was checked: ``quote`` is the abstract's own words, the rest was written by a model. What is
    ``supported`` agrees with the sentences it cites in all that it says; ``partly`` agrees in names, numbers and
    direction, and may mean more than they do. In a comparison, `aspect` says what the sentence tells of its paper.
    """

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict
    aspect: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval brought, before a word is written: the `papers` that match, of `searched`.

    `searched` counts the papers that pass the question's `filters`, which stand as the user wrote them. `intent` is what
    the question asks for.
    """

    papers: tuple[Paper, ...]
    searched: int
    filters: tuple[str, ...] = ()
    intent: Intent = "fact"


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to `question`. A refusal has no statements and names the `nearest` papers instead.

    `writer` is how it was put into words: in quotes, by a model a sentence at a time, or from all evidence at once.
    `silent` is the paper that the question names and whose abstract does not say what is asked, if that is why.
    `partial` are papers that touch the question without answering it, each with its nearest sentence; a reader is shown
    them where papers are asked for. `probability` is that of the collection answering the question, 0 to 1. `searched`,
    `filters` and `intent` are as in `Found`. `notice` tells in one line what was worse than asked for (a model that
    failed, a filter that was not applied), or is empty.
    """

    question: str
    statements: tuple[Statement, ...] = ()
    related: tuple[Citation, ...] = ()
    nearest: tuple[Paper, ...] = ()
    searched: int = 0
    filters: tuple[str, ...] = ()
    intent: Intent = "fact"
    probability: float = 0.0
    notice: str = ""
    not_stated_by: Paper | None = None
    writer: Style = "quotes"

    @property
    def refused(self) -> bool:
        return not self.statements

    @property
    def relevant_count(self) -> int:
        """How many papers the statements cite."""
        return len({citation.n for citation in self.citations})

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation once, in order of appearance."""
        return tuple(dict.fromkeys(c for s in self.statements for c in s.citations))


# What asking a question streams, in this order: one Found, each Statement once it is checked, one Answer.
Event = Found | Statement | Answer


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check made of a sentence: which of its `citations` support it, and how.

    `verdict` is None where none does, and `reason` says why, in words.
    """

    verdict: Verdict | None
    reason: str = ""
    citations: tuple[Citation, ...] = ()
