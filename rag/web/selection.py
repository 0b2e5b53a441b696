"""The papers that a listing asks for, and what there is to say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.errors import QuestionError
from rag.export.phrases import no_paper
from rag.index import catalogue
from rag.index.catalogue import MAX_PAGE_SIZE
from rag.index.filters import Filters, PaperFilter
from rag.language.tokens import content_terms
from rag.query.filters import parse_filters
from rag.retrieval.similar import most_similar
from rag.text import count, in_quotes
from rag.web.found import found_shelf
from rag.web.listing import Listing, ways_out
from rag.web.mathml import words
from rag.web.papers_page import MAX_EXPORTED, PER_PAGE, Shelf
from rag.web.selected import hashes_in, is_hash
from rag.web.word_search import quoted

if TYPE_CHECKING:
    from rag.index.filters import Filter
    from rag.index.store import Store
    from rag.paper import Paper
    from rag.retrieval.retriever import HybridRetriever

_NO_FIELD = {
    "author": "None of these papers names its authors",
    "year": "None of these papers has a year",
    "source": "None of these papers names its source",
}


def shelf(retriever: HybridRetriever, listing: Listing, cited: Sequence[Paper]) -> Shelf:
    """The page of papers that `listing` asks for; those of an answer are the `cited`.

    Raises QuestionError for a filter that cannot be read, and for papers and clusters that are not there.
    """
    store = retriever.store
    if cited:
        return _listed(
            listing, sorted(store.numbers_of(cited)), store, f"{count(len(cited), 'paper')} cited in the answer"
        )
    if listing.papers:
        return _selected(listing, store)
    if listing.like:
        return _similar(listing, store)
    filters = _in_cluster(listing, store)
    subject, written = parse_filters(listing.query)
    if content_terms(subject):
        return found_shelf(listing, subject, filters, retriever)
    return _browsed(listing, replace(written, papers=filters.papers), store)


def everything(retriever: HybridRetriever, listing: Listing, cited: Sequence[Paper]) -> list[Paper]:
    """The papers of all pages, in their order. Raises QuestionError as `shelf` does, and if they are too many."""
    shown = shelf(retriever, replace(listing, first=0), cited)
    if shown.total > MAX_EXPORTED:
        raise QuestionError(f"At most {MAX_EXPORTED:,} papers are exported at once. Narrow the search: year:2020")
    if shown.total == len(shown.papers):
        return [*shown.papers.values(), *shown.near.values()]
    return list(_pages(retriever.store, shown, listing))


def _pages(store: Store, shown: Shelf, listing: Listing) -> Iterator[Paper]:
    """The papers of all pages of `shown`."""
    if shown.order:
        for first in range(0, len(shown.order), MAX_PAGE_SIZE):
            yield from store.papers(shown.order[first : first + MAX_PAGE_SIZE])
        return
    numbers = shown.found if shown.total < store.paper_count else None
    for first in range(0, shown.total, MAX_PAGE_SIZE):
        page = catalogue.browse_numbers(store, numbers, first, MAX_PAGE_SIZE, listing.sort or "newest")
        yield from page.papers.values()


def _listed(listing: Listing, numbers: Sequence[int], store: Store, heading: str, notice: str = "") -> Shelf:
    """All papers with these `numbers`, in this order."""
    papers = dict(zip(numbers, store.papers(numbers), strict=True))
    return Shelf(papers, len(papers), listing, heading, notice=notice, found=numbers)


def _selected(listing: Listing, store: Store) -> Shelf:
    hashes = hashes_in(listing.papers)
    numbers = list(store.identities.find(hashes).values())
    gone = len(hashes) - len(numbers)
    notice = (
        f"{count(gone, 'selected paper')} {'is' if gone == 1 else 'are'} no longer in the collection." if gone else ""
    )
    return _listed(listing, numbers, store, count(len(numbers), "selected paper"), notice)


def _similar(listing: Listing, store: Store) -> Shelf:
    """The papers that are most like one, the nearest first."""
    found = list(store.identities.find([listing.like]).values()) if is_hash(listing.like) else []
    if not found:
        raise QuestionError("This paper is not in the collection any more. Search for its title.")
    (number,) = found
    heading = f"Most like {in_quotes(words(store.paper(number).title))}"
    return _listed(listing, most_similar(number, PER_PAGE, store), store, heading)


def _in_cluster(listing: Listing, store: Store) -> Filters:
    """The cluster of `listing` as a filter; without one, no filter. Raises QuestionError if there is none of it."""
    if listing.cluster is None:
        return Filters()
    import numpy as np

    names, clusters = store.projection.names, store.projection.clusters
    if not listing.cluster < len(names):
        raise QuestionError(f"There is no group {listing.cluster:,} of papers here. Choose one below the map.")
    numbers = np.flatnonzero(clusters == listing.cluster) + 1
    return Filters(papers=(PaperFilter(names[listing.cluster], frozenset(numbers.tolist())),))


def _browsed(listing: Listing, filters: Filters, store: Store) -> Shelf:
    """The papers that pass `filters`, a page of them."""
    unknown = [each for each in filters if not store.has_field(each.field)]
    numbers = store.matching(filters)
    listing = listing.on_page_of(store.paper_count if numbers is None else len(numbers), PER_PAGE)
    page = catalogue.browse_numbers(store, numbers, listing.first, PER_PAGE, listing.sort or "newest")
    heading = _heading(count(page.total, "paper"), listing, filters)
    found = sorted(numbers) if numbers is not None and listing.query else ()
    notice = "" if page.total else _nothing(filters, unknown)
    return Shelf(
        page.papers, page.total, listing, heading, notice=notice, found=found, ways=ways_out(listing) if notice else ()
    )


def _nothing(filters: Filters, unknown: Sequence[Filter]) -> str:
    """Why no paper passes `filters`."""
    if unknown:
        written = quoted([each.written for each in unknown], "and")
        return f"{_NO_FIELD[unknown[0].field]}, so {written} {'finds' if len(unknown) == 1 else 'find'} none."
    return no_paper([each.written for each in filters])


def _heading(papers: str, listing: Listing, filters: Filters) -> str:
    """How many `papers`, in which cluster, of which search."""
    group = f" in {in_quotes(filters.papers[0].written)}" if filters.papers else ""
    return f"{papers}{group}{f': {listing.query}' if listing.query else ''}"
