"""The page of papers that a search by words finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.export.phrases import no_paper
from rag.index import catalogue
from rag.index.filters import Filters
from rag.query.understanding import understand
from rag.text import count, in_quotes
from rag.web.listing import Listing, ways_out
from rag.web.papers_page import PER_PAGE, Shelf
from rag.web.word_search import WordSearch, quoted, search_words

if TYPE_CHECKING:
    from rag.index.store import Store
    from rag.paper import Paper
    from rag.retrieval.retriever import HybridRetriever

MAX_BESIDES = 10  # papers that are only nearest, below those that have the words


def found_shelf(listing: Listing, subject: str, cluster: Filters, retriever: HybridRetriever) -> Shelf:
    """The papers that a search by words finds, a page of them."""
    store = retriever.store
    query = understand(listing.query, store)
    inside = store.matching(cluster)
    among = query.among if inside is None else inside if query.among is None else query.among & inside
    found = search_words(subject, query.rewrites, retriever, PER_PAGE, among)
    having = found.having
    listing = listing.on_page_of(len(having), PER_PAGE)
    near = {} if listing.first else _near(found, store)
    notice = " ".join(filter(None, [query.notice, found.notice]))
    if among is not None and not among:
        notice = no_paper([*(each.written for each in cluster), *query.filters])
    return Shelf(
        _page(listing, having, store),
        len(having),
        listing,
        _found_heading(listing, found, cluster, query.filters),
        near=near,
        near_heading=_near_heading(found),
        notice=notice,
        found=sorted([*having, *near]),
        order=() if listing.sort else having,
        ways=() if having else ways_out(listing),
    )


def _page(listing: Listing, having: Sequence[int], store: Store) -> dict[int, Paper]:
    """The papers of a page of those `having` the words, the best first unless they are sorted otherwise."""
    if listing.sort:
        return catalogue.browse_numbers(store, having, listing.first, PER_PAGE, listing.sort).papers
    numbers = having[listing.first : listing.first + PER_PAGE]
    return dict(zip(numbers, store.papers(numbers), strict=True))


def _near(found: WordSearch, store: Store) -> dict[int, Paper]:
    """The papers that are nearest to the words without having them all; a few where others fill some of the page."""
    room = PER_PAGE - len(found.having)
    numbers = found.nearest[: max(0, min(room, MAX_BESIDES) if found.having else room)]
    return dict(zip(numbers, store.papers(numbers), strict=True))


def _found_heading(listing: Listing, found: WordSearch, cluster: Filters, filters: Sequence[str]) -> str:
    """How many papers have the words."""
    where = "".join(f" in {in_quotes(each.written)}" for each in cluster)
    where += f" within {quoted(filters, 'and')}" if filters else ""
    if not found.known:
        return f"Nothing found{where}"
    have = "has" if len(found.having) == 1 else "have"
    if found.having:
        return f"{count(len(found.having), 'paper')}{where} {have} {quoted(found.known, 'and')}"
    return f"No paper{where} has {'all of ' if len(found.known) > 1 else ''}{quoted(found.known, 'and')}"


def _near_heading(found: WordSearch) -> str:
    return "Nearest besides" if found.having else "Nearest to your words"
