"""The check of written sentences by rule: can the sentence be followed in what it cites?

A sentence may combine several papers; each of its clauses must then be found in one of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from rag.answer.types import Citation, Finding
from rag.language.tokens import content_stems
from rag.paper import Paper
from rag.verify.clauses import distribute, halves
from rag.verify.form import form_fault
from rag.verify.rules.following import faults
from rag.verify.rules.quotations import quotation_fault

if TYPE_CHECKING:
    import numpy as np


MAX_UNCOMPARED = 2  # cited sentences of a paper
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class _Source:
    """What a sentence cites of one paper."""

    paper: Paper
    citations: tuple[Citation, ...]

    @property
    def quotes(self) -> list[str]:
        return [citation.quote for citation in self.citations]

    @property
    def name(self) -> str:
        return self.paper.short_name or self.paper.title


class Checker:
    """Checks by rule whether written sentences are supported by what they cite.

    `encode` turns texts into unit vectors, one per row. `similarity_threshold` is a cosine that neighbouring sentences
    of an abstract rarely reach. Among many cited sentences the words of almost any sentence can be found, so one that
    cites more than MAX_UNCOMPARED of them must also be at least as similar to them as that.
    """

    def __init__(self, encode: Callable[[list[str]], np.ndarray], similarity_threshold: float) -> None:
        self._encode, self._similarity_threshold = encode, similarity_threshold

    def __call__(self, written: str, citations: Sequence[Citation]) -> Finding:
        """Whether the quotes of `citations` support all of `written`: which of them do, or why none does."""
        titles, quotes = [citation.paper.title for citation in citations], [citation.quote for citation in citations]
        if fault := form_fault(written, titles, quotes):
            return Finding(None, fault, refuted=True)
        sources = _sources(citations)
        texts = [text for source in sources for text in (source.paper.title, source.paper.abstract)]
        if misquoted := quotation_fault(written, texts):
            return Finding(None, misquoted.reason, refuted=misquoted.refutes)
        whole = self._check_clause(written, sources)
        if whole.verdict or len(sources) == 1:
            return whole
        divided = ([self._check_clause(half, sources) for half in pair] for pair in halves(written))
        confirmed = next((_combine(pair) for pair in divided if all(finding.verdict for finding in pair)), None)
        return confirmed or replace(whole, refuted=_has_another_number(written, [*titles, *quotes]))

    def _check_clause(self, clause: str, sources: Sequence[_Source]) -> Finding:
        """`clause` against each source that it names, or all; if it lists several, about each against its own."""
        by_name = distribute(clause, [source.name for source in sources])
        if by_name:
            parts = [self._check(by_name[source.name], source) for source in sources if source.name in by_name]
            return _combine(parts) if all(finding.verdict for finding in parts) else _failed(parts)
        named = [source for source in sources if source.name in clause] or sources
        findings = [self._check(clause, source) for source in named]
        supporting = [finding for finding in findings if finding.verdict]
        return _combine(supporting) if supporting else _failed(findings)

    def _check(self, clause: str, source: _Source) -> Finding:
        paper = source.paper
        if not content_stems(clause) - content_stems(paper.title):
            return Finding(None, "it only repeats the title", refuted=True)
        for citation in source.citations if len(source.citations) > 1 else ():
            alone = self._check(clause, _Source(paper, (citation,)))  # a reader should not have to find which one it is
            if alone.verdict:
                return alone
        found = list(faults(clause, source.quotes, paper.title, f"{paper.title}. {paper.abstract}"))
        if found:
            refuting = [fault for fault in found if fault.refutes]
            return Finding(None, (refuting or found)[0].reason, refuted=bool(refuting))
        is_compared = len(source.citations) > MAX_UNCOMPARED
        if is_compared and self._similarity(clause, source) < self._similarity_threshold:
            return Finding(None, "its meaning differs from what it cites")
        return Finding("reworded", citations=source.citations)

    def _similarity(self, clause: str, source: _Source) -> float:
        """The cosine of `clause` to the quotes of `source` taken together, or to the most similar of them."""
        vectors = self._encode([clause, " ".join(source.quotes), *source.quotes])
        return float((vectors[1:] @ vectors[0]).max())


def _has_another_number(written: str, sources: Sequence[str]) -> bool:
    """Whether `written`, on several papers, has a number that none of `sources` has.

    That refutes it. Anything else that contradicts each paper may sum up all of them, which no rule can follow.
    """
    known = {number for source in sources for number in _NUMBER.findall(source)}
    return not known.issuperset(_NUMBER.findall(written))


def _sources(citations: Sequence[Citation]) -> list[_Source]:
    """`citations` grouped by paper, in the order of its abstract."""
    by_paper = sorted(citations, key=lambda citation: (citation.paper.identity, citation.start))
    groups = [tuple(group) for _, group in groupby(by_paper, key=lambda citation: citation.paper.identity)]
    return [_Source(group[0].paper, group) for group in groups]


def _combine(findings: Sequence[Finding]) -> Finding:
    """Findings that all support something as one."""
    return Finding("reworded", citations=tuple(dict.fromkeys(one for found in findings for one in found.citations)))


def _failed(findings: Sequence[Finding]) -> Finding:
    """The first of `findings` that fails; refuted if all that fail are."""
    failed = [finding for finding in findings if not finding.verdict]
    return Finding(None, failed[0].reason, refuted=all(finding.refuted for finding in failed))
