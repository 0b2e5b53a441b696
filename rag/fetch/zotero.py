"""Zotero: the library in the program on this computer, or one on zotero.org."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from rag.errors import FetchError
from rag.fetch.client import Client, Parameters
from rag.fetch.host import Host
from rag.fetch.reply import UNEXPECTED, PassingFaultError, Reply
from rag.fetch.service import Page, Replies, Search, Service
from rag.sources.json_records.zotero import is_child, record_of

_PER_PAGE = 100
_LIBRARY = re.compile(r"(?:users|groups)/\d{1,12}", re.ASCII)
_REPLIES = Replies("Zotero")
_VERSION = {"Zotero-API-Version": "3"}

LOCAL = Host(
    "Zotero",
    "http://127.0.0.1:23119",
    interval=0.0,
    headers=_VERSION,
    remedy="Start Zotero, and let other applications on this computer communicate with it: Settings, Advanced.",
)
WEB = Host(
    "zotero.org",
    "https://api.zotero.org",
    interval=0.2,
    key_name="ZOTERO_API_KEY",
    key_header="Zotero-API-Key",
    headers=_VERSION,
    remedy="Set ZOTERO_API_KEY to a key that may read this library: zotero.org/settings/keys",
)


class Items(NamedTuple):
    items: list[dict[str, Any]]
    total: int


def zotero(library: str) -> Service:
    """The `library`, such as ``users/123`` or ``groups/456``, on zotero.org; if "", the one on this computer.

    Raises FetchError for another text.
    """
    if library and not _LIBRARY.fullmatch(library):
        raise FetchError(f"There is no library {library}. Name one as users/123 or groups/456: --library")
    path = f"/{library}/items/top" if library else "/api/users/0/items/top"
    return Service("zotero", WEB if library else LOCAL, partial(pages, path))


def request(search: Search, start: int) -> Parameters:
    """The parameters for the items from `start` on. The oldest come first, so that new ones do not move the others."""
    params: dict[str, str | int] = {"format": "json", "sort": "dateAdded", "direction": "asc"}
    params |= {"start": start, "limit": _PER_PAGE}
    return params | ({"q": search.query, "qmode": "everything"} if search.query else {})


def pages(path: str, client: Client, search: Search, cursor: str) -> Iterator[Page]:
    """The items of the library at `path` that match `search`, from the offset `cursor` on."""
    start = int(cursor or 0)
    while True:
        items, total = client.ask(path, _items, params=request(search, start))
        start += len(items)
        more = bool(items) and start < total
        records = [_REPLIES.finished(record_of(item)) for item in items if _is_wanted(item, search.since)]
        yield Page(records, str(start) if more else "", total)
        if not more:
            return


def _items(reply: Reply) -> Items:
    items = reply.json()
    if not isinstance(items, list):
        raise PassingFaultError(UNEXPECTED)
    total = reply.headers.get("total-results", "")
    return Items([item for item in items if isinstance(item, dict)], int(total) if total.isdecimal() else len(items))


def _is_wanted(item: dict[str, Any], since: date | None) -> bool:
    """Whether `item` is no attachment or note, and not before `since`; Zotero cannot search by date of publication."""
    meta = item.get("meta")
    published = str((meta.get("parsedDate") if isinstance(meta, dict) else "") or record_of(item).year or "")
    last_day = published + "9999-12-31"[len(published) :]  # of "2024" or "2024-03"
    return not is_child(item) and (since is None or (bool(published) and last_day >= since.isoformat()))
