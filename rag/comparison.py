"""The papers that a comparison is about: one for each side that the question names."""

from __future__ import annotations

from rag.query import Query
from rag.retrieve import Hits, HybridRetriever

CANDIDATES = 3  # papers looked at for a side: another side may have the first of them


def search(query: Query, retriever: HybridRetriever, min_probability: float) -> tuple[Hits, list[str]]:
    """The papers of the sides of `query`, their sentences ranked by the whole question, and the sides without one.

    A side has the best paper that is not another's and is at least as probable to be about it as `min_probability`.
    """
    titles: list[str] = []
    missing = []
    for side in query.sides:
        found = retriever.search([side], CANDIDATES, query.among).papers
        likely = (hit.paper.title for hit in found if hit.probability >= min_probability)
        title = next((title for title in likely if title not in titles), None)
        if title is None:
            missing.append(side)
        else:
            titles.append(title)
    # Without any the best that there are, for a refusal to name.
    among = retriever.store.numbers(titles) if titles else query.among
    hits = retriever.search(query.phrasings, len(titles) or CANDIDATES, among)
    by_side = sorted(hits.papers, key=lambda hit: titles.index(hit.paper.title) if titles else -hit.score)
    return Hits(tuple(by_side), hits.probability if titles else 0.0, hits.terms), missing
