"""Answers and hits as text for a terminal: pure functions of typed data."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rag.answer.table import NOT_STATED, Table
from rag.answer.types import Answer, Citation, Effort, Form, Measurement, Statement
from rag.export.bibtex import bibtex
from rag.export.measurements import shown_value
from rag.export.outline import NO_LINK
from rag.export.phrases import (
    FILTERS_LABEL,
    NEAREST_HEADING,
    NOT_VERIFIED,
    RELATED_HEADING,
    byline,
    check,
    cited_statement,
    display_title,
    refusal,
    summary,
)
from rag.export.references import link, papers_of
from rag.paper import Paper
from rag.text import clean_line, count, one_line

if TYPE_CHECKING:
    from rag.index.changes import Planned
    from rag.index.summary import Summary
    from rag.retrieval.hits import Hit
    from rag.sources.duplicates import Merge

LINE_WIDTH = 100  # characters
_MAX_AUTHORS = 5  # of a paper in a list
_MAX_TITLES = 5  # of each group of changes, which may be the whole collection


def heading(n: int, paper: Paper) -> str:
    """The number and title of `paper`."""
    return fill(f"[{n}] {display_title(paper)}", "")


def statement_text(statement: Statement, with_title: bool) -> str:
    """One sentence, `with_title` after the title of its paper; what was checked and its sources if a model wrote it."""
    (citation, *_) = statement.citations
    lines = ["", heading(citation.n, citation.paper)] if with_title else []
    return "\n".join([*lines, *_sentence_lines(statement)])


def _sentence_lines(statement: Statement) -> list[str]:
    sentence = fill(cited_statement(statement), "    ")
    if statement.verdict == "quote":
        return [sentence]
    first = f"{NOT_VERIFIED}: read" if statement.verdict == "unverified" else f"{check(statement)}, from"
    sources = [f"“{source.quote}” [{source.n}]" for source in statement.citations]
    return [sentence, *(fill(f"{'and' if n else first} {source}", "      ") for n, source in enumerate(sources))]


def written_text(statement: Statement, quoted: Collection[Citation]) -> str:
    """A sentence of a written answer with what was checked, and those of its sources that are not `quoted` already."""
    if statement.verdict == "quote":
        return fill(cited_statement(statement), "    ")
    sources = [f"from “{source.quote}” [{source.n}]" for source in statement.citations if source not in quoted]
    sentence = fill(f"{cited_statement(statement)} ({check(statement)})", "    ")
    return "\n".join([sentence, *(fill(source, "      ") for source in sources)])


def unmatched_text(statements: Sequence[Statement]) -> str:
    """The numbers of the papers that `statements` quote, which do not match after all."""
    numbers = dict.fromkeys(citation.n for statement in statements for citation in statement.citations)
    return "\n" + fill(f"These do not match after all: {' '.join(f'[{n}]' for n in numbers)}", "")


def effort_text(effort: Effort) -> str:
    """What a model did for an answer."""
    return "\n" + fill(summary(effort), "")


def table_text(table: Table) -> str:
    """A comparison: the titles of the papers, then under each aspect the sentences of each paper on it."""
    lines = ["", *(heading(n, paper) for n, paper in table.papers.items())]
    for aspect, cells in table.rows:
        lines += ["", aspect]
        for n, cell in zip(table.papers, cells, strict=True):
            sentences = [line for statement in cell for line in _sentence_lines(statement)]
            lines += sentences or [fill(f"{NOT_STATED} [{n}]", "    ")]
    return "\n".join(lines)


def measurements_text(rows: Sequence[Measurement]) -> str:
    """A table of numbers: under each title its values, with their quantity, data set and condition."""
    lines: list[str] = []
    for n, run in groupby(rows, key=lambda row: row.citation.n):
        found = list(run)
        lines += ["", heading(n, found[0].citation.paper)]
        for row in found:
            cells = filter(None, [f"{row.quantity}: {shown_value(row)}", row.dataset, row.condition])
            lines.append(fill(" · ".join(cells), "    "))
    return "\n".join(lines)


def related_text(related: Sequence[Citation]) -> str:
    """Papers that are related, but do not answer the question, each with its best matching sentence."""
    papers = [statement_text(Statement(citation.quote, (citation,), "quote"), with_title=True) for citation in related]
    return "\n".join(["", RELATED_HEADING, *papers])


def listed_text(answer: Answer) -> str:
    """The headline of an answer from the collection's data, and the papers that it lists."""
    lines = [fill(answer.headline, "")] if answer.headline else []
    if answer.form == "bibtex":
        entries = bibtex(papers_of(answer), abstracts=False).splitlines()
        return "\n".join([*lines, "", *("  " * line.startswith(" ") + clean_line(line) for line in entries)])
    for listed in answer.listed:
        lines.append(heading(listed.n, listed.paper))
        lines += [fill(line, "    ") for line in details(listed.paper, answer.form)]
    return "\n".join(lines)


def details(paper: Paper, form: Form) -> list[str]:
    """What follows the title of a listed paper: who wrote it and when, and in some forms its abstract or link."""
    shown = {"abstract": paper.abstract, "link": link(paper) or NO_LINK}
    return list(filter(None, [byline(paper), shown.get(form, "")]))


def refusal_text(answer: Answer) -> str:
    """Why there is no answer, and the nearest papers."""
    lines = [fill(refusal(answer), "")]
    if answer.nearest:
        lines += [NEAREST_HEADING, *(fill(f"- {display_title(paper)}", "  ") for paper in answer.nearest)]
    return "\n".join(lines)


def filters_text(filters: Sequence[str]) -> str:
    """The filters that were applied, and how to search all papers."""
    return fill(f"{FILTERS_LABEL} {', '.join(filters)} (to search all papers, add --no-filters)", "")


def hits_text(hits: Sequence[Hit]) -> str:
    """Ranked titles, each with its best matching sentence."""
    return "\n".join(
        f"{fill(f'{rank}. {display_title(hit.paper)}', '')}\n{fill(hit.best, '   ')}"
        for rank, hit in enumerate(hits, 1)
    )


def changes_text(planned: Planned) -> str:
    """What a build would change: the counts, the first titles of each kind of change, and what would not be taken."""
    from rag.index.differing import told

    changes = planned.changes
    groups = {"Added": changes.added, "Changed": changes.changed, "Removed": changes.removed}
    lines = [str(planned)]
    for name, papers in groups.items():
        if papers:
            lines += [f"{name}:", *(fill(f"- {display_title(paper)}", "  ") for paper in papers[:_MAX_TITLES])]
        if len(papers) > _MAX_TITLES:
            lines.append(f"  … and {len(papers) - _MAX_TITLES:,} more")
    return "\n".join([*lines, *told(planned.differing)])


def listed_paper_text(paper: Paper) -> str:
    """A paper in a list: its title, then authors, year and identifiers, as far as they are known."""
    facts = ", ".join([*paper.authors[:_MAX_AUTHORS], *(["et al."] if len(paper.authors) > _MAX_AUTHORS else [])])
    line = " · ".join(part for part in (facts, str(paper.year or ""), " ".join(paper.ids)) if part)
    return fill(display_title(paper), "") + (f"\n{fill(line, '    ')}" if line else "")


def status_text(summary: Summary) -> str:
    """What an index holds, a line each."""
    gone = f", {count(summary.removed, 'paper')} removed" if summary.removed else ""
    lines = [
        f"{count(summary.papers, 'paper')} in {summary.index_dir}{gone}",
        f"Built {summary.built:%Y-%m-%d %H:%M} UTC with embedding '{summary.embedding}', {summary.size / 1e6:,.0f} MB",
    ]
    for path in summary.paths:
        note = " (changed or gone since; to read it again: rag rebuild)" if path in summary.changed else ""
        lines.append(f"  from {path}{note}")
    if summary.before:
        lines.append(f"To go back to the index of {summary.before:%Y-%m-%d %H:%M} UTC: rag rollback")
    return "\n".join(clean_line(line) if not line.startswith(" ") else f"  {clean_line(line)}" for line in lines)


def merge_text(merge: Merge) -> str:
    """A record that was merged into another, and why."""
    return fill(f"{merge.title} ({merge.source}) → {merge.into_title} ({merge.into_source}): {merge.reason}", "")


def fill(text: str, indent: str) -> str:
    """`text` wrapped and indented, without control characters, which could otherwise act on the terminal."""
    return textwrap.fill(one_line(text), LINE_WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
