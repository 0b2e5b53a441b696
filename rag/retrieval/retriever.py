"""The hybrid retriever: question → ranked papers with scored sentences.

1. Every candidate gets four scores, whose z-scores are added: the cosine of the question to its nearest passage and to
   its nearest sentence, BM25 with query expansion, and late interaction (MaxSim).
2. Pseudo-relevance feedback is added, then each of the best scores is smoothed over the paper's nearest neighbours.
3. If the settings name a cross-encoder, it reranks the best papers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from rag.index.calibration import Curve
from rag.index.store import Store
from rag.retrieval.channels import Channels, candidates, fuse, search_channels, top_positions
from rag.retrieval.expansion import coverage, entity_coverage
from rag.retrieval.feedback import SMOOTHING, relevance_scores, smooth_over_neighbours
from rag.retrieval.fusion import blend, relevance_signal, zscore
from rag.retrieval.hits import Hit, Hits, ScoredSentence

if TYPE_CHECKING:
    import numpy as np

    from rag.models.cross_encoder import Reranker
    from rag.models.encoding import Embedding

SMOOTHING_DEPTH = 100  # top papers whose scores are smoothed
RERANK_DEPTH = 50  # top papers that a cross-encoder scores: each costs it a pass over question and abstract
PROBABILITY_DEPTH = 20  # top papers whose highest probability is that of the search: the first need not have it


class HybridRetriever:
    """Searches an open index. `rag.retrieval.llama_index` makes it a LlamaIndex retriever."""

    def __init__(self, store: Store, embedding: Embedding, reranker: Reranker | None = None) -> None:
        self.store = store
        self.embedding = embedding
        self._reranker = reranker
        self._curve = Curve(**store.manifest["calibration"])

    def search(self, rewrites: Sequence[str], top: int, among: Collection[int] | None = None) -> Hits:
        """The `top` papers for a question, given as one or more `rewrites`; fewer where the index holds fewer.

        `among` restricts the result to the papers with these numbers; their scores are the same as without it. The
        first rewrite decides how sentences are scored and how probable it is that each paper answers.
        """
        channels = list(search_channels(rewrites, self.store, self.embedding, among))
        return self._search(channels, rewrites[0], top, among)

    def signals(self, questions: Sequence[str]) -> Iterator[float]:
        """For each question, the highest relevance signal among its top papers; -1 where no paper is found.

        Encodes all questions in one batch, which takes a third of the time of separate searches.
        """
        by_question = search_channels(questions, self.store, self.embedding, None)
        for question, channels in zip(questions, by_question, strict=True):
            hits = self._search([channels], question, PROBABILITY_DEPTH, None)
            yield max((hit.signal for hit in hits.papers), default=-1.0)

    def _search(self, channels: Sequence[Channels], question: str, top: int, among: Collection[int] | None) -> Hits:
        import numpy as np

        all_numbers = np.arange(self.store.paper_count + 1)
        allowed = all_numbers >= 0 if among is None else np.isin(all_numbers, list(among))
        numbers = candidates(channels, allowed)
        if not len(numbers):
            return Hits((), 0.0, tuple(channels[0].terms))
        arrays, maxsim = self.store.arrays, self.store.maxsim
        fused = [
            fuse(channel, arrays.cosines(numbers, channel.vector), numbers, allowed[numbers], maxsim)
            for channel in channels
        ]
        numbers, scores = self._with_feedback(numbers, np.mean(fused, axis=0), allowed)
        numbers, scores = numbers[allowed[numbers]], scores[allowed[numbers]]
        if not len(numbers):
            return Hits((), 0.0, tuple(channels[0].terms))
        if self._reranker:
            numbers, scores = self._rerank(self._reranker, question, numbers, scores)
        hits = self._hits(numbers[: max(top, PROBABILITY_DEPTH)], scores, channels[0])
        return Hits(hits[:top], max(hit.probability for hit in hits), tuple(channels[0].terms))

    def _with_feedback(
        self, numbers: np.ndarray, scores: np.ndarray, allowed: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Adds pseudo-relevance feedback, then smooths the best scores. Returns candidates and scores, best first."""
        import numpy as np

        scores = scores + zscore(relevance_scores(numbers, scores, self.store.bm25))
        best = top_positions(scores, SMOOTHING_DEPTH, allowed[numbers])
        vectors = self.store.arrays.papers(numbers[best])
        smoothed = scores * (1 + SMOOTHING)  # the rest, as if their neighbours had the same score
        smoothed[best] = smooth_over_neighbours(scores[best], vectors)
        order = np.argsort(-smoothed, kind="stable")
        return numbers[order], smoothed[order]

    def _rerank(
        self, reranker: Reranker, question: str, numbers: np.ndarray, scores: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Papers and scores, best first, with the scores of `reranker` blended in."""
        import numpy as np

        papers = self.store.papers(numbers[:RERANK_DEPTH].tolist())
        scores = blend(scores, reranker.score(question, papers))
        order = np.argsort(-scores, kind="stable")
        return numbers[order], scores[order]

    def _hits(self, numbers: np.ndarray, scores: np.ndarray, channels: Channels) -> tuple[Hit, ...]:
        """The papers `numbers`, in this order, with their sentences, signals and probabilities."""
        covered = coverage(channels.terms, numbers, self.store.bm25)
        covered_entities = entity_coverage(channels.entities, numbers, self.store.bm25)
        passages = self.store.arrays.cosines(numbers, channels.vector).passages
        papers = self.store.papers(numbers.tolist())
        of_papers = self._sentences(numbers, channels.vector)
        hits = []
        for n, (number, paper, sentences) in enumerate(zip(numbers.tolist(), papers, of_papers, strict=True)):
            # A passage alone misses a fact mentioned in passing; a sentence alone is misled by similar wording.
            similarity = (float(passages[n]) + sentences[0].cosine) / 2
            signal = relevance_signal(similarity, float(covered[n]), float(covered_entities[n]))
            hits.append(Hit(number, paper, float(scores[n]), signal, self._curve(signal), sentences))
        return tuple(hits)

    def _sentences(self, numbers: np.ndarray, vector: np.ndarray) -> Iterator[tuple[ScoredSentence, ...]]:
        """The sentences of each paper by descending cosine to the question with this `vector`."""
        for number, spans in zip(numbers.tolist(), self.store.spans(numbers.tolist()), strict=True):
            rows = self.store.arrays.of_paper(number)
            cosines, centralities = (rows[2:] @ vector).tolist(), (rows[2:] @ rows[0]).tolist()
            scored = map(ScoredSentence, spans, cosines, centralities)
            yield tuple(sorted(scored, key=lambda sentence: -sentence.cosine))
