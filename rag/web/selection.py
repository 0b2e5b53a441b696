"""The papers that are looked at: all, those that a search finds, or those of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.errors import QuestionError
from rag.index import catalogue
from rag.index.catalogue import MAX_PAGE_SIZE
from rag.language.tokens import content_terms
from rag.query.filters import parse_filters
from rag.query.understanding import understand
from rag.web.papers_page import MAX_EXPORTED, PER_PAGE, Shelf

if TYPE_CHECKING:
    from rag.index.store import Store
    from rag.paper import Paper
    from rag.retrieval.retriever import HybridRetriever


def shelf(retriever: HybridRetriever, query: str, first: int, cited: Sequence[Paper], answer: str) -> Shelf:
    """What a page shows: the papers that are `cited` in `answer`, if any, else those that `query` finds, from `first`.

    Words find the nearest papers, best first; filters alone find all that pass them. Raises QuestionError for a filter
    that cannot be read.
    """
    store = retriever.store
    if cited:
        numbers = sorted(store.numbers_of(cited))
        papers = dict(zip(numbers, store.papers(numbers), strict=True))
        return Shelf(papers, len(papers), found=numbers, description="cited in the answer", answer=answer)
    subject, filters = parse_filters(query)
    if content_terms(subject):
        return _nearest(retriever, query)
    page = catalogue.browse(store, first, PER_PAGE, filters)
    found = sorted(store.matching(filters) or ())
    return Shelf(page.papers, page.total, first, query, found)


def everything(retriever: HybridRetriever, query: str, cited: Sequence[Paper]) -> list[Paper]:
    """The papers of all pages, in their order. Raises QuestionError as `shelf` does, and if they are too many."""
    shown = shelf(retriever, query, 0, cited, "")
    if shown.total > MAX_EXPORTED:
        raise QuestionError(f"At most {MAX_EXPORTED:,} papers are exported at once. Narrow the search: year:2020")
    if shown.total == len(shown.papers):
        return list(shown.papers.values())
    return list(_browsed(retriever.store, query, shown.total))


def _browsed(store: Store, query: str, total: int) -> Iterator[Paper]:
    filters = parse_filters(query)[1]
    for first in range(0, total, MAX_PAGE_SIZE):
        yield from catalogue.browse(store, first, MAX_PAGE_SIZE, filters).papers.values()


def _nearest(retriever: HybridRetriever, query: str) -> Shelf:
    """The papers nearest to `query`, best first."""
    understood = understand(query, retriever.store)
    hits = retriever.search(understood.rewrites, PER_PAGE, understood.among).papers
    papers = {hit.number: hit.paper for hit in hits}
    return Shelf(papers, len(papers), 0, query, sorted(papers), f"nearest to “{query}”")
