"""What a search can be kept to: years, authors and sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

Field = Literal["year", "author", "source"]


@dataclass(frozen=True, slots=True)
class NameFilter:
    """Papers of an author or source: `text` is its name as `rag.text.normalize` has it, `written` the user's words."""

    field: Literal["author", "source"]
    written: str
    text: str


@dataclass(frozen=True, slots=True)
class Filters:
    """All that a question asks of a paper beside its content: every period, every author, any of the sources."""

    years: tuple[YearFilter, ...] = ()
    authors: tuple[NameFilter, ...] = ()
    sources: tuple[NameFilter, ...] = ()

    def __iter__(self) -> Iterator[YearFilter | NameFilter]:
        yield from self.years
        yield from self.authors
        yield from self.sources

    def __bool__(self) -> bool:
        return any(True for _ in self)

    @property
    def period(self) -> tuple[int, int]:
        """The first and last year that all `years` admit; the first is later than the last where none is."""
        firsts, lasts = [years.first for years in self.years], [years.last for years in self.years]
        return max(firsts, default=EARLIEST), min(lasts, default=LATEST)


EARLIEST, LATEST = 0, 9999  # where a period is open


@dataclass(frozen=True, slots=True)
class YearFilter:
    """Papers from `first` to `last`, both included. `written` is how the user put it."""

    field: ClassVar[Literal["year"]] = "year"
    written: str
    first: int
    last: int
