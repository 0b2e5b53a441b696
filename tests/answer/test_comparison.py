"""The papers that the two sides of a comparison name, found in a real index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.answer.comparison import search_compared
from rag.index import store
from rag.models import embedding
from rag.query.understanding import History, understand
from rag.retrieval.hits import Hits
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import index_of

SURE = 0.5
UNSAID = History()  # nothing was said before


@pytest.fixture(scope="module")
def retriever(index_dir: Path) -> HybridRetriever:
    return HybridRetriever(store.open_current(index_dir), embedding.load("bundled"))


def compare(
    question: str, retriever: HybridRetriever, least: float = SURE, past: History = UNSAID
) -> tuple[Hits, list[str]]:
    return search_compared(understand(question, retriever.store, past), retriever, least)


def titles(hits: Hits) -> list[str]:
    return [hit.paper.title.partition(":")[0] for hit in hits.papers]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How does SwiftDepth differ from TinySpeech?", ["SwiftDepth", "TinySpeech"]),
        ("How does TinySpeech differ from SwiftDepth?", ["TinySpeech", "SwiftDepth"]),
        ("Compare Gossip Training with Coral Counting with Drones", ["Gossip Training", "Coral Counting with Drones"]),
        (
            "What is the difference between depth at night and weighing galaxies?",
            ["Night Depth", "Learning to Weigh Galaxies from Images"],
        ),
    ],
)
def test_each_side_has_its_paper_in_the_order_of_the_question(
    retriever: HybridRetriever, question: str, expected: list[str]
) -> None:
    hits, missing = compare(question, retriever)
    assert (titles(hits), missing) == (expected, [])
    assert SURE <= hits.probability <= 1
    assert hits.terms


def test_both_sides_have_all_their_sentences(retriever: HybridRetriever) -> None:
    hits, _ = compare("How do SwiftDepth and TinySpeech differ?", retriever)
    assert [len(hit.sentences) for hit in hits.papers] == [4, 3]


def test_where_one_paper_is_the_best_for_both_sides_the_second_has_the_next(retriever: HybridRetriever) -> None:
    first, missing = compare("SwiftDepth versus diffusion for monocular depth in a single step", retriever, 0.0)
    assert missing == []
    assert titles(first)[0] == "SwiftDepth"
    assert len(set(titles(first))) == 2


def test_a_paper_goes_to_the_side_that_names_it_whichever_comes_first(retriever: HybridRetriever) -> None:
    hits, missing = compare("Compare diffusion for monocular depth, SwiftDepth and TinySpeech", retriever, 0.0)
    assert missing == []
    assert titles(hits)[1:] == ["SwiftDepth", "TinySpeech"]
    assert titles(hits)[0] not in titles(hits)[1:]


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("How does SwiftDepth differ from sourdough bread?", "sourdough bread"),
        ("How does sourdough bread differ from SwiftDepth?", "sourdough bread"),
    ],
)
def test_a_side_that_no_paper_is_about_is_told(retriever: HybridRetriever, question: str, missing: str) -> None:
    hits, told = compare(question, retriever)
    assert titles(hits) == ["SwiftDepth"]
    assert told == [missing]


def test_where_no_side_has_a_paper_none_is_found(retriever: HybridRetriever) -> None:
    hits, missing = compare("How does sourdough bread differ from parking fines?", retriever)
    assert hits == Hits((), 0.0, ())
    assert missing == ["sourdough bread", "parking fines"]


def test_a_filter_keeps_to_its_papers(retriever: HybridRetriever) -> None:
    hits, missing = compare("How does SwiftDepth differ from TinySpeech? year:2024", retriever)
    assert titles(hits) == ["SwiftDepth"]
    assert missing == ["TinySpeech"]


def test_a_side_may_point_at_a_paper_that_was_cited(retriever: HybridRetriever) -> None:
    cited = tuple(title for title in retriever.store.titles() if title.startswith(("SwiftDepth", "TinySpeech")))
    past = History(("Which networks are small?",), cited, dict(enumerate(cited, 1)))
    hits, missing = compare("How does the first one differ from the second one?", retriever, past=past)
    assert (set(titles(hits)), missing) == ({"SwiftDepth", "TinySpeech"}, [])
    assert titles(hits) == [title.partition(":")[0] for title in cited]


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[HybridRetriever]:
    """A retriever over a single paper."""
    paper = {"title": "OwlNet: Hearing in the Dark", "abstract": "OwlNet finds voles by ear. It needs no light."}
    with closing(store.open_current(index_of(tmp_path, [paper]))) as opened:
        yield HybridRetriever(opened, embedding.load("bundled"))


def test_a_collection_of_one_paper_lacks_a_side(alone: HybridRetriever) -> None:
    hits, missing = compare("How does OwlNet differ from finding voles by ear?", alone, 0.0)
    assert titles(hits) == ["OwlNet"]
    assert missing == ["finding voles by ear"]
