"""What the services have in common: what is searched for, and the pages of papers that come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rag.fetch.client import Client
from rag.fetch.host import Host
from rag.paper import Paper
from rag.sources import Skipped
from rag.sources.record import Record


@dataclass(frozen=True, slots=True)
class Search:
    """A query in the language of the service; `since` is the first day of publication."""

    query: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Replies:
    """The replies of the service with this `name`, which is what its records come from."""

    name: str
    path: Path = Path()

    def finished(self, record: Record | str) -> Paper | Skipped:
        """`record` as a paper, or why it is none."""
        return record.finished(self) if isinstance(record, Record) else Skipped(self.path, 0, record)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the records, in the order of the service.

    `cursor` is where the next page begins, "" after the last; `total` how many records there are, 0 if the service does
    not say; `unknown` the ids that the service does not know, each with a reason; `notice` what the user should know.
    """

    records: Sequence[Paper | Skipped]
    cursor: str = ""
    total: int = 0
    unknown: Sequence[str] = ()
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A service, how to search it, and how to look up papers by the ids of these `kinds`, at most `batch` at once."""

    name: str
    host: Host
    search: Callable[[Client, Search, str], Iterator[Page]]  # from a cursor on, "" for the first page
    look_up: Callable[[Client, Sequence[str]], Page] | None = None
    kinds: tuple[str, ...] = ()
    batch: int = 1
