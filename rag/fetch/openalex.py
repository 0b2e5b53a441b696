"""OpenAlex: its list of works, by cursor, and single works by id, which cost nothing of the daily budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from rag.fetch.client import Client, Parameters
from rag.fetch.host import Host
from rag.fetch.reply import UNEXPECTED, PassingFaultError, Reply
from rag.fetch.service import Page, Replies, Search, Service
from rag.sources.json_records.openalex import record_of

_PER_PAGE = 100
_REACH = 10_000  # records that can be had without a key, for which there is no cursor
_FIELDS = (
    "id,doi,title,display_name,publication_year,ids,authorships,primary_location,locations,abstract_inverted_index"
)
_REPLIES = Replies("OpenAlex")


def request(search: Search, cursor: str) -> Parameters:
    """The parameters for the page at `cursor`, which is a number without a key."""
    params: dict[str, str | int] = {"search": search.query, "per_page": _PER_PAGE, "select": _FIELDS}
    if search.since:
        params["filter"] = f"from_publication_date:{search.since}"
    return params | ({"page": cursor} if cursor.isdecimal() else {"cursor": cursor})


def pages(client: Client, search: Search, cursor: str) -> Iterator[Page]:
    """The works that match `search`, the most relevant first, from `cursor` on."""
    cursor = cursor or ("*" if client.key else "1")
    while cursor:
        meta, works = client.ask("/works", _works, params=request(search, cursor))
        total, notice = meta["count"], ""
        if cursor.isdecimal():
            seen = int(cursor) * _PER_PAGE
            cursor = str(int(cursor) + 1) if works and seen < min(total, _REACH) else ""
            if _REACH <= seen < total:
                notice = f"OpenAlex gives the first {_REACH:,} of {total:,} papers. For all, set OPENALEX_API_KEY."
        else:
            cursor = str(meta.get("next_cursor") or "") if works else ""
        yield Page([_REPLIES.finished(record_of(work)) for work in works], cursor, total, notice=notice)


def look_up(client: Client, ids: Sequence[str]) -> Page:
    """The work with the only one of `ids`. Raises RejectedError if there is none."""
    kind, _, name = ids[0].partition(":")
    known_as = f"doi:10.48550/arxiv.{name}" if kind == "arxiv" else f"{kind}:{name}"
    work = client.ask(f"/works/{quote(known_as, safe=':/')}", _work, params={"select": _FIELDS})
    return Page([_REPLIES.finished(record_of(work))])


def _works(reply: Reply) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    match reply.json():
        case {"meta": {"count": int()} as meta, "results": list(works)}:
            return meta, [work for work in works if isinstance(work, dict)]
    raise PassingFaultError(UNEXPECTED)


def _work(reply: Reply) -> dict[str, Any]:
    match reply.json():
        case {"id": str()} as work:
            return dict(work)
    raise PassingFaultError(UNEXPECTED)


OPENALEX = Service(
    name="openalex",
    host=Host(
        "OpenAlex",
        "https://api.openalex.org",
        interval=0.1,
        key_name="OPENALEX_API_KEY",
        key_parameter="api_key",
        contact_parameter="mailto",
        remedy="Set OPENALEX_API_KEY to a key, which is free and allows more: openalex.org/settings/api",
    ),
    search=pages,
    look_up=look_up,
    kinds=("doi", "arxiv", "pmid"),
)
