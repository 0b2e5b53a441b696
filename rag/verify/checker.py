"""Does what is cited support the written sentence? Names, numbers, direction and meaning are compared.

A sentence may say what several papers say; each of its clauses must be supported by one of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rag.answer.types import Citation, Finding
from rag.language.tokens import content_stems, tokenize
from rag.verify.compression import is_compression
from rag.verify.direction import opposite_direction, swaps_comparison
from rag.verify.entities import NEUTRAL, entities_in, introduced_entities, unknown_entity
from rag.verify.form import form_fault
from rag.verify.hedging import overstatement
from rag.verify.polarity import contradicted_negation
from rag.verify.quantities import unsupported_quantity
from rag.verify.swaps import swapped_pair

if TYPE_CHECKING:
    import numpy as np

NOVEL = 0.25  # share of its words, but for those of the title, that a sentence may have and its source not
OWN_WORDS = 0.1  # share up to which the words are the source's own, so that what they mean need not be compared
NOVEL_PARTLY = 0.4  # the same, to be shown as agreeing partly
_JOINT = re.compile(r";\s+|,?\s+\b(?:while|whereas|but)\b\s+|,\s+and\s+")
_LIST = re.compile(r",?\s+(?:and|or|as well as)\s+|,\s+")


@dataclass(frozen=True, slots=True)
class _Source:
    """What a sentence cites of one paper; `names` are those that the paper gives itself."""

    title: str
    entities: frozenset[str]
    citations: tuple[Citation, ...]

    @property
    def quotes(self) -> list[str]:
        return [one.quote for one in self.citations]

    @property
    def text(self) -> str:
        return " ".join(self.quotes)


class Checker:
    """Checks written sentences by their words, and by what they mean to an embedding model.

    `encode` turns texts into unit vectors, one a row. A sentence must be at least `alike` to its source, a cosine.
    """

    def __init__(self, encode: Callable[[list[str]], np.ndarray], alike: float) -> None:
        self._encode, self._alike = encode, alike

    def __call__(self, written: str, citations: Sequence[Citation]) -> Finding:
        """Whether the quotes of `citations` support all that `written` says."""
        if fault := form_fault(written, [one.paper.title for one in citations], [one.quote for one in citations]):
            return Finding(None, fault)
        if cut_from := tuple(one for one in citations if is_compression(written, one.quote, one.paper.title)):
            return Finding("supported", citations=cut_from)
        sources = _sources(citations)
        whole = self._clause(written, sources)
        if whole.verdict == "supported" or len(sources) == 1:
            return whole
        halves = ([self._clause(half, sources) for half in pair] for pair in _halves(written))
        return next((_together(pair) for pair in halves if all(one.verdict for one in pair)), whole)

    def _clause(self, clause: str, sources: Sequence[_Source]) -> Finding:
        """`clause` against each source alone, and one about several papers against each of these."""
        alone = [self._against(clause, source) for source in sources]
        best = [one for one in alone if one.verdict == "supported"] or [one for one in alone if one.verdict]
        if best:
            return _together(best)
        together = [self._against(*one) for one in _shared(clause, sources)]
        return _together(together) if together and all(one.verdict for one in together) else alone[0]

    def _against(self, clause: str, source: _Source) -> Finding:
        if fault := _contradiction(clause, source):
            return Finding(None, fault)
        said = content_stems(clause) - content_stems(source.title) - NEUTRAL
        if not said:
            return Finding(None, "it only repeats the title")
        novel = len(said - content_stems(source.text)) / len(said)
        if novel > NOVEL_PARTLY:
            return Finding(None, "it says more than the sentence it cites")
        if novel > OWN_WORDS and self._likeness(clause, source) < self._alike:
            return Finding(None, "it means something else than the sentence it cites")
        return Finding("supported" if novel <= NOVEL else "partly", citations=source.citations)

    def _likeness(self, clause: str, source: _Source) -> float:
        """The cosine of `clause` to the quotes of `source` together, or to the nearest of them."""
        vectors = self._encode([clause, source.text, *source.quotes])
        return float((vectors[1:] @ vectors[0]).max())


def _sources(citations: Sequence[Citation]) -> list[_Source]:
    """The quotes of each paper together."""
    by_paper = sorted(citations, key=lambda one: (one.paper.key, one.start))
    runs = [list(run) for _, run in groupby(by_paper, key=lambda one: one.paper.key)]
    return [_Source(run[0].paper.title, introduced_entities(run[0].paper), tuple(run)) for run in runs]


def _together(findings: Sequence[Finding]) -> Finding:
    """What holds as findings that all do: partly, where one does only partly."""
    citations = dict.fromkeys(citation for one in findings for citation in one.citations)
    return Finding("partly" if any(one.verdict == "partly" for one in findings) else "supported", "", tuple(citations))


def _halves(written: str) -> Iterator[tuple[str, str]]:
    """`written` before and behind each place where a clause may end."""
    for joint in _JOINT.finditer(written):
        if any(tokenize(written[: joint.start()])) and any(tokenize(written[joint.end() :])):
            yield written[: joint.start()], written[joint.end() :]


def _contradiction(clause: str, source: _Source) -> str:
    """What in `clause` speaks against `source` or is not there, in words; "" where nothing is."""
    known = f"{source.title}. {source.text}"
    if number := unsupported_quantity(clause, known):
        return f"“{number}” is not said there of that"
    if name := unknown_entity(clause, source.title, source.text, source.entities):
        return f"“{name}” is not named there"
    if denied := contradicted_negation(clause, source.quotes):
        return f"one denies what the other says (“{denied}”)"
    if turned := opposite_direction(clause, known):
        return f"“{turned}” points the other way"
    if swaps_comparison(clause, source.quotes, source.title, entities_in(clause)):
        return "it tells of one what is said of another"
    if stronger := overstatement(clause, source.quotes):
        return f"one says “{stronger}” and the other does not"
    if pair := swapped_pair(clause, source.text):
        return f"“{pair[0]}” and “{pair[1]}” have changed places"
    return ""


def _shared(clause: str, sources: Sequence[_Source]) -> list[tuple[str, _Source]]:
    """`clause` once for each source that it names in a list, "A and B", with its name in place of the list."""
    named = [(one, name) for one in sources if (name := one.title.partition(":")[0]) and name in clause]
    if len(named) < 2:
        return []
    first, last = min(clause.index(n) for _, n in named), max(clause.index(n) + len(n) for _, n in named)
    between = clause[first:last]
    for _, name in named:
        between = between.replace(name, "")
    if _LIST.sub("", between).strip(" ,"):
        return []
    return [
        (clause[:first].replace("Both ", "").replace("both ", "") + name + clause[last:], one) for one, name in named
    ]
