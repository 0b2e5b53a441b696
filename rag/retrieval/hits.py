"""The result of a search: papers in order, each with its scored sentences."""

from __future__ import annotations

from dataclasses import dataclass

from rag.language.sentences import Span
from rag.paper import Paper
from rag.retrieval.expansion import Term


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of an abstract, with its cosine to the question and its cosine to its whole paper (`centrality`)."""

    span: Span
    cosine: float
    centrality: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved paper and its `number` in the index, from 1.

    `score` ranks the paper and is comparable within one search only. `signal` measures how likely the paper is to
    answer the question (see `fusion.relevance_signal`), and `probability`, 0 to 1, is that signal on the calibration
    curve of the collection. `relevance`, 0 to 1, is how likely the paper is to be one of those that a question for
    papers asks for (see `rag.retrieval.relevance`). `sentences` holds every sentence of the abstract, by descending
    cosine.
    """

    number: int
    paper: Paper
    score: float
    signal: float
    probability: float
    relevance: float
    sentences: tuple[ScoredSentence, ...]

    @property
    def best(self) -> str:
        """The text of the sentence nearest to the question."""
        span = self.sentences[0].span
        return self.paper.abstract[span.start : span.end]


@dataclass(frozen=True, slots=True)
class Hits:
    """The retrieved papers by descending score, and the `terms` of the question.

    `probability` is how likely the collection is to answer the question, 0 to 1.
    """

    papers: tuple[Hit, ...]
    probability: float
    terms: tuple[Term, ...]
