"""Question → ranked papers, each with its best sentences, as a LlamaIndex retriever.

First every paper gets five scores, which are put on one scale and added: the cosine of the question to title and
abstract, to the paper's nearest passage and to its nearest sentence, BM25 of the question's terms and of words like
them, and for the best by these how near the question's words in context come to the paper's. Then what the best papers
have in common corrects the order of the best few hundred. Last, where the settings name one, a cross-encoder reads the
best of these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.index.calibration import Curve
from rag.index.maxsim import content_word_embeddings
from rag.index.store import Store
from rag.index.vectors import Granularity
from rag.language.tokens import content_terms
from rag.query.entities import entities
from rag.retrieval.expansion import Term, bm25_scores, coverage, entity_coverage, expand
from rag.retrieval.feedback import FEEDBACK_PAPERS, SMOOTHING, relevance_model, smooth_over_neighbours
from rag.retrieval.fusion import RERANKED, blend, relevance_signal, zscore
from rag.retrieval.hits import Hit, Hits, ScoredSentence

if TYPE_CHECKING:
    import numpy as np

    from rag.models.cross_encoder import Reranker
    from rag.models.embedding import Embedding, EncodedText

# Vectors asked of each collection: enough for a few hundred candidate papers at about 4 passages and 8 sentences each.
DEPTH: dict[Granularity, int] = {"papers": 500, "passages": 2000, "sentences": 4000}
WORD_DEPTH = 500  # papers asked of the word index
READ = 200  # papers, the best, whose words are compared one by one
SECOND_STAGE = 100  # papers, the best, whose scores are drawn towards those of papers alike
LIKELIEST = 20  # papers among which the likeliest to answer is sought: the first by score need not be it


@dataclass(frozen=True, slots=True)
class _Channels:
    """What one phrasing of a question brought: cosines by paper of each kind, and by paper number BM25.

    `contexts` are its words in context, one a row, and `weights` their inverse document frequencies.
    """

    vector: list[float]
    contexts: np.ndarray
    weights: list[float]
    terms: list[Term]
    names: frozenset[str]
    cosines: dict[Granularity, dict[int, float]]
    words: np.ndarray


class HybridRetriever(BaseRetriever):
    """Finds papers in an open index; drops into any LlamaIndex pipeline."""

    def __init__(self, store: Store, embedding: Embedding, top: int = 20, reranker: Reranker | None = None) -> None:
        self.store = store
        self.embedding = embedding
        self._reranker = reranker
        self._top = top
        self._curve = Curve(**store.manifest["calibration"])
        super().__init__()

    def search(self, phrasings: Sequence[str], top: int, among: Collection[int] | None = None) -> Hits:
        """The `top` papers for a question in all its `phrasings`, fewer where the index holds fewer.

        Where `among` is given, only papers with these numbers, scored as they are among all. The first phrasing is the
        one by which sentences are ranked and probability is judged.
        """
        return self._search(self._ask(phrasings, among), phrasings[0], top, among)

    def signals(self, questions: Sequence[str]) -> Iterator[float]:
        """For each question the highest relevance signal of its best papers, -1 where none is found.

        All are encoded together, which takes a third of the time of asking one by one.
        """
        asked = self._ask(questions, None)
        for question, channels in zip(questions, asked, strict=True):
            hits = self._search([channels], question, LIKELIEST, None)
            yield max((hit.signal for hit in hits.papers), default=-1.0)

    def _search(self, channels: Sequence[_Channels], question: str, top: int, among: Collection[int] | None) -> Hits:
        import numpy as np

        everyone = np.arange(self.store.paper_count + 1)
        allowed = everyone >= 0 if among is None else np.isin(everyone, list(among))
        numbers = _candidates(channels, allowed)
        scores = np.mean([self._fuse(channel, numbers, allowed) for channel in channels], axis=0)
        numbers, scores = self._second_stage(numbers, scores, allowed)
        numbers, scores = numbers[allowed[numbers]], scores[allowed[numbers]]
        if not len(numbers):
            return Hits((), 0.0, tuple(channels[0].terms))
        if self._reranker:
            numbers, scores = self._rerank(self._reranker, question, numbers, scores)
        found = self._hits(numbers[: max(top, LIKELIEST)], scores, channels[0])
        return Hits(found[:top], max(hit.probability for hit in found), tuple(channels[0].terms))

    def _ask(self, phrasings: Sequence[str], among: Collection[int] | None) -> list[_Channels]:
        """What each of `phrasings` brings. They are encoded together, and their terms apart from them: texts of a batch
        are padded to the longest."""
        words = list(dict.fromkeys(word for phrasing in phrasings for word in content_terms(phrasing)))
        expanded = expand(words, self.embedding.encode_queries(words), self.store)
        by_word = dict(zip(words, expanded, strict=True))
        vectors = self.embedding.encode_queries(list(phrasings))
        read = self.embedding.encode_tokens(list(phrasings))
        return [
            self._channels(phrasing, vector, encoded, [by_word[word] for word in content_terms(phrasing)], among)
            for phrasing, vector, encoded in zip(phrasings, vectors, read, strict=True)
        ]

    def _channels(
        self, phrasing: str, vector: list[float], encoded: EncodedText, terms: list[Term], among: Collection[int] | None
    ) -> _Channels:
        scores = bm25_scores(terms, self.store.bm25)
        cosines = {kind: self._nearest(kind, vector, among) for kind in DEPTH}
        spoken, contexts = content_word_embeddings(phrasing, encoded)
        weights = [self.store.bm25.max_idf(word) for word in spoken]
        return _Channels(vector, contexts, weights, terms, entities(phrasing), cosines, scores)

    def _nearest(self, kind: Granularity, vector: list[float], among: Collection[int] | None) -> dict[int, float]:
        """The nearest papers, and the nearest of those in `among`.

        What a score is worth shows beside all papers: of three that an answer cited, all or none may be meant.
        """
        found = self.store.nearest(kind, vector, DEPTH[kind])
        return found if among is None else found | self.store.nearest(kind, vector, DEPTH[kind], among)

    def _fuse(self, asked: _Channels, numbers: np.ndarray, allowed: np.ndarray) -> np.ndarray:
        """The sum of the candidates' standard scores over all channels.

        A paper that a cosine channel did not bring is taken to lie at that channel's lowest.
        """
        import numpy as np

        total = zscore(asked.words[numbers])
        for cosines in asked.cosines.values():
            floor = min(cosines.values(), default=0.0)
            total = total + zscore(np.array([cosines.get(number, floor) for number in numbers.tolist()]))
        best = _best(total, READ, allowed[numbers])
        read = zscore(self.store.maxsim.scores(asked.contexts, asked.weights, numbers[best]))
        near = np.full(len(numbers), read.min())
        near[best] = read
        fused: np.ndarray = total + near
        return fused

    def _second_stage(
        self, numbers: np.ndarray, scores: np.ndarray, allowed: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Candidates and scores, best first: words that the best share are added, then like papers pull each other."""
        import numpy as np

        telling = np.argsort(-scores, kind="stable")[:FEEDBACK_PAPERS]
        words = self.store.bm25.by_paper
        model = relevance_model(words[numbers[telling]], scores[telling])
        scores = scores + zscore(words[numbers] @ model)
        best = _best(scores, SECOND_STAGE, allowed[numbers])
        vectors = self.store.paper_vectors(numbers[best].tolist())
        pulled = scores * (1 + SMOOTHING)  # the rest as if drawn by papers of the same score
        pulled[best] = smooth_over_neighbours(scores[best], vectors)
        order = np.argsort(-pulled, kind="stable")
        return numbers[order], pulled[order]

    def _rerank(
        self, reranker: Reranker, phrasing: str, numbers: np.ndarray, scores: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Papers and scores, both best first, after the best have been read by `reranker`."""
        import numpy as np

        read = reranker.read(phrasing, [self.store.paper(number) for number in numbers[:RERANKED].tolist()])
        scores = blend(scores, read)
        order = np.argsort(-scores, kind="stable")
        return numbers[order], scores[order]

    def _hits(self, numbers: np.ndarray, scores: np.ndarray, asked: _Channels) -> tuple[Hit, ...]:
        covered = coverage(asked.terms, self.store.bm25)[numbers]
        named = entity_coverage(asked.names, numbers, self.store.bm25)
        passages = asked.cosines["passages"]
        floor = min(passages.values(), default=-1.0)
        of_papers = self.store.paper_vectors(numbers.tolist())
        found = []
        for n, of_sentences in enumerate(self.store.sentence_vectors(numbers.tolist())):
            number = int(numbers[n])
            cosines, central = (of_sentences @ asked.vector).tolist(), (of_sentences @ of_papers[n]).tolist()
            scored = map(ScoredSentence, self.store.spans(number), cosines, central)
            sentences = tuple(sorted(scored, key=lambda sentence: -sentence.cosine))
            # A passage alone misses a fact told in passing, a sentence alone is fooled by a shared turn of phrase.
            nearness = (passages.get(number, floor) + sentences[0].cosine) / 2
            signal = relevance_signal(nearness, float(covered[n]), float(named[n]))
            found.append(Hit(self.store.paper(number), float(scores[n]), signal, self._curve(signal), sentences))
        return tuple(found)

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
            for hit in self.search([query_bundle.query_str], self._top).papers
        ]


def _candidates(channels: Sequence[_Channels], allowed: np.ndarray) -> np.ndarray:
    """The numbers of all papers that any channel brought, in ascending order."""
    import numpy as np

    found = {number for channel in channels for of_kind in channel.cosines.values() for number in of_kind}
    for channel in channels:
        best = _best(channel.words, WORD_DEPTH, allowed)
        found.update(best[channel.words[best] > 0].tolist())
    return np.array(sorted(found), dtype=np.int64)


def _best(scores: np.ndarray, count: int, allowed: np.ndarray) -> np.ndarray:
    """The places of the `count` highest scores, best first, and of the `count` highest of those `allowed`."""
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    ranks = np.arange(len(order))
    return order[(ranks < count) | (allowed[order] & (np.cumsum(allowed[order]) <= count))]
