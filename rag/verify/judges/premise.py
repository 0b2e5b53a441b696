"""What a claim cites, as a judge reads it: paper by paper, in the order of each abstract."""

from __future__ import annotations

from rag.answer.writers.task import Claim
from rag.paper import Paper


def quotes_by_paper(claim: Claim) -> list[tuple[Paper, list[str]]]:
    """Each paper that `claim` cites with its cited sentences; the papers in the order in which they are cited."""
    papers = dict.fromkeys(citation.paper for citation in claim.citations)
    return [
        (paper, [one.quote for one in sorted(claim.citations, key=lambda one: one.start) if one.paper == paper])
        for paper in papers
    ]
