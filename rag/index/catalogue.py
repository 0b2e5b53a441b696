"""What an index holds, to leaf through: its papers in order, a page at a time, and how many there are of each kind."""

from __future__ import annotations

import json
from dataclasses import dataclass

from rag.index.filters import Filters
from rag.index.store import AMONG, Store, paper_of
from rag.paper import Paper

MAX_PAGE = 200  # papers
_ORDER = "ORDER BY year DESC, title COLLATE NOCASE, id"  # as the index of the table has it; NULL comes last


@dataclass(frozen=True, slots=True)
class Page:
    """Some papers by their numbers, in order, out of `total`."""

    papers: dict[int, Paper]
    total: int


def browse(store: Store, offset: int, limit: int, filters: Filters = Filters()) -> Page:  # noqa: B008 - it is frozen
    """At most `limit` papers that pass `filters`, after the first `offset` of them.

    The newest come first, those without a year last; within a year they go by title, whatever the case of its
    English letters. A limit beyond MAX_PAGE is MAX_PAGE, a number below 0 is 0.
    """
    numbers = store.matching(filters)
    among = "" if numbers is None else f"WHERE id {AMONG}"
    values = () if numbers is None else (json.dumps(sorted(numbers)),)
    # Which papers a page has is read from the index alone, however far it lies: rows hold abstracts and are long.
    page = f"SELECT id FROM papers {among} {_ORDER} LIMIT ? OFFSET ?"
    bounds = min(max(limit, 0), MAX_PAGE), max(offset, 0)
    rows = store.rows(f"SELECT * FROM papers WHERE id IN ({page}) {_ORDER}", *values, *bounds)
    total = store.paper_count if numbers is None else len(numbers)
    return Page({row["id"]: paper_of(row) for row in rows}, total)


def by_source(store: Store) -> list[tuple[str, int]]:
    """Each source with its number of papers, most first."""
    sql = "SELECT source, count(*) AS papers FROM papers GROUP BY source ORDER BY papers DESC, source"
    return [(source, papers) for source, papers in store.rows(sql)]


def by_year(store: Store) -> list[tuple[int | None, int]]:
    """Each year with its number of papers, newest first; last None, for papers that do not tell their year."""
    sql = "SELECT year, count(*) FROM papers GROUP BY year ORDER BY year DESC"
    return [(year, papers) for year, papers in store.rows(sql)]
