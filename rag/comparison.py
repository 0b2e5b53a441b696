"""The papers that a comparison is about: one for each side that the question names."""

from __future__ import annotations

from rag.query import Query
from rag.retrieve import Hits, HybridRetriever


def search(query: Query, retriever: HybridRetriever, min_probability: float) -> tuple[Hits, list[str]]:
    """The papers of the sides of `query`, their sentences ranked by the whole question, and the sides without one.

    A side has the best paper that is not another's and is at least as probable to be about it as `min_probability`.
    """
    titles: list[str] = []
    probability = 0.0
    missing = []
    for side in query.sides:
        found = retriever.search([side], len(query.sides) + 1, query.among).papers  # another may have the first
        hit = next((hit for hit in found if hit.paper.title not in titles), None)
        if hit and hit.probability >= min_probability:
            titles.append(hit.paper.title)
            probability = max(probability, hit.probability)
        else:
            missing.append(side)
    if not titles:
        return Hits((), 0.0, ()), missing
    hits = retriever.search(query.phrasings, len(titles), retriever.store.numbers(titles))
    return Hits(
        tuple(sorted(hits.papers, key=lambda hit: titles.index(hit.paper.title))), probability, hits.terms
    ), missing
