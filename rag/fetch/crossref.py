"""Crossref: its list of works, by cursor, and single works by DOI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from rag.fetch.client import Client, Parameters
from rag.fetch.host import Host
from rag.fetch.reply import UNEXPECTED, PassingFaultError, Reply
from rag.fetch.service import Page, Replies, Search, Service
from rag.sources.json_records.crossref import record_of

_PER_PAGE = 100
_REPLIES = Replies("Crossref")


def request(search: Search, cursor: str) -> Parameters:
    """The parameters for the page at `cursor`."""
    params: dict[str, str | int] = {"query": search.query, "rows": _PER_PAGE, "cursor": cursor or "*"}
    return params | ({"filter": f"from-pub-date:{search.since}"} if search.since else {})


def pages(client: Client, search: Search, cursor: str) -> Iterator[Page]:
    """The works that match `search`, the most relevant first, from `cursor` on. Crossref gives a next cursor always."""
    while True:
        message = client.ask("/works", _message, params=request(search, cursor))
        works = [work for work in message.get("items") or () if isinstance(work, dict)]
        cursor = str(message.get("next-cursor") or "") if works else ""
        total = message.get("total-results")
        records = [_REPLIES.finished(record_of(work)) for work in works]
        yield Page(records, cursor, total if isinstance(total, int) else 0)
        if not cursor:
            return


def look_up(client: Client, ids: Sequence[str]) -> Page:
    """The work with the only one of `ids`. Raises RejectedError if there is none."""
    name = quote(ids[0].removeprefix("doi:"), safe="")
    return Page([_REPLIES.finished(record_of(client.ask(f"/works/{name}", _message)))])


def _message(reply: Reply) -> dict[str, Any]:
    match reply.json():
        case {"status": "ok", "message": dict(message)}:
            return message
    raise PassingFaultError(UNEXPECTED)


CROSSREF = Service(
    name="crossref",
    host=Host("Crossref", "https://api.crossref.org", interval=1.0, contact_parameter="mailto"),
    search=pages,
    look_up=look_up,
    kinds=("doi",),
)
