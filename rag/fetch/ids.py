"""Ids of papers in a file, and looking them up in portions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from rag.errors import FetchError
from rag.fetch.client import Client, RejectedError
from rag.fetch.service import Page, Service
from rag.sources import identifiers
from rag.text import clean_line, in_quotes

MAX_IDS_FILE_BYTES = 10_000_000
_UNKNOWN = (400, 404)  # the statuses of a request for an id that the service cannot know, and does not know


class IdList(NamedTuple):
    """The `ids` in a file, each once, such as ``doi:10.1000/182``; and its lines that are none."""

    ids: tuple[str, ...]
    faults: tuple[str, ...]


def read_ids(path: Path) -> IdList:
    """The ids in the file `path`: one DOI, arXiv id or PMID a line, also as an address.

    A line that begins with # is a comment. Raises FetchError if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_IDS_FILE_BYTES + 1)
    except OSError as fault:
        raise FetchError(
            f"{path} cannot be read: {fault.strerror}. Name a file with an id on each line: --ids"
        ) from fault
    if len(content) > MAX_IDS_FILE_BYTES:
        raise FetchError(f"{path} has more than {MAX_IDS_FILE_BYTES:,} bytes. Split it.")
    ids: dict[str, None] = {}
    faults = []
    for number, line in enumerate(content.decode("utf-8-sig", "replace").splitlines(), 1):
        text = line.strip()
        if found := parsed(text):
            ids[found] = None
        elif text and not text.startswith("#"):
            faults.append(
                f"{clean_line(path.name)}:{number}: neither a DOI nor an arXiv id nor a PMID: {in_quotes(text)}"
            )
    return IdList(tuple(ids), tuple(faults))


def parsed(text: str) -> str:
    """The id that `text` is, with its namespace; "" if it is none."""
    if found := identifiers.arxiv(text) or identifiers.pmid(text):
        return found
    return next(identifiers.of_doi(text), "")


def pages_of_ids(service: Service, client: Client, ids: Sequence[str], cursor: str) -> Iterator[Page]:
    """The papers with these `ids`, from the position `cursor` on."""
    for start in range(int(cursor or 0), len(ids), service.batch):
        end = start + service.batch
        portion = ids[start:end]
        asked = [one for one in portion if one.partition(":")[0] in service.kinds]
        other = [f"{one}: {service.host.label} has no such ids" for one in portion if one not in asked]
        found = _look_up(service, client, asked) if asked else Page(())
        next_cursor = str(end) if end < len(ids) else ""
        yield replace(found, cursor=next_cursor, total=len(ids), unknown=(*other, *found.unknown))


def _look_up(service: Service, client: Client, ids: Sequence[str]) -> Page:
    """The papers with these `ids`; if the service rejects them together, each half by itself."""
    assert service.look_up is not None
    try:
        return service.look_up(client, ids)
    except RejectedError as fault:
        if fault.status not in _UNKNOWN:
            raise
        if len(ids) == 1:
            return Page((), unknown=[f"{ids[0]}: {service.host.label} does not know it"])
    middle = len(ids) // 2
    first, second = (_look_up(service, client, half) for half in (ids[:middle], ids[middle:]))
    return Page((*first.records, *second.records), unknown=(*first.unknown, *second.unknown))
