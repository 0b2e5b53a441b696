"""What retrieval returns."""

from __future__ import annotations

from dataclasses import dataclass

from rag.language.sentences import Span
from rag.paper import Paper
from rag.retrieval.expansion import Term


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of an abstract, with its cosines to the question and to the paper as a whole."""

    span: Span
    cosine: float
    centrality: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved paper. `score` ranks it; `sentences` are its abstract's, by their cosine, best first.

    `signal` is how much speaks for its answering the question (`calibration.signal`), `probability` what that means
    in this collection: 0 to 1.
    """

    paper: Paper
    score: float
    signal: float
    probability: float
    sentences: tuple[ScoredSentence, ...]

    @property
    def best(self) -> str:
        """The sentence that matches best."""
        span = self.sentences[0].span
        return self.paper.abstract[span.start : span.end]


@dataclass(frozen=True, slots=True)
class Hits:
    """Papers in order of score, and how likely the collection answers the question: 0 to 1; `terms` are its terms."""

    papers: tuple[Hit, ...]
    probability: float
    terms: tuple[Term, ...]
