"""The papers that a comparison is about: one for each side that the question names."""

from __future__ import annotations

from collections.abc import Sequence

from rag.query.titles import names_paper
from rag.query.understanding import Query
from rag.retrieval.hits import Hit, Hits
from rag.retrieval.retriever import HybridRetriever


def search_compared(query: Query, retriever: HybridRetriever, min_probability: float) -> tuple[Hits, list[str]]:
    """One paper for each side of the comparison `query`, in its order, and the sides that no paper is about.

    A paper qualifies for a side if it is relevant to it with at least `min_probability`. Its sentences are scored
    against the whole question.
    """
    sides = query.compared_items
    depth = len(sides) + 1  # the best papers may be those of the other sides
    found = [retriever.search([side], depth, query.among).papers for side in sides]
    chosen = _assign(sides, [[hit for hit in hits if hit.probability >= min_probability] for hits in found])
    missing = [side for side, hit in zip(sides, chosen, strict=True) if hit is None]
    compared = [hit for hit in chosen if hit]
    if not compared:
        return Hits((), 0.0, ()), missing
    numbers = [hit.number for hit in compared]
    hits = retriever.search(query.rewrites, len(numbers), frozenset(numbers))
    papers = sorted(hits.papers, key=lambda hit: numbers.index(hit.number))
    return Hits(tuple(papers), max(hit.probability for hit in compared), hits.terms), missing


def _assign(sides: Sequence[str], found: Sequence[Sequence[Hit]]) -> list[Hit | None]:
    """The best paper `found` for each side that is no other side's; a paper that a side names goes to that side."""
    chosen: list[Hit | None] = [None] * len(sides)
    for by_name in (True, False):
        for n, (side, hits) in enumerate(zip(sides, found, strict=True)):
            taken = {hit.number for hit in chosen if hit}
            free = (hit for hit in hits if hit.number not in taken)
            if chosen[n] is None:
                chosen[n] = next((hit for hit in free if not by_name or names_paper(side, hit.paper)), None)
    return chosen
