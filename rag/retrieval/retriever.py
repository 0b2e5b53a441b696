"""The hybrid retriever: question → ranked papers with scored sentences.

1. Every candidate gets four scores, whose z-scores are added: the cosine of the question to its nearest passage and to
   its nearest sentence, BM25 with query expansion, and late interaction (MaxSim).
2. Pseudo-relevance feedback is added, then each of the best scores is smoothed over the paper's nearest neighbours.
3. If the settings name a cross-encoder, it reranks the best papers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.index.calibration import Curve
from rag.index.store import Store
from rag.retrieval.channels import Channels, candidates, fuse, search_channels, top_positions
from rag.retrieval.expansion import coverage, entity_coverage
from rag.retrieval.feedback import SMOOTHING, relevance_scores, smooth_over_neighbours
from rag.retrieval.fusion import blend, relevance_signal, zscore
from rag.retrieval.hits import Hit, Hits, ScoredSentence
from rag.retrieval.relevance import relevances

if TYPE_CHECKING:
    import numpy as np

    from rag.models.cross_encoder import Reranker
    from rag.models.encoding import Embedding

SMOOTHING_DEPTH = 50  # top papers whose scores are smoothed
RERANK_DEPTH = 50  # top papers that a cross-encoder scores: each costs it a pass over question and abstract
QUERY_WEIGHT = 0.5  # of each query that a model adds, where the question itself has 1; the optimum is flat
PROBABILITY_DEPTH = 20  # top papers whose highest probability is that of the search: the first need not have it


@dataclass(frozen=True, slots=True)
class Ranking:
    """Papers by their `numbers`, with their `scores` and their `similarities` to the question, each of (papers,).

    The scores stand out among those of so many `candidates`.
    """

    numbers: np.ndarray
    scores: np.ndarray
    similarities: np.ndarray
    candidates: int

    def by_score(self) -> Ranking:
        """The same papers, best first."""
        import numpy as np

        order = np.argsort(-self.scores, kind="stable")
        return Ranking(self.numbers[order], self.scores[order], self.similarities[order], self.candidates)

    def first(self, count: int) -> Ranking:
        """The first `count` papers."""
        return Ranking(self.numbers[:count], self.scores[:count], self.similarities[:count], self.candidates)


class HybridRetriever:
    """Searches an open index. `rag.Library` is its face for other programs."""

    def __init__(self, store: Store, embedding: Embedding, reranker: Reranker | None = None) -> None:
        self.store = store
        self.embedding = embedding
        self._reranker = reranker
        self._curve = Curve(**store.manifest["calibration"])

    def search(
        self,
        rewrites: Sequence[str],
        top: int,
        among: Collection[int] | None = None,
        queries: Sequence[str] = (),
    ) -> Hits:
        """The `top` papers for a question, given as one or more `rewrites`; fewer where the index holds fewer.

        `among` restricts the result to the papers with these numbers; their scores are the same as without it. The
        first rewrite decides how sentences are scored and how probable it is that each paper answers. `queries` say
        the same in other words, and each count less.
        """
        channels = list(search_channels([*rewrites, *queries], self.store, self.embedding, among))
        weights = [1 / len(rewrites)] * len(rewrites) + [QUERY_WEIGHT] * len(queries)
        found = self._rank(channels, weights, rewrites[0], among)
        signals = self._signals(found.first(max(top, PROBABILITY_DEPTH)), channels[0])
        probability = self._curve(max(signals)) if signals else 0.0
        return Hits(self._hits(found.first(top), signals, channels[0].vector), probability, tuple(channels[0].terms))

    def signals(self, questions: Sequence[str]) -> Iterator[float]:
        """For each question, the highest relevance signal among its top papers; -1 where no paper is found.

        Encodes all questions in one batch, which takes a third of the time of separate searches.
        """
        by_question = search_channels(questions, self.store, self.embedding, None)
        for question, channels in zip(questions, by_question, strict=True):
            found = self._rank([channels], [1.0], question, None)
            yield max(self._signals(found.first(PROBABILITY_DEPTH), channels), default=-1.0)

    def _rank(
        self, channels: Sequence[Channels], weights: Sequence[float], question: str, among: Collection[int] | None
    ) -> Ranking:
        """The papers found, best first, by the mean of the `channels` with these `weights`."""
        import numpy as np

        count = self.store.paper_count + 1
        allowed = np.ones(count, dtype=bool) if among is None else np.isin(np.arange(count), list(among))
        numbers = candidates(channels, allowed)
        if not allowed[numbers].any():
            return Ranking(numbers[:0], np.zeros(0), np.zeros(0), len(numbers))
        allowed = allowed[numbers]
        cosines = [self.store.arrays.cosines(numbers, channel.vector) for channel in channels]
        pairs = zip(channels, cosines, strict=True)
        fused = [fuse(channel, of_channel, numbers, allowed, self.store.maxsim) for channel, of_channel in pairs]
        scores = self._with_feedback(numbers, np.average(fused, axis=0, weights=weights), allowed)
        # A passage alone misses a fact mentioned in passing; a sentence alone is misled by similar wording.
        similarities = (cosines[0].passages + cosines[0].sentences) / 2
        found = Ranking(numbers[allowed], scores[allowed], similarities[allowed], len(numbers)).by_score()
        return self._reranked(found, self._reranker, question) if self._reranker else found

    def _with_feedback(self, numbers: np.ndarray, scores: np.ndarray, allowed: np.ndarray) -> np.ndarray:
        """Adds pseudo-relevance feedback to `scores`, then smooths the best of them."""
        scores = scores + zscore(relevance_scores(numbers, scores, self.store.bm25))
        best = top_positions(scores, SMOOTHING_DEPTH, allowed)
        smoothed = scores * (1 + SMOOTHING)  # the rest, as if their neighbours had the same score
        smoothed[best] = smooth_over_neighbours(scores[best], self.store.arrays.papers(numbers[best]))
        return smoothed

    def _reranked(self, found: Ranking, reranker: Reranker, question: str) -> Ranking:
        """The papers with the scores of `reranker` blended in."""
        papers = self.store.papers(found.numbers[:RERANK_DEPTH].tolist())
        return replace(found, scores=blend(found.scores, reranker.score(question, papers))).by_score()

    def _signals(self, found: Ranking, channels: Channels) -> list[float]:
        """How relevant each of these papers is."""
        covered = coverage(channels.terms, found.numbers, self.store.bm25)
        covered_entities = entity_coverage(channels.entities, found.numbers, self.store.bm25)
        signals = zip(found.similarities.tolist(), covered.tolist(), covered_entities.tolist(), strict=True)
        return [relevance_signal(*of_paper) for of_paper in signals]

    def _hits(self, found: Ranking, signals: Sequence[float], vector: np.ndarray) -> tuple[Hit, ...]:
        """These papers, with their sentences; `signals` may be those of more."""
        papers = self.store.papers(found.numbers.tolist())
        scores, signals = found.scores.tolist(), signals[: len(papers)]
        of_papers = zip(
            found.numbers.tolist(),
            papers,
            scores,
            signals,
            map(self._curve, signals),
            relevances(scores, found.candidates),
            self._sentences(found.numbers, vector),
            strict=True,
        )
        return tuple(Hit(*of_paper) for of_paper in of_papers)

    def _sentences(self, numbers: np.ndarray, vector: np.ndarray) -> Iterator[tuple[ScoredSentence, ...]]:
        """The sentences of each paper by descending cosine to the question with this `vector`."""
        for number, spans in zip(numbers.tolist(), self.store.spans(numbers.tolist()), strict=True):
            rows = self.store.arrays.of_paper(number)
            cosines, centralities = (rows[2:] @ vector).tolist(), (rows[2:] @ rows[0]).tolist()
            scored = map(ScoredSentence, spans, cosines, centralities)
            yield tuple(sorted(scored, key=lambda sentence: -sentence.cosine))
