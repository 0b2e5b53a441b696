"""A real index, split: what a router merges is what the whole index finds, if the shards know how rare a word is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rag.index import bm25
from rag.index.bm25 import BM25Index
from rag.language.tokens import content_terms, stem
from rag.paper import Paper
from rag.progress import silent
from rag.retrieval.expansion import Term, bm25_scores
from rag.settings import shipped
from rag.sources.gather import gather
from tests.bench.papers import questions
from tests.scale import shards

if TYPE_CHECKING:
    from rag.models.encoding import Embedding

TOP = 10
Deal = Callable[[Sequence[Paper], int], np.ndarray]


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    """The 489 papers that are shipped."""
    return gather([shipped("papers")], silent).papers


@pytest.fixture(scope="module")
def index(papers: list[Paper], tmp_path_factory: pytest.TempPathFactory) -> BM25Index:
    """Their word index, written and read as a build and a chat do."""
    folder = tmp_path_factory.mktemp("words")
    frequencies = [bm25.term_frequencies(paper.title, paper.abstract) for paper in papers]
    counts = sum(frequencies, Counter[str]())
    bm25.write(folder, frequencies, {term: term for term, _ in counts.most_common()})
    return bm25.load(folder)


@pytest.fixture(scope="module")
def asked(papers: list[Paper], index: BM25Index) -> list[list[Term]]:
    """Questions, each of whose terms is also matched by the one after it, as by a synonym."""
    found = []
    for text in questions(papers):
        words = content_terms(text)
        pairs = zip(words, [*words[1:], words[0]], strict=True)
        found.append([Term(word, index.idf(stem(word)), {stem(other): 0.5, stem(word): 1.0}) for word, other in pairs])
    return found


def at_random(papers: Sequence[Paper], count: int) -> np.ndarray:
    """The shard of each paper by number."""
    return np.random.default_rng(7).integers(0, count, len(papers) + 1)


def by_topic(papers: Sequence[Paper], count: int) -> np.ndarray:
    """As `at_random`, with papers of one file, which are about one topic, in as few shards as possible."""
    return np.arange(-1, len(papers)) * count // len(papers)


@pytest.mark.parametrize("count", [2, 5, 16])
@pytest.mark.parametrize("dealt", [at_random, by_topic])
def test_shards_with_global_statistics_rank_as_the_whole_index_does(
    papers: list[Paper], index: BM25Index, asked: list[list[Term]], dealt: Deal, count: int
) -> None:
    split = shards.with_global_statistics(index, dealt(papers, count))
    assert sum(shard.index.paper_count for shard in split) == index.paper_count
    for terms in asked:
        scores = bm25_scores(terms, index)
        right = np.lexsort((np.arange(len(scores)), -scores))[:100]
        assert shards.merged(split, terms, 100) == right[scores[right] > 0].tolist()
        for shard in split:  # to the last bit
            assert np.array_equal(bm25_scores(terms, shard.index)[1:], scores[shard.numbers[1:]])


def test_shards_with_their_own_statistics_lose_some_and_more_if_papers_are_dealt_by_topic(
    papers: list[Paper], index: BM25Index, asked: list[list[Term]], tmp_path: Path
) -> None:
    whole = shards.whole(index)

    def share(dealt: Deal) -> float:
        split = shards.with_local_statistics(index, dealt(papers, 16), tmp_path / dealt.__name__)
        pairs = [({*shards.merged(split, terms, TOP)}, {*shards.merged([whole], terms, TOP)}) for terms in asked]
        return sum(len(found & right) for found, right in pairs) / sum(len(right) for _, right in pairs)

    assert 0.3 < share(by_topic) < share(at_random) < 0.95


def test_one_shard_with_its_own_statistics_is_the_whole_index(index: BM25Index, tmp_path: Path) -> None:
    (only,) = shards.with_local_statistics(index, np.zeros(index.paper_count + 1, np.int64), tmp_path)
    assert only.index.terms == index.terms
    assert np.array_equal(only.index.weights, index.weights)
    assert np.array_equal(only.index.papers, index.papers)


@pytest.fixture(scope="module")
def vectors(papers: list[Paper], model: Embedding) -> np.ndarray:
    """Those of some titles."""
    return np.array(model.encode([paper.title for paper in papers[:200]]), dtype=np.float32)


def test_the_nearest_of_all_shards_are_the_nearest(vectors: np.ndarray) -> None:
    rows, exact = np.arange(len(vectors)), vectors.astype(np.float64)  # in which rounding decides nothing
    split = [shards.exact(exact, rows[rows % 7 == shard]) for shard in range(7)]
    for vector in exact[::5]:
        right = np.argsort(-(exact @ vector), kind="stable")[:30]
        assert np.array_equal(shards.nearest(split, exact, vector, 30), right)


def test_graphs_of_shards_find_as_much_as_one_graph(vectors: np.ndarray, tmp_path: Path) -> None:
    rows, asked = np.arange(len(vectors)), vectors[::5]
    right = [shards.exact(vectors, rows)(vector, 30) for vector in asked]

    def recall(count: int) -> float:
        with ExitStack() as stack:
            searches = []
            for shard in range(count):
                part = rows[rows % count == shard]
                search, database = shards.graph(vectors, part, len(part), tmp_path / f"{shard} of {count}")
                stack.enter_context(closing(database))
                searches.append(search)
            return shards.recall([shards.nearest(searches, vectors, vector, 30) for vector in asked], right)

    assert recall(3) >= recall(1) > 0.98
