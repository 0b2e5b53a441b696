"""An answer as data: statements, and the sentences of abstracts that each cites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.paper import Paper
from rag.query.intent import LISTS, Intent, Wish

Verdict = Literal["quote", "reworded", "judged", "unverified"]
Style = Literal["quotes", "sentences", "synthesis"]
Form = Literal["title", "abstract", "bibtex", "link"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim passage of one abstract: `paper.abstract[start:end]`.

    `n` is the citation number that a reader sees, from 1; a paper keeps its number for a whole conversation.
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
    """One sentence of an answer, without citation markers.

    `verdict` is what was checked, and by whom. A ``quote`` is the abstract's own words; anything else was written by a
    model. A ``reworded`` sentence was checked by rule: its structure can be followed in what it cites. A ``judged`` one
    was checked by the model `judge`, which found that its citations state all of it. An ``unverified`` one is shown
    only to who asks for such sentences. In a comparison, `aspect` is what the sentence says about its paper: one of
    `rag.answer.aspects.ASPECTS`.
    """

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict
    aspect: str = ""
    judge: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper that is listed as such, not for a sentence of it, with its citation number `n`."""

    n: int
    paper: Paper


@dataclass(frozen=True, slots=True)
class Found:
    """What was retrieved, before anything is written: the relevant `papers`, and the `intent` of the question.

    `searched` is the number of papers that pass `filters`, which are given as the user wrote them. `headline` is the
    first line of the answer, made from what was found; "" without one.
    """

    papers: tuple[Paper, ...]
    searched: int
    filters: tuple[str, ...] = ()
    intent: Intent = "fact"
    headline: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to `question`. A refusal has no statements and names the `nearest` papers instead.

    Where the question has a `wish`, it is answered from the collection's data: by the `headline`, and by the `listed`
    papers, each shown in the `form`. `related` cites the best sentence of each paper that may match or is close to the
    question; readers see these where they ask for papers. `probability` is how likely the collection is to answer the
    question, 0 to 1. `not_stated_by` is the paper that the question names, if the refusal is because its abstract does
    not state what is asked. `notice` is one line about anything that went less well than asked (a model failed, a
    filter was not applied), or empty. `writer` is the style of the text. `searched`, `filters`, `intent` and `headline`
    are as in `Found`.
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
    headline: str = ""
    wish: Wish | None = None
    listed: tuple[Listed, ...] = ()
    form: Form = "title"

    @property
    def refused(self) -> bool:
        return not self.statements and self.wish is None

    @property
    def lists_papers(self) -> bool:
        """Whether the question asks for all papers that answer."""
        return self.intent in LISTS

    @property
    def relevant_count(self) -> int:
        """The number of papers that the statements cite."""
        return len({citation.n for citation in self.citations})

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The distinct citations of all statements, in order of appearance."""
        return tuple(dict.fromkeys(c for s in self.statements for c in s.citations))


# A question streams, in this order: one Found, each Statement once it is checked, one Answer.
Event = Found | Statement | Answer


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of checking a sentence by rule: the `verdict`, and which of its `citations` support it.

    `verdict` is None if the rules cannot follow the sentence in what it cites; `reason` then says why, in words. One
    that is `refuted` contradicts what it cites, or is no sentence of an answer: no judge is asked about it, and it is
    never shown.
    """

    verdict: Literal["reworded"] | None
    reason: str = ""
    citations: tuple[Citation, ...] = ()
    refuted: bool = False
