"""The check of written sentences against what they cite: names, numbers, negation, direction and meaning.

A sentence may combine several papers; each of its clauses must then be supported by one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rag.answer.types import Citation, Finding
from rag.language.tokens import content_stems, stem_set
from rag.paper import Paper
from rag.verify.clauses import distribute, halves
from rag.verify.comparisons import swaps_comparison
from rag.verify.compression import is_compression
from rag.verify.direction import opposite_direction
from rag.verify.entities import NEUTRAL_WORDS, entities_in, introduced_entities, unknown_entity
from rag.verify.form import form_fault
from rag.verify.hedging import overstatement
from rag.verify.polarity import contradicted_negation
from rag.verify.quantity_support import unsupported_quantity
from rag.verify.swaps import swapped_pair

if TYPE_CHECKING:
    import numpy as np

# Limits of the share of a sentence's content stems that its source does not have; those of the title do not count.
_MAX_NEW_UNCOMPARED = 0.1  # up to here the words are the source's own, and the meaning need not be compared
_MAX_NEW_SUPPORTED = 0.25
_MAX_NEW_PARTLY = 0.4


@dataclass(frozen=True, slots=True)
class _Source:
    """What a sentence cites of one paper; `entities` are the names that the paper introduces."""

    paper: Paper
    entities: frozenset[str]
    citations: tuple[Citation, ...]

    @property
    def quotes(self) -> list[str]:
        return [citation.quote for citation in self.citations]

    @property
    def text(self) -> str:
        return " ".join(self.quotes)


class Checker:
    """Checks whether written sentences are supported by what they cite, by their words and by their embeddings.

    `encode` turns texts into unit vectors, one per row. A sentence whose words are not its source's own must have at
    least the cosine `similarity_threshold` to it.
    """

    def __init__(self, encode: Callable[[list[str]], np.ndarray], similarity_threshold: float) -> None:
        self._encode, self._similarity_threshold = encode, similarity_threshold

    def __call__(self, written: str, citations: Sequence[Citation]) -> Finding:
        """Whether the quotes of `citations` support all of `written`: which of them do, or why none does."""
        titles, quotes = [citation.paper.title for citation in citations], [citation.quote for citation in citations]
        if fault := form_fault(written, titles, quotes):
            return Finding(None, fault)
        if cut_from := tuple(c for c in citations if is_compression(written, c.quote, c.paper)):
            return Finding("supported", citations=cut_from)
        sources = _sources(citations)
        whole = self._check_clause(written, sources)
        if whole.verdict == "supported" or len(sources) == 1:
            return whole
        divided = ([self._check_clause(half, sources) for half in pair] for pair in halves(written))
        return next((_combine(pair) for pair in divided if all(finding.verdict for finding in pair)), whole)

    def _check_clause(self, clause: str, sources: Sequence[_Source]) -> Finding:
        """`clause` against each source alone or, if it lists several papers, about each against its own."""
        findings = [self._check(clause, source) for source in sources]
        best = [f for f in findings if f.verdict == "supported"] or [f for f in findings if f.verdict]
        if best:
            return _combine(best)
        names = [source.paper.short_name or source.paper.title for source in sources]
        by_name = distribute(clause, names)
        parts = [self._check(by_name[n], source) for n, source in zip(names, sources, strict=True) if n in by_name]
        return _combine(parts) if parts and all(finding.verdict for finding in parts) else findings[0]

    def _check(self, clause: str, source: _Source) -> Finding:
        if contradiction := _contradiction(clause, source):
            return Finding(None, contradiction)
        stems = content_stems(clause) - content_stems(source.paper.title) - stem_set(NEUTRAL_WORDS)
        if not stems:
            return Finding(None, "it only repeats the title")
        new = len(stems - content_stems(source.text)) / len(stems)
        if new > _MAX_NEW_PARTLY:
            return Finding(None, "it says more than the sentence it cites")
        if new > _MAX_NEW_UNCOMPARED and self._similarity(clause, source) < self._similarity_threshold:
            return Finding(None, "its meaning differs from the sentence it cites")
        return Finding("supported" if new <= _MAX_NEW_SUPPORTED else "partly", citations=source.citations)

    def _similarity(self, clause: str, source: _Source) -> float:
        """The cosine of `clause` to the quotes of `source` taken together, or to the most similar of them."""
        vectors = self._encode([clause, source.text, *source.quotes])
        return float((vectors[1:] @ vectors[0]).max())


def _sources(citations: Sequence[Citation]) -> list[_Source]:
    """`citations` grouped by paper, in the order of its abstract."""
    by_paper = sorted(citations, key=lambda citation: (citation.paper.identity, citation.start))
    groups = [list(group) for _, group in groupby(by_paper, key=lambda citation: citation.paper.identity)]
    return [_Source(group[0].paper, introduced_entities(group[0].paper), tuple(group)) for group in groups]


def _combine(findings: Sequence[Finding]) -> Finding:
    """Findings that all support something as one: "partly" if any of them is."""
    citations = dict.fromkeys(citation for finding in findings for citation in finding.citations)
    is_partial = any(finding.verdict == "partly" for finding in findings)
    return Finding("partly" if is_partial else "supported", citations=tuple(citations))


def _contradiction(clause: str, source: _Source) -> str:
    """What in `clause` contradicts `source` or is missing there, as an instruction to a model can quote it, or ""."""
    title, quotes = source.paper.title, source.quotes
    known = f"{title}. {source.text}"
    own_name = source.paper.short_name or title
    if number := unsupported_quantity(clause, known):
        return f"the evidence does not give “{number}” for that"
    if name := unknown_entity(clause, title, source.text, source.entities):
        return f"the evidence does not mention “{name}”"
    if negated := contradicted_negation(clause, quotes):
        return f"it and the evidence disagree about what is negated (“{negated}”)"
    if word := opposite_direction(clause, known):
        return f"“{word}” is the opposite of what the evidence says"
    if swaps_comparison(clause, quotes, own_name, entities_in(clause)):
        return "it says of one thing what the evidence says of another"
    if word := overstatement(clause, quotes):
        return f"it and the evidence do not both say “{word}”"
    if pair := swapped_pair(clause, source.text):
        return f"“{pair[0]}” and “{pair[1]}” are exchanged"
    return ""
