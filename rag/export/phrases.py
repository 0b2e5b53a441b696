"""Wording that the terminal, the exported files and the chat share."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.types import Answer, Statement, Verdict
from rag.paper import Paper
from rag.text import clean_line

FILTERS_LABEL = "Limited to:"
RELATED_HEADING = "May match:"
NEAREST_HEADING = "Nearest papers:"
NOT_VERIFIED = "not verified"
# What was checked of a sentence, and by whom.
CHECKED: dict[Verdict, str] = {
    "quote": "quoted word for word",
    "reworded": "reworded, checked by rule",
    "judged": "reworded, checked by {judge}",
    "unverified": f"{NOT_VERIFIED}: read the source",
}
_MAX_JUDGE_CHARS = 100


def cited_statement(statement: Statement) -> str:
    """The sentence with its citation markers, in quotation marks if it is verbatim: ``“Owls hunt by ear.” [1]``."""
    return (f"“{statement.text}”" if statement.verdict == "quote" else statement.text) + markers(statement)


def check(statement: Statement) -> str:
    """What was checked of `statement`, and by whom, in words: ``reworded, checked by rule``."""
    name = judge_name(statement)
    return CHECKED[statement.verdict].format(judge=f"the model {name}" if name else "a model")


def judge_name(statement: Statement) -> str:
    """The name of the model that judged `statement`, which its server may have chosen: short, and safe to print."""
    return clean_line(statement.judge)[:_MAX_JUDGE_CHARS]


def markers(statement: Statement) -> str:
    """The number of each paper that `statement` cites: `` [1] [2]``."""
    return "".join(f" [{n}]" for n in dict.fromkeys(citation.n for citation in statement.citations))


def match_count(papers: int, searched: int) -> str:
    """``7 of 489 papers match``."""
    return f"{papers:,} of {searched:,} papers match{'es' if papers == 1 else ''}"


def refusal(answer: Answer) -> str:
    """Why `answer`, a refusal, has no statements, in one sentence."""
    if answer.filters and not answer.searched:
        return no_paper(answer.filters)
    if answer.not_stated_by and not answer.headline:
        return f"The abstract of “{answer.not_stated_by.title}” does not say this."
    return answer.headline or "The abstracts here do not answer this."


def no_paper(filters: Sequence[str]) -> str:
    """The sentence shown if no paper passes `filters`."""
    return f"No paper here matches {' and '.join(f'“{written}”' for written in filters)}."


def byline(paper: Paper) -> str:
    """Authors and year, as far as they are known."""
    return ", ".join([*paper.authors, *([str(paper.year)] if paper.year else [])])


def display_title(paper: Paper) -> str:
    """The title, marked if the abstract is a digest instead of the authors' own text."""
    return f"{paper.title} (digest)" if paper.digest else paper.title
