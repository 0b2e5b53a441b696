"""The retrieval channels: what each says of every paper for one rewrite, and the sum of their z-scores."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.index.maxsim import content_word_embeddings
from rag.index.store import Store
from rag.index.vectors import Granularity
from rag.language.tokens import content_terms
from rag.query.entities import entities
from rag.retrieval.expansion import Term, bm25_scores, expand
from rag.retrieval.fusion import zscore

if TYPE_CHECKING:
    import numpy as np

    from rag.index.maxsim import MaxSimIndex
    from rag.models.embedding import Embedding, EncodedText

# Vectors retrieved by each cosine channel: enough for a few hundred papers at about 4 passages and 8 sentences each.
VECTOR_DEPTH: dict[Granularity, int] = {"papers": 500, "passages": 2000, "sentences": 4000}
BM25_DEPTH = 500  # papers that become candidates by BM25
MAXSIM_DEPTH = 200  # candidates, the best by the other channels, that late interaction scores


@dataclass(frozen=True, slots=True)
class Channels:
    """What the channels say of the papers for one rewrite.

    `vector` embeds the whole rewrite. `word_embeddings` holds its content words in context, of shape (words,
    dimensions), and `word_idfs` their idf. `cosines` maps paper numbers to the cosine of the paper's nearest vector of
    each granularity, and `bm25` holds the BM25 score of every paper, indexed by number.
    """

    vector: list[float]
    word_embeddings: np.ndarray
    word_idfs: list[float]
    terms: list[Term]
    entities: frozenset[str]
    cosines: dict[Granularity, dict[int, float]]
    bm25: np.ndarray


def search_channels(
    rewrites: Sequence[str], store: Store, embedding: Embedding, among: Collection[int] | None
) -> Iterator[Channels]:
    """The channels of each of `rewrites`; where `among` is given, they also reach the nearest of those papers.

    The rewrites are encoded in one batch and their terms in another, because a batch is padded to its longest text.
    The searches follow one by one, so that those of many questions need no more memory than that of one.
    """
    words = list(dict.fromkeys(word for rewrite in rewrites for word in content_terms(rewrite)))
    terms = dict(zip(words, expand(words, embedding.encode_queries(words), store), strict=True))
    vectors = embedding.encode_queries(list(rewrites))
    encoded = embedding.encode_tokens(list(rewrites))
    for rewrite, vector, tokens in zip(rewrites, vectors, encoded, strict=True):
        yield _channels(rewrite, vector, tokens, [terms[word] for word in content_terms(rewrite)], store, among)


def _channels(
    rewrite: str,
    vector: list[float],
    encoded: EncodedText,
    terms: list[Term],
    store: Store,
    among: Collection[int] | None,
) -> Channels:
    bm25 = bm25_scores(terms, store.bm25)
    cosines = {granularity: _cosines(granularity, vector, store, among) for granularity in VECTOR_DEPTH}
    words, word_embeddings = content_word_embeddings(rewrite, encoded)
    word_idfs = [store.bm25.max_idf(word) for word in words]
    return Channels(vector, word_embeddings, word_idfs, terms, entities(rewrite), cosines, bm25)


def _cosines(
    granularity: Granularity, vector: list[float], store: Store, among: Collection[int] | None
) -> dict[int, float]:
    """The cosines of the nearest papers, and of the nearest papers in `among`.

    A score means something only in comparison with the whole collection: of three papers, all or none may be relevant.
    """
    nearest = store.nearest(granularity, vector, VECTOR_DEPTH[granularity])
    return nearest if among is None else nearest | store.nearest(granularity, vector, VECTOR_DEPTH[granularity], among)


def candidates(channels: Sequence[Channels], allowed: np.ndarray) -> np.ndarray:
    """The numbers of all papers that any channel retrieved, in ascending order: int64 of (candidates).

    `allowed` is true for the numbers of the papers that pass the filters; the best of them are always included.
    """
    import numpy as np

    found = {number for channel in channels for cosines in channel.cosines.values() for number in cosines}
    for channel in channels:
        best = top_positions(channel.bm25, BM25_DEPTH, allowed)
        found.update(best[channel.bm25[best] > 0].tolist())
    return np.array(sorted(found), dtype=np.int64)


def fuse(channels: Channels, numbers: np.ndarray, allowed: np.ndarray, maxsim: MaxSimIndex) -> np.ndarray:
    """The sum of the z-scores of all channels for the candidates `numbers`; `allowed` is by position in `numbers`.

    A candidate that a cosine channel did not retrieve gets the lowest cosine that the channel did. Late interaction
    scores only the best by the other channels; the rest get the lowest of those scores.
    """
    import numpy as np

    total = zscore(channels.bm25[numbers])
    for cosines in channels.cosines.values():
        floor = min(cosines.values(), default=0.0)
        total = total + zscore(np.array([cosines.get(number, floor) for number in numbers.tolist()]))
    best = top_positions(total, MAXSIM_DEPTH, allowed)
    best_scores = zscore(maxsim.scores(channels.word_embeddings, channels.word_idfs, numbers[best]))
    late_interaction = np.full(len(numbers), best_scores.min())
    late_interaction[best] = best_scores
    fused: np.ndarray = total + late_interaction
    return fused


def top_positions(scores: np.ndarray, count: int, allowed: np.ndarray) -> np.ndarray:
    """The positions of the `count` highest scores and of the `count` highest `allowed` scores, best first."""
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    ranks = np.arange(len(order))
    return order[(ranks < count) | (allowed[order] & (np.cumsum(allowed[order]) <= count))]
