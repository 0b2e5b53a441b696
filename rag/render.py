"""Answers and hits as text for a terminal and as JSON: pure functions of typed data."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from rag.citations import Answer, Citation, Statement
from rag.index.changes import Changes
from rag.papers import Paper, one_line
from rag.retrieve import Hit, Hits
from rag.table import UNSAID, Table

WIDTH = 100  # characters of a line on a terminal
SHOWN = 5  # titles of a group of papers that may be all there are


def answer_json(answer: Answer) -> dict[str, Any]:
    """`answer` as {"answer": its text, "kind", "writer", "refused", "matching", "searched", "probability", …}.

    "statements" are [{"text", "verdict", "citations": [{"n", "start", "end"}]}], with "aspect" in a comparison and
    places in the abstract; "citations" [{"n", "title", "quote", "digest"}]; "partial" [{"n", "title", "sentence",
    "digest"}]; "nearest" [title]. "matching" and "searched" count papers; "digest" is true where the quote is of our
    words and not of the authors'. "filters" [as written], "notice", and "silent", the title of the paper that does not
    say it, stand there where there are any.
    """
    data: dict[str, Any] = {
        "answer": " ".join(map(statement, answer.statements)) or refusal(answer),
        "kind": answer.kind,
        "writer": answer.writer,
        "refused": answer.refused,
        "matching": answer.matching,
        "searched": answer.searched,
        "probability": round(answer.probability, 3),
        "statements": list(map(_statement_json, answer.statements)),
        "citations": [_citation_json(citation, "quote") for citation in answer.citations],
        "partial": [_citation_json(citation, "sentence") for citation in answer.partial],
        "nearest": [paper.title for paper in answer.nearest],
    }
    silent = {"silent": answer.silent.title} if answer.silent else {}
    return data | silent | told(answer.filters, answer.notice)


def _statement_json(statement: Statement) -> dict[str, Any]:
    places = [{"n": one.n, "start": one.start, "end": one.end} for one in statement.citations]
    aspect = {"aspect": statement.aspect} if statement.aspect else {}
    return {"text": statement.text, "verdict": statement.verdict, "citations": places} | aspect


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
    markers = "".join(f" [{n}]" for n in dict.fromkeys(c.n for c in statement.citations))
    return (f"“{statement.text}”" if statement.verdict == "quote" else statement.text) + markers


def heading(n: int, paper: Paper) -> str:
    """A paper's number and title."""
    return fill(f"[{n}] {name(paper)}", "")


def statement_text(statement_: Statement, headed: bool) -> str:
    """One sentence for the terminal: under its paper's title where `headed`, over its source where rewritten."""
    (citation, *_) = statement_.citations
    lines = ["", heading(citation.n, citation.paper)] if headed else []
    lines.append(fill(statement(statement_), "    "))
    if statement_.verdict != "quote":
        agrees = " partly" if statement_.verdict == "partly" else ""
        lines += [fill(f"agrees{agrees} with “{cited.quote}” [{cited.n}]", "      ") for cited in statement_.citations]
    return "\n".join(lines)


def table_text(table: Table) -> str:
    """A comparison for the terminal: under each aspect what each paper says of it."""
    lines = ["", *(heading(n, paper) for n, paper in table.papers.items())]
    for aspect, cells in table.rows:
        lines += ["", aspect]
        for n, cell in zip(table.papers, cells, strict=True):
            said = [fill(statement(one), "    ") for one in cell]
            lines += said or [fill(f"{UNSAID} [{n}]", "    ")]
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
    if answer.filters and not answer.searched:
        return no_paper(answer.filters)
    if answer.silent:
        return f"The abstract of “{answer.silent.title}” does not say this."
    return "The abstracts here do not answer this."


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


def changes_text(changes: Changes) -> str:
    """What a rebuild would do: in a line, then titles by what becomes of their papers, the first few of each."""
    groups = {"Added": changes.added, "Changed": changes.changed, "Removed": changes.removed}
    lines = [str(changes)]
    for what, papers in groups.items():
        lines += [f"{what}:"] * bool(papers)
        lines += [fill(f"- {name(paper)}", "  ") for paper in papers[:SHOWN]]
        lines += [f"  … and {len(papers) - SHOWN:,} more"] * (len(papers) > SHOWN)
    return "\n".join(lines)


def name(paper: Paper) -> str:
    """The title, with a word of warning where the abstract is not the authors' own."""
    return f"{paper.title} (digest)" if paper.digest else paper.title


def fill(text: str, indent: str) -> str:
    """`text` wrapped and indented, without control characters: a title must not steer the terminal."""
    return textwrap.fill(one_line(text), WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
