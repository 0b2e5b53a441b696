"""A paper that stands out is relevant in a collection of any size, and the best number of papers is shown."""

from __future__ import annotations

import pytest

from rag.language.sentences import Span
from rag.paper import Paper
from rag.retrieval.hits import Hit, Hits, ScoredSentence
from rag.retrieval.relevance import WEAK_COSINE, best_count, is_weak, relevances


def test_a_higher_score_is_more_relevant_and_the_gap_counts() -> None:
    found = relevances([30.0, 20.0, 10.0, -5.0], 400)
    assert found == sorted(found, reverse=True)
    assert all(0 < relevance < 1 for relevance in found)
    assert found[0] > 0.7 > 0.1 > found[-1]
    assert relevances([60.0, 20.0], 400)[1] < found[1]


def test_the_same_score_stands_out_more_among_fewer_papers() -> None:
    among = [relevances([12.0], candidates)[0] for candidates in (2, 25, 100, 1_000, 100_000)]
    assert among == sorted(among, reverse=True)
    assert among[0] > 0.9 > 0.2 > among[-1]


@pytest.mark.parametrize(
    ("probabilities", "beta", "count"),
    [
        ([], 0.5, 0),
        ([0.9], 0.5, 1),
        ([0.9, 0.9, 0.1, 0.1], 0.5, 2),
        ([0.9, 0.9, 0.1, 0.1], 4.0, 4),
        ([0.5] * 4, 0.5, 4),
    ],
)
def test_the_number_of_papers_has_the_highest_expected_f(probabilities: list[float], beta: float, count: int) -> None:
    assert best_count(probabilities, beta) == count


def test_more_weight_on_recall_shows_more_papers() -> None:
    falling = [0.9 * 0.8**n for n in range(40)]
    counts = [best_count(falling, beta) for beta in (0.3, 0.5, 1.0, 1.5)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def found(*cosines: float) -> Hits:
    """Hits whose nearest sentences have these cosines, each with another that is further."""
    papers = (
        Hit(n, Paper(f"P{n}", "Owls hoot."), 1.0, 0.5, 0.5, 0.5, (_sentence(cosine), _sentence(cosine - 0.3)))
        for n, cosine in enumerate(cosines)
    )
    return Hits(tuple(papers), 0.5, ())


def _sentence(cosine: float) -> ScoredSentence:
    return ScoredSentence(Span(0, 10), cosine, 0.5)


NEAR, FAR = WEAK_COSINE + 0.1, WEAK_COSINE - 0.1


@pytest.mark.parametrize(
    ("cosines", "weak"),
    [
        ((FAR, FAR, FAR), True),
        ((NEAR, NEAR, NEAR, FAR, FAR), False),
        ((FAR, FAR, FAR, NEAR, NEAR), True),
        ((NEAR, NEAR - 0.05, FAR), False),
        ((NEAR, FAR, FAR), True),
        ((NEAR,), False),
        ((FAR,), True),
        ((), False),
    ],
)
def test_a_search_is_weak_if_its_best_papers_have_no_sentence_like_the_question(
    cosines: tuple[float, ...], weak: bool
) -> None:
    assert is_weak(found(*cosines)) is weak
