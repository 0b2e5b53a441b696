"""The page of the collection as templates/papers.html shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.export.formats import EXPORTS, PAPER_EXPORTS
from rag.paper import Paper
from rag.web import templates
from rag.web.adding import Adding
from rag.web.cards import Card
from rag.web.export import Link
from rag.web.identity import Visitor
from rag.web.listing import Listing, Sort
from rag.web.pages import Head
from rag.web.selected import MAX_SELECTED

PER_PAGE = 50  # papers
MAX_EXPORTED = 10_000  # papers in one file: a few seconds of work, and what a reference manager still imports
MAX_SOURCES = 8  # shown by name; the rest are counted


@dataclass(frozen=True, slots=True)
class Shelf:
    """The papers to show, by their numbers, of `total` that the `listing` asks for.

    `near` are others that are only nearest to what is searched for. `found` are the numbers of them all, for the map,
    and `order` are these in their order where that is not one of the catalogue's. `notice` says what the list does not
    have, and `ways` lead out of an empty one. A `fault` is in place of all that.
    """

    papers: Mapping[int, Paper] = field(default_factory=dict)
    total: int = 0
    listing: Listing = Listing()  # noqa: RUF009 - it is immutable
    heading: str = ""
    near: Mapping[int, Paper] = field(default_factory=dict)
    near_heading: str = ""
    notice: str = ""
    found: Sequence[int] = ()
    order: Sequence[int] = ()
    ways: Sequence[Link] = ()
    fault: str = ""

    @property
    def cards(self) -> list[Card]:
        return [Card(paper, selectable=True) for paper in self.papers.values()]

    @property
    def near_cards(self) -> list[Card]:
        return [Card(paper, selectable=True) for paper in self.near.values()]

    @property
    def found_numbers(self) -> str:
        """`found` as JSON, for the map."""
        return json.dumps(list(self.found))

    @property
    def position(self) -> str:
        """Which papers of how many are shown."""
        return f"{self.listing.first + 1:,} to {self._end:,} of {self.total:,}"

    @property
    def steps(self) -> list[Link]:
        """The way to the papers before and after these."""
        steps, first = [], self.listing.first
        if first > 0:
            steps.append(Link("Previous", self.listing.but(first=max(0, first - PER_PAGE))))
        if self._end < self.total:
            steps.append(Link("Next", self.listing.but(first=self._end)))
        return steps

    @property
    def exports(self) -> list[Link]:
        """The files of all these papers, not only of those shown; none if they are too many for one."""
        if not 0 < self.total + len(self.near) <= MAX_EXPORTED:
            return []
        return [Link(EXPORTS[name].label, self.listing.file_address(name)) for name in PAPER_EXPORTS]

    @property
    def _end(self) -> int:
        return self.listing.first + len(self.papers)


@dataclass(frozen=True, slots=True)
class Sorting:
    """An order of the papers, and whether they are in it."""

    name: str
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ClusterLink:
    """A group of papers, which leads to them, or back to all if it `is_current`."""

    name: str
    papers: int
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class YearCount:
    """How many papers are of a year, which links to them where it is known."""

    text: str
    address: str
    papers: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many papers there are of each source and of each year; none of either where no paper has one."""

    sources: tuple[Link, ...]
    more_sources: int
    years: tuple[YearCount, ...]

    @property
    def heading(self) -> str:
        """What papers can be told apart by here, "" for nothing."""
        names = [name for name, counted in (("source", self.sources), ("year", self.years)) if counted]
        return f"By {' and '.join(names)}" if names else ""

    @property
    def max_year_papers(self) -> int:
        return max((year.papers for year in self.years), default=0)


def page(
    head: Head,
    shelf: Shelf,
    sources: Sequence[tuple[str, int]],
    years: Sequence[tuple[int | None, int]],
    adding: Adding,
    visitor: Visitor,
    clusters: Sequence[tuple[str, int]] = (),
    has_authors: bool = False,
) -> str:
    """The whole page; `sources`, `years` and `clusters` come with how many papers each has."""
    return templates.page(
        "papers.html",
        head=head,
        visitor=visitor,
        page="papers",
        title="Papers",
        shelf=shelf,
        placeholder=_placeholder(has_authors, [year for year, _ in years if year]),
        sorts=_sorts(shelf, any(year for year, _ in years)),
        counts=_counts(sources, years),
        clusters=_clusters(clusters, shelf.listing),
        adding=adding,
        max_exported=MAX_EXPORTED,
        formats=[EXPORTS[name] for name in PAPER_EXPORTS],
        max_selected=MAX_SELECTED,
    )


def _placeholder(has_authors: bool, years: Sequence[int]) -> str:
    """What can be searched for, with a year that there is."""
    ways = ["words", *(["author:…"] if has_authors else []), *([f"year:{max(years)}"] if years else [])]
    return f"Search: {', '.join(ways)}"


def _counts(sources: Sequence[tuple[str, int]], years: Sequence[tuple[int | None, int]]) -> Counts:
    named = tuple(
        Link(f"{name or 'no source'} {papers:,}", _address(_source_filter(name)) if name else "")
        for name, papers in sources[:MAX_SOURCES]
    )
    bars = tuple(
        YearCount(str(year or "unknown"), _address(f"year:{year}") if year else "", papers) for year, papers in years
    )
    has_sources, has_years = any(name for name, _ in sources), any(year for year, _ in years)
    return Counts(named if has_sources else (), max(0, len(sources) - MAX_SOURCES), bars if has_years else ())


def _sorts(shelf: Shelf, has_years: bool) -> list[Sorting]:
    """The orders that the papers can be in, none if there are not several of both."""
    listing = shelf.listing
    dated: list[tuple[Sort, str]] = [("newest", "newest")] if has_years else []
    by_match: list[tuple[Sort, str]] = [("", "best match"), *dated, ("title", "title")]
    orders = by_match if shelf.near_heading else [("", "newest"), ("title", "title")] if has_years else []
    if shelf.total < 2 or listing.answer or listing.like or listing.papers:
        return []
    return [Sorting(name, listing.but(sort=sort), sort == listing.sort) for sort, name in orders]


def _clusters(sizes: Sequence[tuple[str, int]], listing: Listing) -> list[ClusterLink]:
    """The groups of papers, in which the search goes on."""
    return [
        ClusterLink(name, papers, listing.within(None if is_current else n), is_current)
        for n, (name, papers) in enumerate(sizes)
        for is_current in [n == listing.cluster]
    ]


def _source_filter(source: str) -> str:
    """The filter for papers of `source`, which cannot hold a quotation mark."""
    name = source.replace('"', " ")
    return f'source:"{name}"'


def _address(query: str) -> str:
    """The page of the papers that match `query`."""
    return Listing(query).address
