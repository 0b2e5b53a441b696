"""Papers, citations and turns for the tests of what the pages show."""

from __future__ import annotations

from dataclasses import replace

from rag.answer.types import Answer, Citation, Effort, Found, Statement, Verdict, Working
from rag.paper import Paper
from rag.web.identity import Visitor
from rag.web.turns import Turn

ABSTRACT = "One is slow. Two is fast. Three is free."
CURATOR = Visitor("nobody-in-particular", "curator")
PAPER, OTHER = Paper("A Title", ABSTRACT), Paper("Other", ABSTRACT, year=2020)


def hostile(payload: str) -> Paper:
    """A paper that holds `payload` wherever there can be text."""
    return Paper(payload, payload, (payload,), 2021, url="http://example.org/" + payload, source=payload)


def cite(start: int = 0, end: int = 12, n: int = 1, paper: Paper = PAPER) -> Citation:
    return Citation(n, paper, start, end)


def state(*citations: Citation, text: str = "It is so.", verdict: Verdict = "reworded", judge: str = "") -> Statement:
    return Statement(text, citations or (cite(),), verdict, judge=judge)


def done(*statements: Statement, question: str = "how?", **fields: object) -> Turn:
    """A turn answered with `statements`; a refusal if there are none."""
    answer = Answer(question, statements, **fields)  # type: ignore[arg-type]
    papers = tuple(dict.fromkeys(citation.paper for citation in answer.citations))
    return Turn(
        question,
        papers=9,
        found=Found(papers, 9, answer.filters, answer.intent),
        statements=list(statements),
        written=list(answer.written),
        answer=answer,
    )


def turns_with(payload: str) -> list[Turn]:
    """A turn in each state, with `payload` wherever it holds text of others."""
    paper = hostile(payload)
    citation = Citation(1, paper, 0, len(payload))
    statements = (
        state(citation, text=payload, verdict="quote"),
        state(citation, text=payload, verdict="unverified"),
        state(citation, text=payload, verdict="judged", judge=payload),
    )
    compared = replace(state(Citation(2, replace(paper, title="Other"), 0, 5), text=payload), aspect="Approach")
    written = (statements[2], *(replace(statement, theme=payload) for statement in statements))
    effort = Effort(payload, 3, 4, 2, 1, 100, 20, 7.0, 3.0, 0.5)
    related = (Citation(3, replace(paper, title=f"3 {payload}"), 0, len(payload)),)
    return [
        Turn(payload, found=Found((paper,), 1, (payload,))),
        Turn(payload, statements=list(statements), stopped=True),
        Turn(payload, found=Found((paper,), 1), written=list(written), working=Working("judging", 1, 2, 3.0)),
        done(*statements, question=payload, related=related, filters=(payload,), intent="papers", notice=payload),
        done(statements[0], question=payload, written=written, effort=effort),
        done(question=payload, nearest=(paper,), effort=effort),
        done(replace(statements[0], aspect="Approach"), compared, question=payload),
        done(question=payload, nearest=(paper,), not_stated_by=paper),
        done(question=payload, filters=(payload,)),
        Turn(payload, error=payload),
    ]


def harmless(payload: str) -> str:
    """A text as long as `payload` that could not be taken for anything else."""
    return "x" * len(payload)
