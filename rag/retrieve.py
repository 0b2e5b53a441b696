"""Question → ranked papers, each with its best sentences, as a LlamaIndex retriever.

Four scores for each candidate paper are put on one scale and added: the cosine of the question to the whole
abstract, to the paper's nearest passage and to its nearest sentence, and BM25 over title and abstract.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.index.store import Kind, Store
from rag.papers import Paper
from rag.passages import Span
from rag.question import terms, word_query

if TYPE_CHECKING:
    from rag.embed import Embedding

# Vectors asked of each collection: enough for a few hundred candidate papers at about 4 passages and 8 sentences each.
DEPTH: dict[Kind, int] = {"papers": 200, "passages": 600, "sentences": 1200}
WORD_DEPTH = 200  # papers asked of the word index


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved paper. `score` ranks it; `sentences` are its abstract's, best first, each with its cosine.

    `coverage` is the share of the question's terms, by weight, that title and abstract hold: 0 to 1.
    """

    paper: Paper
    score: float
    coverage: float
    sentences: tuple[tuple[Span, float], ...]

    @property
    def best(self) -> str:
        """The sentence that matches best."""
        span, _ = self.sentences[0]
        return self.paper.abstract[span.start : span.end]


@dataclass(frozen=True, slots=True)
class Hits:
    """Papers in order of score, and how relevant the best of the collection is to the question.

    `relevance` is a cosine in [-1, 1], the mean of the nearest passage's and the nearest sentence's; a passage
    alone misses a fact told in passing, a sentence alone is fooled by a shared turn of phrase. `weights` says what
    each term of the question is worth: the rarer in the collection, the more.
    """

    papers: tuple[Hit, ...]
    relevance: float
    weights: dict[str, float]


class HybridRetriever(BaseRetriever):
    """Finds papers in an open index; drops into any LlamaIndex pipeline."""

    def __init__(self, store: Store, embedding: Embedding, top: int = 20) -> None:
        self.store = store
        self._embedding = embedding
        self._top = top
        super().__init__()

    def search(self, question: str, top: int) -> Hits:
        """The `top` papers for `question`, fewer where the index holds fewer."""
        vector = self._embedding.get_query_embedding(question)
        channels = {kind: self.store.nearest(kind, vector, depth) for kind, depth in DEPTH.items()}
        query = word_query(question)
        words = self.store.words(query, WORD_DEPTH) if query else {}
        weights = self.store.term_weights(terms(question))
        ranked = fuse([*channels.values()], words)[:top]
        return Hits(
            papers=tuple(self._hit(number, score, vector, weights) for number, score in ranked),
            relevance=(max(channels["passages"].values()) + max(channels["sentences"].values())) / 2,
            weights=weights,
        )

    def _hit(self, number: int, score: float, vector: list[float], weights: dict[str, float]) -> Hit:
        cosines = self.store.sentence_vectors(number) @ vector
        sentences = zip(self.store.spans(number), map(float, cosines), strict=True)
        held = sum(weight for term, weight in weights.items() if self.store.holds(number, term))
        return Hit(
            paper=self.store.paper(number),
            score=score,
            coverage=held / sum(weights.values()) if weights else 0.0,
            sentences=tuple(sorted(sentences, key=lambda pair: -pair[1])),
        )

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            NodeWithScore(
                node=TextNode(
                    text=hit.paper.abstract,
                    metadata={"title": hit.paper.title, "sentence": hit.best},
                    excluded_embed_metadata_keys=["sentence"],
                    excluded_llm_metadata_keys=["sentence"],
                ),
                score=hit.score,
            )
            for hit in self.search(query_bundle.query_str, self._top).papers
        ]


def fuse(cosines: list[dict[int, float]], words: dict[int, float]) -> list[tuple[int, float]]:
    """Papers with the sum of their z-scores over all channels, best first.

    A paper that a cosine channel did not bring is taken to lie at that channel's lowest; one without any of the
    words has a BM25 of 0, which is what it is.
    """
    candidates = sorted({number for channel in (*cosines, words) for number in channel})
    floors = [*(min(channel.values(), default=0.0) for channel in cosines), 0.0]
    totals = dict.fromkeys(candidates, 0.0)
    for channel, floor in zip((*cosines, words), floors, strict=True):
        scores = [channel.get(number, floor) for number in candidates]
        mean = sum(scores) / len(scores)
        spread = (sum((score - mean) ** 2 for score in scores) / len(scores)) ** 0.5
        for number, score in zip(candidates, scores, strict=True):
            totals[number] += (score - mean) / spread if spread > 1e-9 else 0.0
    return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
