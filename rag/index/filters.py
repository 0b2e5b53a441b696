"""What a search can be restricted to: years, authors and sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

Field = Literal["year", "author", "source", "papers"]


@dataclass(frozen=True, slots=True)
class NameFilter:
    """Papers by an author or from a source, whose name holds `text`, as `rag.text.normalize` returns it.

    `written` is the filter as the user wrote it.
    """

    field: Literal["author", "source"]
    written: str
    text: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on papers: among `papers`, within all of `years`, by all of `authors`, and from any of `sources`."""

    years: tuple[YearFilter, ...] = ()
    authors: tuple[NameFilter, ...] = ()
    sources: tuple[NameFilter, ...] = ()
    papers: tuple[PaperFilter, ...] = ()

    def __iter__(self) -> Iterator[Filter]:
        yield from self.papers
        yield from self.years
        yield from self.authors
        yield from self.sources

    def __bool__(self) -> bool:
        return any(True for _ in self)

    @property
    def period(self) -> tuple[int, int]:
        """The first and last year that all `years` allow; the first is later than the last if they allow none."""
        firsts, lasts = [years.first for years in self.years], [years.last for years in self.years]
        return max(firsts, default=EARLIEST), min(lasts, default=LATEST)


EARLIEST, LATEST = 0, 9999  # the bounds of an open-ended period


@dataclass(frozen=True, slots=True)
class YearFilter:
    """Papers from `first` to `last`, both included. `written` is the filter as the user wrote it."""

    field: ClassVar[Literal["year"]] = "year"
    written: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PaperFilter:
    """The papers with these `numbers`, which a reader selected. `written` says which these are."""

    field: ClassVar[Literal["papers"]] = "papers"
    written: str
    numbers: frozenset[int]


Filter = YearFilter | NameFilter | PaperFilter
