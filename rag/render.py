"""Answers and hits as text for a terminal and as JSON: pure functions of typed data."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from rag.citations import Answer, Citation, Statement
from rag.papers import Paper, one_line
from rag.retrieve import Hit, Hits

WIDTH = 100  # characters of a line on a terminal


def answer_json(answer: Answer) -> dict[str, Any]:
    """{"answer", "refused", "matching", "searched", "probability", "citations", "partial", "nearest"}.

    "citations" are [{"n", "title", "quote", "digest"}], "partial" [{"n", "title", "sentence", "digest"}], "nearest"
    [title]; "matching" and "searched" count papers. With "filters": [as written] and "notice" where there are any.
    "digest" is true where the quote is of our words and not of the authors'.
    """
    data: dict[str, Any] = {
        "answer": " ".join(map(statement, answer.statements)),
        "refused": answer.refused,
        "matching": answer.matching,
        "searched": answer.searched,
        "probability": round(answer.probability, 3),
        "citations": [_citation_json(citation, "quote") for citation in answer.citations],
        "partial": [_citation_json(citation, "sentence") for citation in answer.partial],
        "nearest": [paper.title for paper in answer.nearest],
    }
    return data | told(answer.filters, answer.notice)


def _citation_json(citation: Citation, words: str) -> dict[str, Any]:
    paper = citation.paper
    return {"n": citation.n, "title": paper.title, words: citation.quote, "digest": paper.digest}


def told(filters: Sequence[str], notice: str) -> dict[str, Any]:
    """{"filters", "notice"}, each where there is one."""
    return ({"filters": list(filters)} if filters else {}) | ({"notice": notice} if notice else {})


def hits_json(hits: Hits) -> dict[str, Any]:
    """{"probability", "results": [{"title", "score", "probability", "sentence", "digest"}]}, best first.

    The probability is that of the collection, and of each paper, answering the question; "digest" as in `answer_json`.
    """
    results = [
        {
            "title": hit.paper.title,
            "score": round(hit.score, 4),
            "probability": round(hit.probability, 4),
            "sentence": hit.best,
            "digest": hit.paper.digest,
        }
        for hit in hits.papers
    ]
    return {"probability": round(hits.probability, 4), "results": results}


def statement(statement: Statement) -> str:
    """One sentence with its markers: “…” [1] where it is a quote."""
    markers = "".join(f" [{c.n}]" for c in statement.citations)
    return (f"“{statement.text}”" if statement.verdict == "quote" else statement.text) + markers


def statement_text(statement_: Statement, headed: bool) -> str:
    """One sentence for the terminal: under its paper's title where `headed`, over its source where rewritten."""
    (citation, *_) = statement_.citations
    lines = ["", fill(f"[{citation.n}] {name(citation.paper)}", "")] if headed else []
    lines.append(fill(statement(statement_), "    "))
    if statement_.verdict != "quote":
        lines += [fill(f"from “{cited.quote}”", "      ") for cited in statement_.citations]
    return "\n".join(lines)


def matching(papers: int, searched: int) -> str:
    """``7 of 489 papers match``."""
    return f"{papers:,} of {searched:,} papers match{'es' if papers == 1 else ''}"


def partial_text(partial: Sequence[Citation]) -> str:
    """Papers that touch the question, each with its nearest sentence."""
    papers = [statement_text(Statement(one.quote, (one,), "quote"), headed=True) for one in partial]
    return "\n".join(["", "Partly:", *papers])


def refusal(answer: Answer) -> str:
    """The sentence that says why nothing is answered."""
    emptied = answer.filters and not answer.searched
    return no_paper(answer.filters) if emptied else "The abstracts here do not answer this."


def refusal_text(answer: Answer) -> str:
    """What is said where no abstract answers."""
    lines = [fill(refusal(answer), "")]
    if answer.nearest:
        lines += ["Nearest papers:", *(fill(f"- {name(paper)}", "  ") for paper in answer.nearest)]
    return "\n".join(lines)


def no_paper(filters: Sequence[str]) -> str:
    """What is said where `filters` leave no paper."""
    return f"No paper here matches {' and '.join(f'“{one}”' for one in filters)}."


def filters_text(filters: Sequence[str]) -> str:
    """Which papers were searched, and how to search all of them."""
    return fill(f"Only papers: {', '.join(filters)} (all papers: --no-filters)", "")


def hits_text(hits: tuple[Hit, ...]) -> str:
    """Ranked titles, each with the sentence that matched."""
    return "\n".join(
        f"{fill(f'{rank}. {name(hit.paper)}', '')}\n{fill(hit.best, '   ')}" for rank, hit in enumerate(hits, 1)
    )


def name(paper: Paper) -> str:
    """The title, with a word of warning where the abstract is not the authors' own."""
    return f"{paper.title} (digest)" if paper.digest else paper.title


def fill(text: str, indent: str) -> str:
    """`text` wrapped and indented, without control characters: a title must not steer the terminal."""
    return textwrap.fill(one_line(text), WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
