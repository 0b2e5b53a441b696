"""The sentences in which every rendering tells the same thing."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.types import Answer, Statement
from rag.paper import Paper


def cited_statement(statement: Statement) -> str:
    """One sentence with its markers: “…” [1] where it is a quote."""
    markers = "".join(f" [{n}]" for n in dict.fromkeys(c.n for c in statement.citations))
    return (f"“{statement.text}”" if statement.verdict == "quote" else statement.text) + markers


def match_count(papers: int, searched: int) -> str:
    """``7 of 489 papers match``."""
    return f"{papers:,} of {searched:,} papers match{'es' if papers == 1 else ''}"


def refusal(answer: Answer) -> str:
    """The sentence that says why nothing is answered."""
    if answer.filters and not answer.searched:
        return no_paper(answer.filters)
    if answer.not_stated_by:
        return f"The abstract of “{answer.not_stated_by.title}” does not say this."
    return "The abstracts here do not answer this."


def no_paper(filters: Sequence[str]) -> str:
    """What is said where `filters` leave no paper."""
    return f"No paper here matches {' and '.join(f'“{one}”' for one in filters)}."


def display_title(paper: Paper) -> str:
    """The title, with a word of warning where the abstract is not the authors' own."""
    return f"{paper.title} (digest)" if paper.digest else paper.title
