"""Fetches the papers of a search, or those with certain ids, into a file."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import FetchError
from rag.fetch.client import Client, RejectedError, Sleep
from rag.fetch.ids import pages_of_ids
from rag.fetch.output import Output, State, opened
from rag.fetch.service import Page, Search, Service
from rag.progress import Progress, silent
from rag.text import count, normalize

NO_LIMIT = 1_000_000_000
_MAX_NAME = 50  # characters of a query in the name of a file, which has at most 255 bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """The papers to fetch: those of `search`, or those with `ids`. `label` names the library or the list of ids."""

    search: Search = field(default_factory=Search)
    ids: Sequence[str] = ()
    label: str = ""

    def file_name(self, service: str) -> str:
        """The name of the file for them: readable, and another for every search."""
        query = self.search.query
        parts = [service, self.label[:_MAX_NAME], normalize(query)[:_MAX_NAME].strip()]
        if self.search.since:
            parts.append(f"since {self.search.since}")
        if normalize(query)[:_MAX_NAME] != " ".join(query.split()):
            parts.append(hashlib.sha256(query.encode(errors="replace")).hexdigest()[:8])
        return re.sub(r"[^\w-]+", "-", " ".join(part for part in parts if part)) + ".jsonl"

    def request(self, service: str) -> dict[str, str]:
        """What identifies the fetch, so that only the same is continued."""
        digest = hashlib.sha256("\n".join(self.ids).encode()).hexdigest() if self.ids else ""
        since = str(self.search.since or "")
        return {"service": service, "query": self.search.query, "since": since, "label": self.label, "ids": digest}


def fetch(
    service: Service,
    wanted: Wanted,
    folder: Path,
    limit: int = NO_LIMIT,
    contact: str = "",
    sleep: Sleep = time.sleep,
    progress: Progress = silent,
) -> tuple[Path, State]:
    """Writes at most `limit` papers to a file in `folder`; returns its path, and the counts.

    Without any paper there is no file. What an interrupted call of the same kind has written is continued.
    Raises FetchError; what was written before stays for the next call.
    """
    path = folder / wanted.file_name(service.name)
    with (
        Client(service.host, contact, sleep) as client,
        opened(path, wanted.request(service.name), limit) as file,
    ):
        state = file.state
        try:
            for page in _pages(service, client, wanted, state) if state.papers < limit else ():
                _take(file, page, limit)
                _show(progress, state, limit)
                if state.papers >= limit or not page.cursor:
                    break
                file.save()
        except FetchError as fault:
            if not state.papers:
                raise
            safe = count(state.papers, "paper")
            raise FetchError(f"{fault} To have only the {safe} so far: --max {state.papers}") from fault
        file.finish()
    return path, state


def _take(file: Output, page: Page, limit: int) -> None:
    for record in page.records:
        if file.state.papers >= limit:
            break
        file.add(record)
    file.note(page)


def _show(progress: Progress, state: State, limit: int) -> None:
    """Reports the papers of as many as are wanted, or the records of as many as there are."""
    done, expected = state.papers, limit
    if state.total <= limit:
        done, expected = state.papers + state.without_abstract + state.left_out, state.total
    if expected:
        progress("fetching", min(done, expected), expected)


def _pages(service: Service, client: Client, wanted: Wanted, state: State) -> Iterator[Page]:
    """The pages from where `state` is, or all if the service knows its cursor no longer.

    The papers of those that come again are in the file already, and not added again.
    """

    def start(cursor: str) -> Iterator[Page]:
        if wanted.ids:
            return pages_of_ids(service, client, wanted.ids, cursor)
        return service.search(client, wanted.search, cursor)

    resumed = state.cursor
    try:
        for page in start(resumed):
            resumed = ""
            yield page
    except RejectedError:
        if not resumed:
            raise
        state.without_abstract, state.left_out, state.named = 0, 0, []
        yield from start("")
