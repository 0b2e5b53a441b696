"""Candidates of the channels, and their scores added up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from rag.index.maxsim import MaxSimIndex
from rag.index.vector_arrays import Cosines
from rag.paper import Paper
from rag.retrieval.channels import Channels, candidates, fuse, search_channels, top_positions
from rag.retrieval.retriever import HybridRetriever
from tests.index.building import Recording
from tests.retrieval.conftest import searchable

ALL = np.ones(7, dtype=bool)  # papers 1 to 6, and 0, which is none


class Late(MaxSimIndex):
    """Late interaction that scores papers by `step` times their number, and records which it `scored`."""

    def __init__(self, step: float = 0.0) -> None:
        super().__init__(np.zeros((1, 1)), np.zeros((7, 2)), np.zeros((1, 1)))
        self.step = step
        self.scored: list[int] = []

    def scores(self, query: np.ndarray, weights: Sequence[float], numbers: np.ndarray) -> np.ndarray:
        self.scored += numbers.tolist()
        return self.step * numbers


def channels(bm25: dict[int, float], nearest: set[int]) -> Channels:
    """What BM25 says of papers 1 to 6, by number, and which of them have the nearest vectors."""
    scores = np.array([bm25.get(number, 0.0) for number in range(7)])
    return Channels(np.ones(1), np.zeros((0, 1)), [], [], frozenset(), nearest, scores)


def cosines(passages: Sequence[float] = (), sentences: Sequence[float] = ()) -> Cosines:
    """Cosines of papers, at least one of which is given; the others are all the same."""
    same = [0.5] * max(len(passages), len(sentences))
    return Cosines(*(np.array(values or same) for values in (passages, sentences, sentences)))


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [([True] * 5, [3, 1]), ([True, False, True, False, True], [3, 1, 4, 0]), ([False] * 5, [3, 1])],
)
def test_the_best_positions_are_those_of_all_and_of_the_allowed(allowed: list[bool], expected: list[int]) -> None:
    scores = np.array([1.0, 4.0, 0.0, 5.0, 3.0])
    assert top_positions(scores, 2, np.array(allowed)).tolist() == expected


@pytest.mark.parametrize("share", [1.0, 0.5, 0.01, 0.0])
@pytest.mark.parametrize("count", [1, 10, 1_000])
def test_the_best_of_many_positions_come_first(share: float, count: int) -> None:
    random = np.random.default_rng(0)
    scores, allowed = random.normal(size=300), random.random(300) < share
    by_score = sorted(range(300), key=lambda position: -scores[position])
    expected = set(by_score[:count]) | set([position for position in by_score if allowed[position]][:count])
    assert top_positions(scores, count, allowed).tolist() == [one for one in by_score if one in expected]


def test_a_candidate_is_any_paper_that_a_channel_retrieved() -> None:
    first, second = channels({5: 1.0}, {3}), channels({}, {1, 3})
    assert candidates([first, second], ALL).tolist() == [1, 3, 5]
    assert candidates([channels({}, set())], ALL).tolist() == []


def test_the_best_allowed_papers_by_bm25_are_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.retrieval.channels.BM25_DEPTH", 1)
    allowed = np.isin(np.arange(7), [2, 3])
    assert candidates([channels({1: 9.0, 2: 2.0, 3: 1.0}, set())], allowed).tolist() == [1, 2]


def test_a_paper_that_is_good_in_two_channels_comes_before_one_that_is_good_in_one() -> None:
    found = channels({1: 3.0, 2: 3.0, 3: 0.5}, set())
    scores = fuse(found, cosines([0.9, 0.1, 0.9]), np.array([1, 2, 3]), ALL[:3], Late())
    assert np.argmax(scores) == 0


@pytest.mark.parametrize("granularity", ["passages", "sentences"])
def test_each_cosine_is_a_channel(granularity: str) -> None:
    found = cosines(**{granularity: [0.2, 0.1, 0.9]})
    scores = fuse(channels({}, set()), found, np.array([4, 2, 6]), ALL[:3], Late())
    assert np.argsort(scores).tolist() == [1, 0, 2]


def test_late_interaction_scores_only_the_best_by_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.retrieval.channels.MAXSIM_DEPTH", 2)
    late, numbers = Late(step=1.0), np.array([1, 2, 3, 4])
    scores = fuse(channels({}, set()), cosines([0.9, 0.8, 0.2, 0.1]), numbers, numbers < 4, late)
    assert sorted(late.scored) == [1, 2]
    assert np.argsort(-scores).tolist() == [1, 0, 2, 3]


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridRetriever]:
    papers = [Paper("Owls", "Owls hunt voles."), Paper("Coral", "Coral bleaches."), Paper("Jars", "Octopuses open.")]
    with searchable(tmp_path_factory.mktemp("channels"), papers) as retriever:
        yield retriever


def test_rewrites_and_unknown_words_are_encoded_once(retriever: HybridRetriever) -> None:
    model = Recording()
    rewrites = ["do owls hunt mice?", "which owls hunt mice at dusk?"]
    first, second = search_channels(rewrites, retriever.store, model, None)
    assert model.texts == [*rewrites, "mice", "dusk"]
    assert [term.word for term in first.terms] == ["owls", "hunt", "mice"]
    assert [term.word for term in second.terms] == ["owls", "hunt", "mice", "dusk"]
    assert np.argmax(first.bm25) == np.argmax(second.bm25) == 1
    assert first.vector @ second.vector < 0.999
    assert len(first.word_idfs) == len(first.word_embeddings) == 3


def test_the_nearest_of_the_allowed_papers_are_reached_too(
    retriever: HybridRetriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.retrieval.channels.VECTOR_DEPTH", 1)
    for among, nearest in ((None, {1}), ({2, 3}, {1, 2}), (set(), {1})):
        (found,) = search_channels(["owls and reefs"], retriever.store, retriever.embedding, among)
        assert found.nearest == nearest
