"""arXiv: the query interface of its API, which answers with Atom feeds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from rag.fetch.client import Client, Parameters, RejectedError
from rag.fetch.host import Host
from rag.fetch.reply import PassingFaultError, Reply
from rag.fetch.service import Page, Replies, Search, Service
from rag.sources.record import Record
from rag.sources.xml_records.arxiv import error_of, record_of
from rag.sources.xml_records.stream import Broken, Found, elements

_TOTAL = re.compile(r"totalResults[^<>]{0,200}>\s{0,20}(\d{1,9})")
_PER_PAGE = 100
_REACH = 30_000  # records of a search that arXiv gives
_FIELDS = re.compile(r"\b(?:ti|au|abs|co|jr|cat|rn|id|all|submittedDate|lastUpdatedDate):|\b(?:AND|OR|ANDNOT)\b")
_COMMON = frozenset("a an and as at be by for from in is of on or the to with".split())
_WORD = re.compile(r'"[^"]+"|[^\s"]+')
_REPLIES = Replies("arXiv")


class Feed(NamedTuple):
    records: list[Record | str]
    total: int


def expression(search: Search) -> str:
    """The query as arXiv understands it: words without a field must all be somewhere in the record."""
    query = search.query
    if not _FIELDS.search(query):
        words = [word if word[0] == '"' else word.strip("()[]{},;:.?!") for word in _WORD.findall(query)]
        telling = [word for word in words if word.lower() not in _COMMON]
        query = " AND ".join(f"all:{word}" for word in telling or words if word)
    if search.since:
        query = f"({query}) AND submittedDate:[{search.since:%Y%m%d}0000 TO 300001010000]"
    return query


def pages(client: Client, search: Search, cursor: str) -> Iterator[Page]:
    """The papers that match `search`, the most relevant first, from the offset `cursor` on."""
    start, query = int(cursor or 0), expression(search)
    while True:
        params: Parameters = {"search_query": query, "start": start, "max_results": min(_PER_PAGE, _REACH - start)}
        feed = client.ask("/api/query", partial(_feed, start=start), params=params)
        start += len(feed.records)
        more = start < min(feed.total, _REACH)
        notice = "" if more or start >= feed.total else f"arXiv gives the first {_REACH:,} of {feed.total:,} papers."
        records = [_REPLIES.finished(record) for record in feed.records]
        yield Page(records, str(start) if more else "", feed.total, notice=notice)
        if not more:
            return


def look_up(client: Client, ids: Sequence[str]) -> Page:
    """The papers with these `ids`, such as ``arxiv:2409.09144``."""
    params: Parameters = {"id_list": ",".join(one.removeprefix("arxiv:") for one in ids), "max_results": len(ids)}
    records = client.ask("/api/query", _feed, params=params).records
    known = {one for record in records if isinstance(record, Record) for one in record.ids}
    unknown = [f"{one}: arXiv does not know it" for one in ids if one not in known]
    return Page([_REPLIES.finished(record) for record in records], unknown=unknown)


def _feed(reply: Reply, start: int = -1) -> Feed:
    """The records of a feed. Raises PassingFaultError if there are none though there are more than `start`."""
    text = reply.xml("feed")
    records = [_record(entry) for entry in elements([text], ("entry",), "title")]
    total = _TOTAL.search(text)
    count = int(total[1]) if total else len(records)
    if not records and 0 <= start < count:
        raise PassingFaultError(f"sent an empty page after {start:,} of {count:,} records")
    return Feed(records, count)


def _record(entry: Found | Broken) -> Record | str:
    """The record in `entry`, or why there is none. Raises RejectedError for an entry that tells an error."""
    if isinstance(entry, Broken):
        return entry.reason
    if error := error_of(entry.element):
        raise RejectedError(f"arXiv rejects the request ({error}). Correct the request.", 400)
    return record_of(entry.element)


ARXIV = Service(
    name="arxiv",
    host=Host("arXiv", "https://export.arxiv.org", interval=3.0),
    search=pages,
    look_up=look_up,
    kinds=("arxiv",),
    batch=_PER_PAGE,
)
