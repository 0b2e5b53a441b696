"""PubMed: a search whose result stays on the server of NCBI (E-utilities), and its records in portions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from rag.fetch.client import Client, Parameters, RejectedError
from rag.fetch.host import Host
from rag.fetch.reply import UNEXPECTED, PassingFaultError, Reply
from rag.fetch.service import Page, Replies, Search, Service
from rag.sources.record import Record
from rag.sources.xml_records.pubmed import record_of
from rag.sources.xml_records.stream import Broken, elements

_PER_PAGE = 200
_REACH = 9_999  # records of a search that NCBI gives
_ARTICLES = ("PubmedArticle", "PubmedBookArticle")
_REPLIES = Replies("PubMed")


class Result(NamedTuple):
    """How many records were found, and where the server keeps them."""

    number: int
    key: str
    environment: str


def request(search: Search) -> Parameters:
    """The parameters of `search`."""
    params: dict[str, str | int] = {"term": search.query, "sort": "relevance"}
    if search.since:
        params |= {"datetype": "pdat", "mindate": f"{search.since:%Y/%m/%d}", "maxdate": "3000"}
    return params


def pages(client: Client, search: Search, cursor: str) -> Iterator[Page]:
    """The papers that match `search`, the most relevant first, from the offset `cursor` on."""
    result = _search(client, request(search))
    start, end = int(cursor or 0), min(result.number, _REACH)
    notice = f"PubMed gives the first {_REACH:,} of {result.number:,} papers." if result.number > end else ""
    while start < end:
        records = [_REPLIES.finished(record) for record in _records(client, result, start, min(_PER_PAGE, end - start))]
        start += _PER_PAGE
        yield Page(records, str(start) if start < end else "", result.number, notice=notice)


def look_up(client: Client, ids: Sequence[str]) -> Page:
    """The papers with these `ids`."""
    result = _search(client, {"term": " OR ".join(map(_term, ids))})
    records = _records(client, result, 0, _PER_PAGE) if result.number else []
    known = {one for record in records if isinstance(record, Record) for one in record.ids}
    unknown = [f"{one}: PubMed does not know it" for one in ids if one not in known]
    return Page([_REPLIES.finished(record) for record in records], unknown=unknown)


def _term(one: str) -> str:
    kind, _, name = one.partition(":")
    quoted = name.replace('"', "")
    return f"{name}[uid]" if kind == "pmid" else f'"{quoted}"[aid]'


def _search(client: Client, params: Parameters) -> Result:
    kept: Parameters = {"db": "pubmed", "usehistory": "y", "retmax": 0, "retmode": "json"}
    return client.ask("/entrez/eutils/esearch.fcgi", _result, form={**kept, **params})


def _result(reply: Reply) -> Result:
    match reply.json():
        case {"esearchresult": {"ERROR": str(reason)}}:
            raise RejectedError(f"PubMed rejects the request ({reason[:200]}). Correct the request.", 400)
        case {"esearchresult": {"count": str(count), "querykey": str(key), "webenv": str(environment)}} if (
            count.isdecimal()
        ):
            return Result(int(count), key, environment)
        case {"esearchresult": {"count": "0"}}:
            return Result(0, "", "")
    raise PassingFaultError(UNEXPECTED)


def _records(client: Client, result: Result, start: int, number: int) -> list[Record | str]:
    kept: Parameters = {"db": "pubmed", "query_key": result.key, "WebEnv": result.environment, "retmode": "xml"}
    form = {**kept, "retstart": start, "retmax": number}
    return client.ask("/entrez/eutils/efetch.fcgi", partial(_articles, start=start), form=form)


def _articles(reply: Reply, start: int) -> list[Record | str]:
    text = reply.xml("PubmedArticleSet")
    articles = list(elements([text], _ARTICLES, "ArticleTitle"))
    if not articles:
        raise PassingFaultError(f"sent an empty page after {start:,} records")
    return [one.reason if isinstance(one, Broken) else record_of(one.element) for one in articles]


PUBMED = Service(
    name="pubmed",
    host=Host(
        "PubMed",
        "https://eutils.ncbi.nlm.nih.gov",
        interval=0.35,  # three requests a second without a key
        key_name="NCBI_API_KEY",
        key_parameter="api_key",
        contact_parameter="email",
        parameters={"tool": "rag"},
        remedy="Set NCBI_API_KEY to a valid key, or to none.",
    ),
    search=pages,
    look_up=look_up,
    kinds=("pmid", "doi"),
    batch=100,
)
