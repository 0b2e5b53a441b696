"""The page of the collection as templates/papers.html shows it, and what a rebuild would change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from rag.export.formats import EXPORTS, PAPER_EXPORTS
from rag.paper import Paper
from rag.sources import EXTENSIONS
from rag.text import count
from rag.web import templates
from rag.web.cards import Card
from rag.web.export import Link
from rag.web.identity import Visitor
from rag.web.mathml import rich
from rag.web.pages import Head

if TYPE_CHECKING:
    from rag.index.changes import Planned

PER_PAGE = 50  # papers
MAX_EXPORTED = 10_000  # papers in one file: a few seconds of work, and what a reference manager still imports
MAX_SOURCES = 8  # shown by name; the rest are counted
MAX_NAMED = 20  # papers of each kind of change; the rest are counted


@dataclass(frozen=True, slots=True)
class Shelf:
    """The papers to show, by their numbers, from position `first` of `total` on; `found` are the numbers of them all.

    `query` is what was searched for, and `description` says what the papers are where the query does not: those of an
    `answer`, "CONVERSATION.TURN".
    """

    papers: Mapping[int, Paper]
    total: int
    first: int = 0
    query: str = ""
    found: Sequence[int] = ()
    description: str = ""
    fault: str = ""
    answer: str = ""

    @property
    def heading(self) -> str:
        papers = count(self.total, "paper")
        return f"{papers} {self.description}" if self.description else ": ".join(filter(None, [papers, self.query]))

    @property
    def cards(self) -> list[Card]:
        return [Card(paper) for paper in self.papers.values()]

    @property
    def found_numbers(self) -> str:
        """`found` as JSON, for the map."""
        return json.dumps(list(self.found))

    @property
    def position(self) -> str:
        """Which papers of how many are shown."""
        return f"{self.first + 1:,} to {self._end:,} of {self.total:,}"

    @property
    def steps(self) -> list[Link]:
        """The way to the papers before and after these."""
        steps = []
        if self.first > 0:
            steps.append(Link("Previous", _address(self.query, max(0, self.first - PER_PAGE))))
        if self._end < self.total:
            steps.append(Link("Next", _address(self.query, self._end)))
        return steps

    @property
    def exports(self) -> list[Link]:
        """The files of all these papers, not only of those shown; none if they are too many for one."""
        if not 0 < self.total <= MAX_EXPORTED:
            return []
        selected = {name: value for name, value in (("q", self.query), ("answer", self.answer)) if value}
        asked = f"?{urlencode(selected)}" if selected else ""
        return [Link(EXPORTS[name].label, f"/papers.{name}{asked}") for name in PAPER_EXPORTS]

    @property
    def _end(self) -> int:
        return self.first + len(self.papers)


@dataclass(frozen=True, slots=True)
class YearCount:
    """How many papers are of a year, which links to them where it is known."""

    text: str
    address: str
    papers: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many papers there are of each source and of each year."""

    sources: tuple[Link, ...]
    more_sources: int
    years: tuple[YearCount, ...]

    @property
    def max_year_papers(self) -> int:
        return max((year.papers for year in self.years), default=0)


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """What a rebuild would do to some papers: their `total`, and the first of them by title."""

    name: str
    total: int
    items: tuple[str, ...]


def page(
    head: Head,
    shelf: Shelf,
    sources: Sequence[tuple[str, int]],
    years: Sequence[tuple[int | None, int]],
    uploads: Sequence[Path],
    visitor: Visitor,
) -> str:
    """The whole page; `sources` and `years` come with how many papers each has."""
    return templates.page(
        "papers.html",
        head=head,
        visitor=visitor,
        page="papers",
        title="Papers",
        shelf=shelf,
        counts=_counts(sources, years),
        uploads=[file.name for file in uploads],
        extensions=EXTENSIONS,
        max_exported=MAX_EXPORTED,
    )


def changes(planned: Planned) -> str:
    """What a rebuild would do, and the buttons to do it or not."""
    groups = [
        _group("New", [rich(paper.title) for paper in planned.changes.added]),
        _group("Changed", [rich(paper.title) for paper in planned.changes.changed]),
        _group("Removed", [rich(paper.title) for paper in planned.changes.removed]),
        _group("Skipped", [str(record) for record in planned.skipped]),
    ]
    shown = [group for group in groups if group.total]
    return templates.fragment("rebuild.html", "changes", str(planned), shown)


def progress(stage: str, done: int, total: int) -> str:
    """A bar for one stage of a rebuild; a stage without a `total` is only named."""
    return templates.fragment("rebuild.html", "progress", stage, done, total)


def built(report: str) -> str:
    """The end of a rebuild; its `report` is whole sentences."""
    return templates.fragment("rebuild.html", "built", report)


def _counts(sources: Sequence[tuple[str, int]], years: Sequence[tuple[int | None, int]]) -> Counts:
    named = tuple(
        Link(f"{name or 'no source'} {papers:,}", _address(_source_filter(name)) if name else "")
        for name, papers in sources[:MAX_SOURCES]
    )
    bars = tuple(
        YearCount(str(year or "unknown"), _address(f"year:{year}") if year else "", papers) for year, papers in years
    )
    return Counts(named, max(0, len(sources) - MAX_SOURCES), bars)


def _source_filter(source: str) -> str:
    """The filter for papers of `source`, which cannot hold a quotation mark."""
    name = source.replace('"', " ")
    return f'source:"{name}"'


def _address(query: str, first: int | None = None) -> str:
    """The page of the papers that match `query`, from position `first` on."""
    return "/papers?" + urlencode({"q": query} if first is None else {"q": query, "first": first})


def _group(name: str, items: Sequence[str]) -> ChangeGroup:
    more = [f"and {len(items) - MAX_NAMED:,} more"] if len(items) > MAX_NAMED else []
    return ChangeGroup(name, len(items), (*items[:MAX_NAMED], *more))
