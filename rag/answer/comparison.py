"""The papers that a comparison is about: one for each side that the question names, and those that compare them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.index.phrases import contains, has_word, papers_about, papers_with
from rag.language.sentences import span_texts
from rag.language.tokens import content_terms
from rag.paper import Paper
from rag.query.names import is_marked, names
from rag.query.titles import names_paper
from rag.query.understanding import Query
from rag.retrieval.hits import Hit, Hits
from rag.retrieval.retriever import HybridRetriever
from rag.text import normalize

MAX_SIDE_WORDS = 4  # of a side that is a name or a term rather than a description
MAX_OTHERS = 2  # papers that are no side's but have a sentence about all sides
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found for the sides of a comparison.

    `hits` has one paper for each side, in the order of the question, then others that compare them. `missing` are the
    sides that no paper is about. `names` are short names of all sides, none if a side has none; `together` is the
    number of abstracts that have all of these.
    """

    hits: Hits
    missing: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    together: int = 0


def search_compared(query: Query, retriever: HybridRetriever, min_probability: float) -> Compared:
    """The papers for the sides of the comparison `query`.

    A paper qualifies for a side if it is relevant to it with at least `min_probability`. Its sentences are scored
    against the whole question.
    """
    sides = query.compared_items
    depth = len(sides) + 1  # the best papers may be those of the other sides
    found = [_search(side, depth, query, retriever) for side in sides]
    chosen = _assign(sides, [[hit for hit in hits if hit.probability >= min_probability] for hits in found])
    missing = tuple(side for side, hit in zip(sides, chosen, strict=True) if hit is None)
    of_sides = [hit for hit in chosen if hit]
    named = _names(sides, chosen)
    together = list(filter(query.allows, papers_about([named], retriever.store)))
    if not of_sides:
        return Compared(Hits((), 0.0, ()), missing, named, len(together))
    numbers = [hit.number for hit in of_sides]
    others = [n for n in together if n not in numbers]
    hits = retriever.search(query.rewrites, len(numbers) + len(others), frozenset(numbers + others))
    comparing = [hit.number for hit in hits.papers if hit.number in others and _compares(hit, named)]
    numbers += comparing[:MAX_OTHERS]
    papers = sorted((hit for hit in hits.papers if hit.number in numbers), key=lambda hit: numbers.index(hit.number))
    probability = max(hit.probability for hit in of_sides)
    return Compared(Hits(tuple(papers), probability, hits.terms), missing, named, len(together))


def _search(side: str, depth: int, query: Query, retriever: HybridRetriever) -> tuple[Hit, ...]:
    """The papers found for `side`: of a name only those that have it, and none if no paper has any of its words."""
    terms, among = content_terms(side), query.among
    if terms and not any(has_word(term, retriever.store) for term in terms):
        return ()
    name = _ARTICLE.sub("", side)
    if all(word[0].isupper() or is_marked(word) for word in name.split()):
        having = frozenset(papers_with(name, retriever.store))
        among = having if among is None else among & having
    return retriever.search([side], depth, among).papers


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


def _names(sides: Sequence[str], chosen: Sequence[Hit | None]) -> tuple[str, ...]:
    """A short name of each side, of which `chosen` are the papers; none if one has no name of its own."""
    found = [_name(side, hit.paper if hit else None) for side, hit in zip(sides, chosen, strict=True)]
    is_told_apart = all(found) and len({normalize(name) for name in found}) == len(found)
    return tuple(found) if is_told_apart else ()


def _name(side: str, paper: Paper | None) -> str:
    marked = [name for name in names(side) if is_marked(name)]
    if len(marked) == 1:
        return marked[0]
    if len(side.split()) <= MAX_SIDE_WORDS:
        return side
    return paper.short_name if paper else ""


def _compares(hit: Hit, names: Sequence[str]) -> bool:
    """Whether a sentence of `hit` has all `names`."""
    texts = span_texts(hit.paper.abstract, [sentence.span for sentence in hit.sentences])
    return any(all(contains(text, name) for name in names) for text in texts)
