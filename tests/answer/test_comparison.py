"""The papers that the sides of a comparison name, found in a real index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answer.comparison import search_compared
from rag.index.opening import open_current
from rag.models import embedding
from rag.paper import Paper
from rag.query.history import History
from rag.query.understanding import Query, understand
from rag.retrieval.hits import Hits
from rag.retrieval.retriever import HybridRetriever
from tests.retrieval.conftest import searchable

EMPTY = History()


@pytest.fixture(scope="module")
def retriever(index_dir: Path) -> HybridRetriever:
    return HybridRetriever(open_current(index_dir), embedding.load("bundled"))


def compare(
    question: str, retriever: HybridRetriever, min_probability: float = 0.5, past: History = EMPTY
) -> tuple[Hits, list[str]]:
    compared = search_compared(understand(question, retriever.store, past), retriever, min_probability)
    return compared.hits, list(compared.missing)


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
    assert 0.5 <= hits.probability <= 1
    assert hits.terms


def test_both_papers_have_all_their_sentences(retriever: HybridRetriever) -> None:
    hits, _ = compare("How do SwiftDepth and TinySpeech differ?", retriever)
    assert [len(hit.sentences) for hit in hits.papers] == [4, 3]


def test_the_second_side_gets_the_next_paper_if_the_best_is_taken(retriever: HybridRetriever) -> None:
    hits, missing = compare("SwiftDepth versus diffusion for monocular depth in a single step", retriever, 0.0)
    assert missing == []
    assert titles(hits)[0] == "SwiftDepth"
    assert len(set(titles(hits))) == 2


def test_a_paper_goes_to_the_side_that_names_it_whichever_comes_first(retriever: HybridRetriever) -> None:
    hits, missing = compare("Compare diffusion for monocular depth, SwiftDepth and TinySpeech", retriever, 0.0)
    assert missing == []
    assert titles(hits)[1:] == ["SwiftDepth", "TinySpeech"]
    assert titles(hits)[0] not in titles(hits)[1:]


@pytest.mark.parametrize(
    "question", ["How does SwiftDepth differ from sourdough bread?", "How does sourdough bread differ from SwiftDepth?"]
)
def test_a_side_that_no_paper_is_about_is_missing(retriever: HybridRetriever, question: str) -> None:
    hits, missing = compare(question, retriever)
    assert titles(hits) == ["SwiftDepth"]
    assert missing == ["sourdough bread"]


def test_all_sides_may_be_missing(retriever: HybridRetriever) -> None:
    hits, missing = compare("How does sourdough bread differ from parking fines?", retriever)
    assert hits == Hits((), 0.0, ())
    assert missing == ["sourdough bread", "parking fines"]


def test_only_papers_that_pass_the_filter_are_compared(retriever: HybridRetriever) -> None:
    hits, missing = compare("How does SwiftDepth differ from TinySpeech? year:2024", retriever)
    assert titles(hits) == ["SwiftDepth"]
    assert missing == ["TinySpeech"]


def test_a_side_may_refer_to_a_cited_paper(retriever: HybridRetriever) -> None:
    papers = map(retriever.store.paper, range(1, retriever.store.paper_count + 1))
    cited = tuple(paper for paper in papers if paper.title.startswith(("SwiftDepth", "TinySpeech")))
    past = History(("Which networks are small?",), cited, dict(enumerate(cited, 1)))
    hits, missing = compare("How does the first one differ from the second one?", retriever, past=past)
    assert (set(titles(hits)), missing) == ({"SwiftDepth", "TinySpeech"}, [])
    assert [hit.paper for hit in hits.papers] == list(cited)


def test_a_collection_of_one_paper_lacks_a_side(tmp_path: Path) -> None:
    owls = Paper("OwlNet: Hearing in the Dark", "OwlNet finds voles by ear. It needs no light.")
    with searchable(tmp_path, [owls]) as retriever:
        hits, missing = compare("How does OwlNet differ from finding voles by ear?", retriever, 0.0)
        assert titles(hits) == ["OwlNet"]
        assert missing == ["finding voles by ear"]


MOTHS = Paper("Hearing: A Survey", "Moths hear bats with simple ears. They drop to the ground.")
VOLES = Paper("Hearing: A Survey", "Owls hear voles under snow. They hunt at night.")


@pytest.fixture(scope="module")
def surveys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridRetriever]:
    """A retriever over two different papers of the same title, and another."""
    other = Paper("Glaciers", "Glaciers melt. Rivers rise.")
    with searchable(tmp_path_factory.mktemp("surveys"), [MOTHS, other, VOLES]) as retriever:
        yield retriever


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        (("moths hear bats", "owls hear voles"), [MOTHS, VOLES]),
        (("owls hear voles", "moths hear bats"), [VOLES, MOTHS]),
    ],
)
def test_two_papers_of_the_same_title_are_compared(
    surveys: HybridRetriever, sides: tuple[str, ...], expected: list[Paper]
) -> None:
    query = Query(" vs. ".join(sides), (" ".join(sides),), (), None, 3, "comparison", sides)
    compared = search_compared(query, surveys, 0.0)
    assert ([hit.paper for hit in compared.hits.papers], compared.missing) == (expected, ())
    assert [surveys.store.paper(hit.number) for hit in compared.hits.papers] == expected


def test_sides_of_the_same_title_get_one_paper_each(surveys: HybridRetriever) -> None:
    query = Query("How do they differ?", ("hearing",), (), None, 3, "comparison", ("Hearing: A Survey",) * 2)
    compared = search_compared(query, surveys, 0.0)
    assert compared.missing == ()
    assert {hit.paper for hit in compared.hits.papers} == {MOTHS, VOLES}


OWLNET = Paper("OwlNet: Ears", "We propose OwlNet, which hears voles. It hears better than BatNet at night.")
BATNET = Paper("BatNet: Echoes", "We propose BatNet, which hunts moths by their echoes. It needs no light.")
FOXNET = Paper("FoxNet: Noses", "We propose FoxNet, which smells voles. It needs snow.")
REVIEW = Paper("Hunting in the Dark", "BatNet catches more moths than OwlNet. Both tire.")


@pytest.fixture(scope="module")
def hunters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridRetriever]:
    with searchable(tmp_path_factory.mktemp("hunters"), [OWLNET, BATNET, FOXNET, REVIEW]) as retriever:
        yield retriever


def test_a_paper_that_compares_the_sides_is_added(hunters: HybridRetriever) -> None:
    compared = search_compared(understand("OwlNet vs BatNet", hunters.store), hunters, 0.0)
    assert [hit.paper for hit in compared.hits.papers] == [OWLNET, BATNET, REVIEW]
    assert (compared.names, compared.together) == (("OwlNet", "BatNet"), 2)


def test_sides_that_no_abstract_has_both_of_are_not_compared(hunters: HybridRetriever) -> None:
    compared = search_compared(understand("OwlNet or FoxNet: which is better?", hunters.store), hunters, 0.0)
    assert (compared.names, compared.together) == (("OwlNet", "FoxNet"), 0)
    assert [hit.paper for hit in compared.hits.papers] == [OWLNET, FOXNET]
