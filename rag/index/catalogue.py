"""What an index holds: its papers in order, a page at a time, and their numbers by source and by year."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from rag.index.filters import Filters
from rag.index.papers_database import IN_JSON
from rag.index.store import Store
from rag.paper import Paper

MAX_PAGE_SIZE = 200  # papers
Order = Literal["newest", "title"]
_ORDER = "ORDER BY year DESC, title COLLATE NOCASE, id"  # as the SQL index `papers_in_order` has it; NULL comes last
_ORDERS: dict[Order, str] = {"newest": _ORDER, "title": "ORDER BY title COLLATE NOCASE, id"}


@dataclass(frozen=True, slots=True)
class Page:
    """Papers by number, in order: one page of `total` papers."""

    papers: dict[int, Paper]
    total: int


def browse(store: Store, offset: int, limit: int, filters: Filters = Filters()) -> Page:  # noqa: B008 - it is frozen
    """At most `limit` of the papers that pass `filters`, from the one at position `offset` on.

    Papers are sorted by year, newest first and those without a year last, then by title, ignoring the case of ASCII
    letters. A `limit` above MAX_PAGE_SIZE is lowered to it; negative numbers count as 0.
    """
    return browse_numbers(store, store.matching(filters), offset, limit)


def browse_numbers(
    store: Store, numbers: Collection[int] | None, offset: int, limit: int, order: Order = "newest"
) -> Page:
    """As `browse`, of the papers with these `numbers`, None means all; the order "title" leaves the years out."""
    by = _ORDERS[order]
    among = "" if numbers is None else f"WHERE id {IN_JSON}"
    values = () if numbers is None else (json.dumps(sorted(numbers)),)
    # The inner query finds the page in the SQL index alone, however deep it is: rows hold abstracts and are long.
    page = f"SELECT id FROM papers {among} {by} LIMIT ? OFFSET ?"
    bounds = min(max(limit, 0), MAX_PAGE_SIZE), max(offset, 0)
    rows = store.rows(f"SELECT * FROM papers WHERE id IN ({page}) {by}", *values, *bounds)
    total = store.paper_count if numbers is None else len(numbers)
    return Page({row["id"]: store.paper_of(row) for row in rows}, total)


Place = tuple[int | None, str, int]  # of a paper in the order of `browse`: its year, its title and its number


def after(store: Store, place: Place | None, limit: int, numbers: Collection[int] | None = None) -> dict[int, Paper]:
    """At most `limit` of the papers after `place`, None for the first ones, by number, in the order of `browse`.

    The paper at `place` need not be there any more, so pages of papers fit together also when the index has changed
    meanwhile. Of papers with these `numbers`, None means all.
    """
    among = f"id {IN_JSON}" if numbers is not None else "1"
    values: list[object] = [] if numbers is None else [json.dumps(sorted(numbers))]
    follows = "1"
    if place:
        year, title, number = place
        follows = "(title COLLATE NOCASE, id) > (?, ?)"
        follows = (
            f"year IS NULL AND {follows}" if year is None else f"year < ? OR year IS NULL OR year = ? AND {follows}"
        )
        values += [title, number] if year is None else [year, year, title, number]
    page = f"SELECT id FROM papers WHERE {among} AND ({follows}) {_ORDER} LIMIT ?"
    rows = store.rows(f"SELECT * FROM papers WHERE id IN ({page}) {_ORDER}", *values, limit)
    return {row["id"]: store.paper_of(row) for row in rows}


def dated(store: Store, numbers: Collection[int] | None, limit: int, oldest: bool = False) -> list[Paper]:
    """At most `limit` of the papers with these `numbers`, None means all, that have a year: newest first, or oldest."""
    among = "" if numbers is None else f"AND id {IN_JSON}"
    values = () if numbers is None else (json.dumps(sorted(numbers)),)
    order = "ORDER BY year, title COLLATE NOCASE, id" if oldest else _ORDER
    sql = f"SELECT * FROM papers WHERE year IS NOT NULL {among} {order} LIMIT ?"
    return [store.paper_of(row) for row in store.rows(sql, *values, limit)]


def by_source(store: Store) -> list[tuple[str, int]]:
    """Each source with its number of papers, largest first."""
    sql = "SELECT source, count(*) AS papers FROM papers GROUP BY source ORDER BY papers DESC, source"
    return [(source, papers) for source, papers in store.rows(sql)]


def by_year(store: Store) -> list[tuple[int | None, int]]:
    """Each year with its number of papers, newest first; None, for papers without a year, comes last."""
    sql = "SELECT year, count(*) FROM papers GROUP BY year ORDER BY year DESC"
    return [(year, papers) for year, papers in store.rows(sql)]


def years(store: Store) -> tuple[int, int] | None:
    """The oldest and the newest year of a paper, None if no paper has a year."""
    oldest, newest = next(iter(store.rows("SELECT min(year), max(year) FROM papers")))
    return None if oldest is None else (oldest, newest)
