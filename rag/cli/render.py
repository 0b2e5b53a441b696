"""Answers and hits as text for a terminal and as JSON: pure functions of typed data."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rag.answer.table import NOT_STATED, Table
from rag.answer.types import Answer, Citation, Statement
from rag.export.phrases import cited_statement, display_title, refusal
from rag.index.changes import Changes
from rag.paper import Paper
from rag.retrieval.hits import Hit
from rag.text import one_line

WIDTH = 100  # characters of a line on a terminal
SHOWN = 5  # titles of a group of papers that may be all there are


def heading(n: int, paper: Paper) -> str:
    """A paper's number and title."""
    return fill(f"[{n}] {display_title(paper)}", "")


def statement_text(statement_: Statement, headed: bool) -> str:
    """One sentence for the terminal: under its paper's title where `headed`, over its source where rewritten."""
    (citation, *_) = statement_.citations
    lines = ["", heading(citation.n, citation.paper)] if headed else []
    lines.append(fill(cited_statement(statement_), "    "))
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
            said = [fill(cited_statement(one), "    ") for one in cell]
            lines += said or [fill(f"{NOT_STATED} [{n}]", "    ")]
    return "\n".join(lines)


def partial_text(partial: Sequence[Citation]) -> str:
    """Papers that touch the question, each with its nearest sentence."""
    papers = [statement_text(Statement(one.quote, (one,), "quote"), headed=True) for one in partial]
    return "\n".join(["", "Partly:", *papers])


def refusal_text(answer: Answer) -> str:
    """What is said where no abstract answers."""
    lines = [fill(refusal(answer), "")]
    if answer.nearest:
        lines += ["Nearest papers:", *(fill(f"- {display_title(paper)}", "  ") for paper in answer.nearest)]
    return "\n".join(lines)


def filters_text(filters: Sequence[str]) -> str:
    """Which papers were searched, and how to search all of them."""
    return fill(f"Only papers: {', '.join(filters)} (all papers: --no-filters)", "")


def hits_text(hits: tuple[Hit, ...]) -> str:
    """Ranked titles, each with the sentence that matched."""
    return "\n".join(
        f"{fill(f'{rank}. {display_title(hit.paper)}', '')}\n{fill(hit.best, '   ')}"
        for rank, hit in enumerate(hits, 1)
    )


def changes_text(changes: Changes) -> str:
    """What a rebuild would do: in a line, then titles by what becomes of their papers, the first few of each."""
    groups = {"Added": changes.added, "Changed": changes.changed, "Removed": changes.removed}
    lines = [str(changes)]
    for what, papers in groups.items():
        lines += [f"{what}:"] * bool(papers)
        lines += [fill(f"- {display_title(paper)}", "  ") for paper in papers[:SHOWN]]
        lines += [f"  … and {len(papers) - SHOWN:,} more"] * (len(papers) > SHOWN)
    return "\n".join(lines)


def fill(text: str, indent: str) -> str:
    """`text` wrapped and indented, without control characters: a title must not steer the terminal."""
    return textwrap.fill(one_line(text), WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
