"""Question → ranked papers, each with its best sentences, as a LlamaIndex retriever.

First every paper gets five scores, which are put on one scale and added: the cosine of the question to title and
abstract, to the paper's nearest passage and to its nearest sentence, BM25 of the question's terms and of words like
them, and for the best by these how near the question's words in context come to the paper's. Then what the best papers
have in common corrects the order of the best few hundred. Last, where the settings name one, a cross-encoder reads the
best of these.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag import calibration, question, ranking, rerank
from rag import terms as terms_
from rag.calibration import Curve
from rag.check import Checker
from rag.contexts import in_context
from rag.index.store import Store
from rag.index.vectors import Kind
from rag.papers import Paper
from rag.sentences import Sentence
from rag.terms import Term

if TYPE_CHECKING:
    import numpy as np

    from rag.embed import Embedding
    from rag.rerank import Reranker

# Vectors asked of each collection: enough for a few hundred candidate papers at about 4 passages and 8 sentences each.
DEPTH: dict[Kind, int] = {"papers": 500, "passages": 2000, "sentences": 4000}
WORD_DEPTH = 500  # papers asked of the word index
READ = 200  # papers, the best, whose words are compared one by one
SECOND_STAGE = 100  # papers, the best, whose scores are drawn towards those of papers alike
LIKELIEST = 20  # papers among which the likeliest to answer is sought: the first by score need not be it


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
    sentences: tuple[Sentence, ...]

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
    cosines: dict[Kind, dict[int, float]]
    words: np.ndarray


class HybridRetriever(BaseRetriever):
    """Finds papers in an open index; drops into any LlamaIndex pipeline."""

    def __init__(self, store: Store, embedding: Embedding, top: int = 20, reranker: Reranker | None = None) -> None:
        self.store = store
        self._embedding = embedding
        self._reranker = reranker
        self._top = top
        self._curve = Curve(**store.manifest["calibration"])
        super().__init__()

    @cached_property
    def checker(self) -> Checker:
        """Checks written sentences by this embedding, as alike as those of this collection are to one another."""
        return Checker(self._embedding.encode, calibration.alike(self.store))

    def search(self, phrasings: Sequence[str], top: int, among: Collection[int] | None = None) -> Hits:
        """The `top` papers for a question in all its `phrasings`, fewer where the index holds fewer.

        Where `among` is given, only papers with these numbers, scored as they are among all. The first phrasing is the
        one by which sentences are ranked and probability is judged.
        """
        import numpy as np

        channels = [self._ask(phrasing, among) for phrasing in phrasings]
        everyone = np.arange(self.store.papers + 1)
        allowed = everyone >= 0 if among is None else np.isin(everyone, list(among))
        numbers = _candidates(channels, allowed)
        scores = np.mean([self._fuse(channel, numbers, allowed) for channel in channels], axis=0)
        numbers, scores = self._second_stage(numbers, scores, allowed)
        numbers, scores = numbers[allowed[numbers]], scores[allowed[numbers]]
        if not len(numbers):
            return Hits((), 0.0, tuple(channels[0].terms))
        if self._reranker:
            numbers, scores = self._rerank(self._reranker, phrasings[0], numbers, scores)
        found = self._hits(numbers[: max(top, LIKELIEST)], scores, channels[0])
        return Hits(found[:top], max(hit.probability for hit in found), tuple(channels[0].terms))

    def _ask(self, phrasing: str, among: Collection[int] | None) -> _Channels:
        words = question.terms(phrasing)
        (vector,) = self._embedding.encode_queries([phrasing])
        # Apart from the question: texts of a batch are filled up to the longest of them.
        terms = terms_.understand(words, self._embedding.encode_queries(words), self.store)
        scores = terms_.scores(terms, self.store.words)
        cosines = {kind: self._nearest(kind, vector, among) for kind in DEPTH}
        spoken, contexts = in_context(phrasing, *self._embedding.read([phrasing]))
        weights = [self.store.words.weight_of(word) for word in spoken]
        return _Channels(vector, contexts, weights, terms, question.names(phrasing), cosines, scores)

    def _nearest(self, kind: Kind, vector: list[float], among: Collection[int] | None) -> dict[int, float]:
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

        total = ranking.standard(asked.words[numbers])
        for cosines in asked.cosines.values():
            floor = min(cosines.values(), default=0.0)
            total = total + ranking.standard(np.array([cosines.get(number, floor) for number in numbers.tolist()]))
        best = _best(total, READ, allowed[numbers])
        read = ranking.standard(self.store.contexts.scores(asked.contexts, asked.weights, numbers[best]))
        near = np.full(len(numbers), read.min())
        near[best] = read
        fused: np.ndarray = total + near
        return fused

    def _second_stage(
        self, numbers: np.ndarray, scores: np.ndarray, allowed: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Candidates and scores, best first: words that the best share are added, then like papers pull each other."""
        import numpy as np

        telling = np.argsort(-scores, kind="stable")[: ranking.FEEDBACK_PAPERS]
        words = self.store.words.by_paper
        model = ranking.relevance_model(words[numbers[telling]], scores[telling])
        scores = scores + ranking.standard(words[numbers] @ model)
        best = _best(scores, SECOND_STAGE, allowed[numbers])
        vectors = self.store.paper_vectors(numbers[best].tolist())
        pulled = scores * (1 + ranking.PULL)  # the rest as if drawn by papers of the same score
        pulled[best] = ranking.regularize(scores[best], vectors)
        order = np.argsort(-pulled, kind="stable")
        return numbers[order], pulled[order]

    def _rerank(
        self, reranker: Reranker, phrasing: str, numbers: np.ndarray, scores: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Papers and scores, both best first, after the best have been read by `reranker`."""
        import numpy as np

        read = reranker.read(phrasing, [self.store.paper(number) for number in numbers[: rerank.RERANKED].tolist()])
        scores = rerank.blend(scores, read)
        order = np.argsort(-scores, kind="stable")
        return numbers[order], scores[order]

    def _hits(self, numbers: np.ndarray, scores: np.ndarray, asked: _Channels) -> tuple[Hit, ...]:
        covered = terms_.coverage(asked.terms, self.store.words)[numbers]
        named = terms_.named(asked.names, numbers, self.store.words)
        passages = asked.cosines["passages"]
        floor = min(passages.values(), default=-1.0)
        of_papers = self.store.paper_vectors(numbers.tolist())
        found = []
        for n, of_sentences in enumerate(self.store.sentence_vectors(numbers.tolist())):
            number = int(numbers[n])
            cosines, central = (of_sentences @ asked.vector).tolist(), (of_sentences @ of_papers[n]).tolist()
            scored = map(Sentence, self.store.spans(number), cosines, central)
            sentences = tuple(sorted(scored, key=lambda sentence: -sentence.cosine))
            # A passage alone misses a fact told in passing, a sentence alone is fooled by a shared turn of phrase.
            nearness = (passages.get(number, floor) + sentences[0].cosine) / 2
            signal = calibration.signal(nearness, float(covered[n]), float(named[n]))
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
