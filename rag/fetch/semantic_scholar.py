"""Semantic Scholar: its bulk search, by token, and many papers at once by id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from rag.fetch.client import Client, Parameters
from rag.fetch.host import Host
from rag.fetch.reply import UNEXPECTED, PassingFaultError, Reply
from rag.fetch.service import Page, Replies, Search, Service
from rag.sources.json_records.semantic_scholar import record_of

_FIELDS = "title,abstract,authors,year,externalIds,url"
_PREFIXES = {"doi": "DOI", "arxiv": "ARXIV", "pmid": "PMID"}
_REPLIES = Replies("Semantic Scholar")


def request(search: Search, token: str) -> Parameters:
    """The parameters for the page at `token`. Bulk search knows no relevance: the most cited papers come first."""
    params: dict[str, str | int] = {"query": search.query, "fields": _FIELDS, "sort": "citationCount:desc"}
    if search.since:
        params["publicationDateOrYear"] = f"{search.since}:"
    return params | ({"token": token} if token else {})


def pages(client: Client, search: Search, cursor: str) -> Iterator[Page]:
    """The papers that match `search`, from the token `cursor` on."""
    while True:
        data = client.ask("/graph/v1/paper/search/bulk", _found, params=request(search, cursor))
        papers = [paper for paper in data.get("data") or () if isinstance(paper, dict)]
        cursor = str(data.get("token") or "") if papers else ""
        yield Page([_REPLIES.finished(record_of(paper)) for paper in papers], cursor, data["total"])
        if not cursor:
            return


def look_up(client: Client, ids: Sequence[str]) -> Page:
    """The papers with these `ids`."""
    named = [f"{_PREFIXES[kind]}:{name}" for kind, _, name in (one.partition(":") for one in ids)]
    found = client.ask(
        "/graph/v1/paper/batch", partial(_batch, size=len(ids)), params={"fields": _FIELDS}, json={"ids": named}
    )
    records = [_REPLIES.finished(record_of(paper)) for paper in found if paper]
    unknown = [f"{one}: Semantic Scholar does not know it" for one, paper in zip(ids, found, strict=True) if not paper]
    return Page(records, unknown=unknown)


def _found(reply: Reply) -> dict[str, Any]:
    match reply.json():
        case {"total": int()} as data:
            return dict(data)
    raise PassingFaultError(UNEXPECTED)


def _batch(reply: Reply, size: int) -> list[dict[str, Any] | None]:
    """One paper for each id, None where there is none."""
    papers = reply.json()
    if not (isinstance(papers, list) and len(papers) == size):
        raise PassingFaultError(UNEXPECTED)
    return [paper if isinstance(paper, dict) else None for paper in papers]


SEMANTIC_SCHOLAR = Service(
    name="semanticscholar",
    host=Host(
        "Semantic Scholar",
        "https://api.semanticscholar.org",
        interval=1.0,
        key_name="SEMANTIC_SCHOLAR_API_KEY",
        key_header="x-api-key",
        remedy="Set SEMANTIC_SCHOLAR_API_KEY to a valid key, or to none.",
    ),
    search=pages,
    look_up=look_up,
    kinds=tuple(_PREFIXES),
    batch=500,
)
