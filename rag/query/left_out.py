"""The papers that a question names although they do not pass its own filters."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from rag.index.store import Store
from rag.paper import Paper
from rag.text import clean_line, in_quotes

MAX_LEFT_OUT = 3  # papers that a sentence names; it counts the others
MAX_AUTHOR_CHARS = 60


def split_named(
    papers: Sequence[Paper], among: Collection[int] | None, store: Store
) -> tuple[tuple[Paper, ...], tuple[Paper, ...]]:
    """Those of `papers` whose numbers are in `among`, or in whose place others of the same title are; and the rest.

    All are in where `among` is None.
    """
    if among is None:
        return tuple(papers), ()
    inside: dict[Paper, None] = {}
    outside = []
    for paper in papers:
        numbers = [n for n in store.numbers_of([paper]) if n in among]
        twins = numbers or [n for n in store.numbers_of([replace(paper, abstract="")]) if n in among]
        inside |= dict.fromkeys([paper] if numbers else store.papers(sorted(twins)))
        outside += [] if twins else [paper]
    return tuple(inside), tuple(outside)


def left_out(papers: Sequence[Paper], filters: Sequence[str]) -> str:
    """Says that `papers` do not pass `filters`: ``“Owls” (Ada Eve et al., 2019) is not within “since 2023”.``"""
    if not papers:
        return ""
    named = ", ".join(f"{in_quotes(paper.title)}{_facts(paper)}" for paper in papers[:MAX_LEFT_OUT])
    more = f" and {len(papers) - MAX_LEFT_OUT:,} more" if len(papers) > MAX_LEFT_OUT else ""
    are = "is" if len(papers) == 1 else "are"
    return f"{named}{more} {are} not within {' and '.join(map(in_quotes, filters))}."


def _facts(paper: Paper) -> str:
    """The first author and the year in brackets, as far as they are known."""
    others = " et al." if len(paper.authors) > 1 else ""
    author = f"{clean_line(paper.authors[0])[:MAX_AUTHOR_CHARS]}{others}" if paper.authors else ""
    facts = ", ".join(filter(None, [author, str(paper.year or "")]))
    return f" ({facts})" if facts else ""
