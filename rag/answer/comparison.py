"""The papers that a comparison is about: one for each side that the question names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.answer.sentence_ranking import names_paper
from rag.query.understanding import Query
from rag.retrieval.hits import Hit, Hits
from rag.retrieval.retriever import HybridRetriever


def search_compared(query: Query, retriever: HybridRetriever, min_probability: float) -> tuple[Hits, list[str]]:
    """The papers of the sides of `query`, their sentences ranked by the whole question, and the sides without one.

    A paper must be at least as probable to be about its side as `min_probability`.
    """
    count = len(query.compared_items) + 1  # another side may have the first
    found = {side: retriever.search([side], count, query.among).papers for side in query.compared_items}
    chosen = _assigned(
        {side: [hit for hit in hits if hit.probability >= min_probability] for side, hits in found.items()}
    )
    missing = [side for side in query.compared_items if side not in chosen]
    if not chosen:
        return Hits((), 0.0, ()), missing
    titles = [chosen[side].paper.title for side in query.compared_items if side in chosen]
    hits = retriever.search(query.rewrites, len(titles), retriever.store.numbers(titles))
    papers = sorted(hits.papers, key=lambda hit: titles.index(hit.paper.title))
    return Hits(tuple(papers), max(hit.probability for hit in chosen.values()), hits.terms), missing


def _assigned(found: Mapping[str, Sequence[Hit]]) -> dict[str, Hit]:
    """For each side the best paper that is not another's; one that is called like a side is that side's."""
    chosen: dict[str, Hit] = {}
    for by_name in (True, False):
        for side, hits in found.items():
            taken = {hit.paper.title for hit in chosen.values()}
            free = (hit for hit in hits if hit.paper.title not in taken)
            hit = next((hit for hit in free if not by_name or names_paper(side, hit.paper.title)), None)
            if hit and side not in chosen:
                chosen[side] = hit
    return chosen
