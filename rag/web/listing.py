"""What an address of the Papers page asks for, and the addresses that lead on from there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlencode

from rag.query.filters import parse_filters
from rag.text import in_quotes
from rag.web.export import Link

Sort = Literal["", "newest", "title"]  # "" is the best match first, where words are searched for, else the newest


@dataclass(frozen=True, slots=True)
class Listing:
    """Which papers are asked for, from position `first` on, and in which order.

    Those that `query` finds, in the `cluster` of that number, None for all; or those of an `answer`,
    "CONVERSATION.TURN"; or those that are most `like` the one with this `Paper.identity_hash`; or selected `papers`,
    "ID.ID.ID".
    """

    query: str = ""
    cluster: int | None = None
    sort: Sort = ""
    first: int = 0
    answer: str = ""
    like: str = ""
    papers: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether all papers are asked for."""
        return replace(self, sort="", first=0) == Listing()

    @property
    def address(self) -> str:
        return f"/papers{self._asked()}"

    def on_page_of(self, total: int, size: int) -> Listing:
        """The same, on the last page if there are fewer than `first` of `total` papers, with `size` on each page."""
        return self if self.first < total else replace(self, first=max(0, total - 1) // size * size)

    def file_address(self, format_: str) -> str:
        """Where all these papers are a file."""
        return f"/papers.{format_}{self._asked()}"

    def but(self, **changes: Any) -> str:
        """The address of the first page with these `changes`."""
        return replace(self, **{"first": 0, **changes}).address

    def within(self, cluster: int | None) -> str:
        """The address of the same search in a cluster, None for all papers: an answer's papers have no clusters."""
        return Listing(self.query, cluster, self.sort).address

    def _asked(self) -> str:
        named = {"q": self.query, "cluster": self.cluster, "sort": self.sort, "first": self.first or None}
        named |= {"answer": self.answer, "like": self.like, "papers": self.papers}
        given = {name: value for name, value in named.items() if value not in ("", None)}
        return f"?{urlencode(given)}" if given else ""


def ways_out(listing: Listing) -> tuple[Link, ...]:
    """Where a search that found nothing may find something: without each of its filters, and in all groups."""
    subject, filters = parse_filters(listing.query)
    written = list(dict.fromkeys(each.written for each in filters))
    ways = []
    for left_out in written:
        rest = " ".join([subject, *(other for other in written if other != left_out)]).strip()
        ways += [Link(f"Without {in_quotes(left_out)}", listing.but(query=rest))] if rest else []
    everywhere = [Link("In all groups", listing.but(cluster=None))] if listing.cluster is not None else []
    return (*ways, *everywhere)
