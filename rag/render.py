"""Answers and hits as text for a terminal and as JSON: pure functions of typed data."""

from __future__ import annotations

import textwrap
from typing import Any

from rag.citations import Answer, Statement
from rag.papers import Paper, one_line
from rag.retrieve import Hit

WIDTH = 100  # characters of a line on a terminal


def answer_json(answer: Answer) -> dict[str, Any]:
    """{"answer", "refused", "citations": [{"n", "title", "quote", "digest"}], "nearest": [title]}, and "notice" if any.

    "digest" is true where the quote is of our words and not of the authors'.
    """
    data: dict[str, Any] = {
        "answer": " ".join(map(statement, answer.statements)),
        "refused": answer.refused,
        "citations": [
            {"n": c.n, "title": c.paper.title, "quote": c.quote, "digest": c.paper.digest} for c in answer.citations
        ],
        "nearest": [paper.title for paper in answer.nearest],
    }
    return data | ({"notice": answer.notice} if answer.notice else {})


def hits_json(hits: tuple[Hit, ...]) -> list[dict[str, Any]]:
    """[{"title", "score", "sentence", "digest"}], best first; "digest" as in `answer_json`."""
    return [
        {"title": hit.paper.title, "score": round(hit.score, 4), "sentence": hit.best, "digest": hit.paper.digest}
        for hit in hits
    ]


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


def refusal_text(nearest: tuple[Paper, ...]) -> str:
    """What is said where no abstract answers."""
    lines = ["The abstracts here do not answer this."]
    if nearest:
        lines += ["Nearest papers:", *(fill(f"- {name(paper)}", "  ") for paper in nearest)]
    return "\n".join(lines)


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
