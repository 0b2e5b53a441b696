"""An answer as data: statements, and the sentences of abstracts that each cites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.paper import Paper
from rag.query.intent import LISTS, Intent, Wish

Verdict = Literal["quote", "reworded", "judged", "unverified"]
Style = Literal["quotes", "synthesis"]
# What a model does for an answer: reads the question, judges papers, thinks, writes.
Step = Literal["reading", "judging", "thinking", "writing"]
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
    `rag.answer.aspects.ASPECTS`. `theme` is the heading that a written sentence stands under, "" for none.
    """

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict
    aspect: str = ""
    judge: str = ""
    theme: str = ""

    def __str__(self) -> str:
        """The sentence with its citation numbers, in quotation marks if it is verbatim: ``“Owls hunt by ear.” [1]``."""
        text = f"“{self.text}”" if self.verdict == "quote" else self.text
        numbers = "".join(f" [{n}]" for n in dict.fromkeys(citation.n for citation in self.citations))
        return f"{text}{numbers}{' (not verified)' if self.verdict == 'unverified' else ''}"


@dataclass(frozen=True, slots=True)
class Measurement:
    """A number that the sentence of `citation` states: the `value` of a `quantity`, both in its words.

    `number` is the value in `unit`, to be compared with others in the same: times are in seconds, sizes in bytes. Of a
    range, it is the last. `change` is not "" where the value is a difference: "reduction", "faster", "improves by".
    `dataset` and `condition` are in the words of the sentence too, "" where it ties none to the value.
    """

    citation: Citation
    quantity: str
    value: str
    number: float
    unit: str = ""
    change: str = ""
    dataset: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper that is listed as such, not for a sentence of it, with its citation number `n`."""

    n: int
    paper: Paper


@dataclass(frozen=True, slots=True)
class Found:
    """What was retrieved, before anything is written: the relevant `papers`, and the `intent` of the question.

    `searched` is the number of papers that pass `filters`, which are given as the user wrote them. `headline` is the
    first line of the answer, made from what was found; "" without one. `notice` is what a reader must know of the
    search, such as a filter that was not applied; the notice of the `Answer` begins with it. `measurements` are as in
    `Answer`.
    """

    papers: tuple[Paper, ...]
    searched: int
    filters: tuple[str, ...] = ()
    intent: Intent = "fact"
    headline: str = ""
    notice: str = ""
    measurements: tuple[Measurement, ...] = ()


@dataclass(frozen=True, slots=True)
class Working:
    """What a model does at the moment: its `step`, which has come as far as `done` of `total` papers or sentences.

    `total` is 0 where that is not known. `seconds` is how long the step has taken.
    """

    step: Step
    done: int = 0
    total: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence of the written answer, after its check."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class Effort:
    """What the `model`, by its name, did for an answer, and what that took.

    `judged` counts the papers that it judged; 0 means that the lists of papers are those of the search. `drafted`
    counts the sentences that it wrote, `verified` those that were confirmed, and `replaced` those that gave way to a
    quote. Tokens and `seconds` are of all calls; `thinking_seconds` of these it only thought. `cost` is in US dollars,
    None where it is not known or nothing is charged.
    """

    model: str
    judged: int = 0
    drafted: int = 0
    verified: int = 0
    replaced: int = 0
    prompt_tokens: int = 0
    reply_tokens: int = 0
    seconds: float = 0.0
    thinking_seconds: float = 0.0
    cost: float | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """The answer to `question`. A refusal has no statements and names the `nearest` papers instead. Prints as text.

    `statements` quote the evidence, best paper first. `written` is what a model makes of it, to be read above them: its
    sentences in order, those in a row with the same `theme` under that heading; empty without a model, and where none
    of its sentences was confirmed. `effort` is what the model did, None without one.

    Where the question has a `wish`, it is answered from the collection's data: by the `headline`, and by the `listed`
    papers, each shown in the `form`; `total` is how many papers answer where these are just the first. `related` cites
    the best sentence of each paper that may match or is close to the question; readers see these where they ask for
    papers. `probability` is how likely the collection is to answer the question, 0 to 1. `not_stated_by` is the paper
    that the question names, if the refusal is because its abstract does not state what is asked. `notice` is one line
    about anything that went less well than asked (a model failed, a filter was not applied), or empty. `measurements`
    are the numbers that a question for numbers gets, in the order of the papers; the statements then quote their
    sentences, each once. `model_fault` is why a model could not do all that it was asked, with which the `notice` ends;
    "" if it could. `searched`, `filters`, `intent` and `headline` are as in `Found`.
    """

    question: str
    statements: tuple[Statement, ...] = ()
    written: tuple[Statement, ...] = ()
    related: tuple[Citation, ...] = ()
    nearest: tuple[Paper, ...] = ()
    searched: int = 0
    filters: tuple[str, ...] = ()
    intent: Intent = "fact"
    probability: float = 0.0
    notice: str = ""
    not_stated_by: Paper | None = None
    effort: Effort | None = None
    headline: str = ""
    wish: Wish | None = None
    listed: tuple[Listed, ...] = ()
    total: int = 0
    form: Form = "title"
    measurements: tuple[Measurement, ...] = ()
    model_fault: str = ""

    def __repr__(self) -> str:
        return f"<Answer to {self.question!r}: {len(self.statements)} statements, {len(self.listed)} listed papers>"

    def __str__(self) -> str:
        """A line each for the headline, the sentences and the listed papers; or for the papers that a refusal names."""
        first = self.headline or ("The abstracts here do not answer this." if self.refused else "")
        listed = [f"[{one.n}] {one.paper.title}" for one in self.listed]
        nearest = [f"- {paper.title}" for paper in self.nearest]
        return "\n".join(filter(None, [first, *map(str, (*self.written, *self.statements)), *listed, *nearest]))

    @property
    def refused(self) -> bool:
        return not self.statements and self.wish is None

    @property
    def lists_papers(self) -> bool:
        """Whether the question asks for all papers that answer."""
        return self.intent in LISTS

    @property
    def relevant_count(self) -> int:
        """The number of papers that the statements cite, or that answer as such."""
        cited = {citation.n for statement in self.statements for citation in statement.citations}
        return self.total or len(cited | {listed.n for listed in self.listed})

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The distinct citations of all statements, then those of the written answer, in order of appearance."""
        return tuple(dict.fromkeys(c for s in (*self.statements, *self.written) for c in s.citations))


# A question streams one Found, then each Statement that was selected; with a model, Working and Written as it proceeds,
# in any order; at last one Answer, which replaces all before it: the papers that a model judged may be others.
Event = Found | Statement | Working | Written | Answer


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
