"""The retrieval channels: what each says of every paper for one rewrite, and the sum of their z-scores."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.index.maxsim import content_word_embeddings
from rag.index.store import Store
from rag.language.tokens import content_terms
from rag.query.entities import entities
from rag.retrieval.expansion import Term, bm25_scores, expand, unknown_words
from rag.retrieval.fusion import zscore

if TYPE_CHECKING:
    import numpy as np

    from rag.index.maxsim import MaxSimIndex
    from rag.index.vector_arrays import Cosines
    from rag.models.encoding import Embedding, EncodedText

# Candidates beyond these changed nDCG@10 by less than 0.005 on the three judged sets of questions that were tried.
VECTOR_DEPTH = 100  # nearest passages whose papers become candidates
BM25_DEPTH = 1_000  # papers that become candidates by BM25
MAXSIM_DEPTH = 70  # candidates, the best by the other channels, that late interaction scores


@dataclass(frozen=True, slots=True)
class Channels:
    """What the channels say for one rewrite, whatever the candidates.

    `vector` embeds the whole rewrite: float32 of (dimensions,). `word_embeddings` holds its content words in context,
    of shape (words, dimensions), and `word_idfs` their idf. `nearest` are the papers with the nearest passages, and
    `bm25` holds the BM25 score of every paper, indexed by number.
    """

    vector: np.ndarray
    word_embeddings: np.ndarray
    word_idfs: list[float]
    terms: list[Term]
    entities: frozenset[str]
    nearest: set[int]
    bm25: np.ndarray


def search_channels(
    rewrites: Sequence[str], store: Store, embedding: Embedding, among: Collection[int] | None
) -> Iterator[Channels]:
    """The channels of each of `rewrites`; where `among` is given, they also reach the nearest of those papers.

    The rewrites and those of their words that the collection does not have are encoded in one batch. The searches
    follow one by one, so that those of many questions need no more memory than that of one.
    """
    of_rewrites = [content_terms(rewrite) for rewrite in rewrites]
    words = list(dict.fromkeys(word for of_rewrite in of_rewrites for word in of_rewrite))
    unknown = unknown_words(words, store)
    encoded = embedding.encode_queries([*rewrites, *unknown])
    vectors = {word: each.vector for word, each in zip(unknown, encoded[len(rewrites) :], strict=True)}
    terms = expand(words, vectors, store)
    for rewrite, of_rewrite, tokens in zip(rewrites, of_rewrites, encoded, strict=False):
        yield _channels(rewrite, tokens, [terms[word] for word in of_rewrite], store, among)


def _channels(
    rewrite: str, encoded: EncodedText, terms: list[Term], store: Store, among: Collection[int] | None
) -> Channels:
    words, word_embeddings = content_word_embeddings(rewrite, encoded)
    return Channels(
        encoded.vector,
        word_embeddings,
        [store.bm25.max_idf(word) for word in words],
        terms,
        entities(rewrite),
        _nearest(encoded.vector, store, among),
        bm25_scores(terms, store.bm25),
    )


def _nearest(vector: np.ndarray, store: Store, among: Collection[int] | None) -> set[int]:
    """The nearest papers, and the nearest papers in `among`.

    A score means something only in comparison with the whole collection: of three papers, all or none may be relevant.
    """
    nearest = store.nearest(vector, VECTOR_DEPTH)
    return nearest if among is None else nearest | store.nearest(vector, VECTOR_DEPTH, among)


def candidates(channels: Sequence[Channels], allowed: np.ndarray) -> np.ndarray:
    """The numbers of all papers that any channel retrieved, in ascending order: int64 of (candidates).

    `allowed` is true for the numbers of the papers that pass the filters; the best of them are always included.
    """
    import numpy as np

    found = np.zeros(len(allowed), dtype=bool)
    for channel in channels:
        found[list(channel.nearest)] = True
        matching = np.flatnonzero(channel.bm25)
        found[matching[top_positions(channel.bm25[matching], BM25_DEPTH, allowed[matching])]] = True
    return np.flatnonzero(found)


def fuse(
    channels: Channels, cosines: Cosines, numbers: np.ndarray, allowed: np.ndarray, maxsim: MaxSimIndex
) -> np.ndarray:
    """The sum of the z-scores of all channels for the candidates `numbers`, which have these `cosines`.

    `allowed` is by position in `numbers`. Late interaction scores only the best by the other channels; the rest get the
    lowest of those scores.
    """
    import numpy as np

    total = zscore(np.array((channels.bm25[numbers], cosines.passages, cosines.sentences_or_title))).sum(axis=0)
    best = top_positions(total, MAXSIM_DEPTH, allowed)
    best_scores = zscore(maxsim.scores(channels.word_embeddings, channels.word_idfs, numbers[best]))
    late_interaction = np.full(len(numbers), best_scores.min())
    late_interaction[best] = best_scores
    fused: np.ndarray = total + late_interaction
    return fused


def top_positions(scores: np.ndarray, count: int, allowed: np.ndarray) -> np.ndarray:
    """The positions of the `count` highest scores and of the `count` highest `allowed` scores, best first."""
    import numpy as np

    best = _top(scores, count)
    if not allowed.all():
        positions = np.flatnonzero(allowed)
        best = np.union1d(best, positions[_top(scores[positions], count)])
    ordered: np.ndarray = best[np.argsort(-scores[best], kind="stable")]
    return ordered


def _top(scores: np.ndarray, count: int) -> np.ndarray:
    """The positions of the `count` highest scores, in ascending order; sorting all of a large collection is slow."""
    import numpy as np

    if len(scores) <= count:
        return np.arange(len(scores))
    return np.sort(np.argpartition(-scores, count - 1)[:count])
