"""Finding papers in a real index, by meaning and by word."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing
from math import isfinite
from pathlib import Path

import pytest
from llama_index.core.base.base_retriever import BaseRetriever

from rag.index import store
from rag.models import embedding
from rag.paper import Paper
from rag.retrieval.hits import Hits
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import WHICH, index_of


@pytest.fixture(scope="module")
def retriever(index_dir: Path) -> HybridRetriever:
    return HybridRetriever(store.open_current(index_dir), embedding.load("bundled"), top=3)


def titled(paper: Paper) -> str:
    """Its title, or the name before the colon."""
    return paper.title.split(":")[0]


def titles(hits: Hits) -> list[str]:
    return [titled(hit.paper) for hit in hits.papers]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("estimating distance from one camera when there is little light", "Night Depth"),
        ("GDT score on CASP14", "Folding Proteins"),
        ("keyword spoting on a microcontroler", "TinySpeech"),
        ("equivarient", "Equivariant Networks"),
        ("Cortex-M4", "TinySpeech"),
        ("E(3)", "Equivariant Networks"),
        ("are chatbots aware of their own uncertainty?", "Do Language Models Know"),
    ],
)
def test_the_right_paper_comes_first(retriever: HybridRetriever, question: str, title: str) -> None:
    assert retriever.search([question], 3).papers[0].paper.title.startswith(title)


def test_which_question_brings_all_that_match_first(retriever: HybridRetriever) -> None:
    found = retriever.search(["who makes diffusion depth faster?"], 2)
    assert set(titles(found)) == {"SwiftDepth", "Early Exit for Diffusion-Based Depth Estimation"}


def test_best_sentence_is_the_one_that_answers(retriever: HybridRetriever) -> None:
    hit = retriever.search(["how much power does TinySpeech draw?"], 1).papers[0]
    assert hit.best == "It reaches 94.1% accuracy on Speech Commands at 0.8 milliwatts."
    assert hit.best in hit.paper.abstract


def test_probability_tells_questions_of_the_collection_from_others(retriever: HybridRetriever) -> None:
    inside = retriever.search(["which networks predict protein structure?"], 1).probability
    outside = retriever.search(["who won the 2022 world cup?"], 1).probability
    assert 1 >= inside > 0.5 > outside >= 0


ODD = [
    "",
    "?",
    "the of and",
    "\x00",
    '" OR NEAR(',
    "{title}: ^ * - AND NOT",
    "owl'; DROP TABLE papers; --",
    "(?:a+)+$",
    "\\",
    "%s {0} \u202e",
    "\ud800",
    "🦉",
    "π" * 500,
    "y" * 2_000,
    '"' * 2_000,
    "a-" * 1_000,
    "(" * 2_000,
    "word " * 400,
    " ".join(f"w{n}" for n in range(400)),
]


@pytest.mark.parametrize("question", ODD, ids=lambda question: ascii(question[:20]))
def test_odd_questions_do_no_harm(retriever: HybridRetriever, question: str) -> None:
    hits = retriever.search([question], 3)
    assert len(hits.papers) == 3
    assert all(isfinite(hit.score) and isfinite(hit.signal) and 0 <= hit.probability <= 1 for hit in hits.papers)
    assert 0 <= hits.probability <= 1
    assert titles(retriever.search([question], 3, {5})) == ["Anchored Vectors"]


@pytest.mark.parametrize("allowed", [{5}, {4, 5}, {1, 2, 3, 9}, range(1, 15)], ids=str)
@pytest.mark.parametrize("question", [WHICH, "anchored latent spaces", "zebras", "a"])
def test_a_filter_never_lets_another_paper_through(
    retriever: HybridRetriever, question: str, allowed: Collection[int]
) -> None:
    hits = retriever.search([question], 20, allowed)
    assert sorted(titles(hits)) == sorted(titled(retriever.store.paper(number)) for number in allowed)
    assert [hit.score for hit in hits.papers] == sorted((hit.score for hit in hits.papers), reverse=True)


def test_a_paper_scores_among_some_as_among_all(retriever: HybridRetriever) -> None:
    whole = {hit.paper.key: hit for hit in retriever.search([WHICH], 14).papers}
    for hit in retriever.search([WHICH], 14, {1, 2, 3}).papers:
        assert hit.score == pytest.approx(whole[hit.paper.key].score)
        assert hit.probability == pytest.approx(whole[hit.paper.key].probability)


def test_words_of_a_language_that_the_model_does_not_know_are_not_all_one(tmp_path: Path) -> None:
    papers = [{"title": "深度", "abstract": "深度估计。"}, {"title": "蛋白质", "abstract": "蛋白质折叠。"}]
    with closing(store.open_current(index_of(tmp_path, papers))) as opened:
        chinese = HybridRetriever(opened, embedding.load("bundled"))
        assert titles(chinese.search(["蛋白质"], 1)) == ["蛋白质"]
        assert chinese.search(["卷积"], 2).terms[0].expansions.keys() == {"卷积"}


@pytest.mark.parametrize("nothing", [set(), frozenset(), []])
@pytest.mark.parametrize("question", [WHICH, ""])
def test_where_no_paper_is_allowed_none_is_found(
    retriever: HybridRetriever, question: str, nothing: Collection[int]
) -> None:
    hits = retriever.search([question], 20, nothing)
    assert (hits.papers, hits.probability) == ((), 0.0)


def test_probability_is_that_of_the_papers_allowed(retriever: HybridRetriever) -> None:
    coral = "how do coral reefs bleach?"
    assert retriever.search([coral], 1, {1, 2}).probability < 0.5 < retriever.search([coral], 1).probability


def test_how_many_papers_are_asked_for_does_not_change_what_they_say(retriever: HybridRetriever) -> None:
    few, many = retriever.search([WHICH], 1), retriever.search([WHICH], 14)
    assert few.papers == many.papers[:1]
    assert few.probability == many.probability


def test_more_papers_than_there_are_can_be_asked_for(retriever: HybridRetriever) -> None:
    hits = retriever.search([WHICH], 500)
    assert len({hit.paper.key for hit in hits.papers}) == len(hits.papers) == 14
    assert [hit.score for hit in hits.papers] == sorted((hit.score for hit in hits.papers), reverse=True)


def test_papers_behind_those_that_are_corrected_are_found_too(
    retriever: HybridRetriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = titles(retriever.search([WHICH], 50))
    monkeypatch.setattr("rag.retrieval.retriever.SECOND_STAGE", 3)
    assert set(titles(retriever.search([WHICH], 50))) == set(whole)
    assert len(whole) > 3


def test_every_sentence_is_brought_best_first(retriever: HybridRetriever) -> None:
    for hit in retriever.search(["how much power does TinySpeech draw?"], 14).papers:
        cosines = [sentence.cosine for sentence in hit.sentences]
        assert cosines == sorted(cosines, reverse=True)
        spans = sorted((sentence.span for sentence in hit.sentences), key=lambda span: span.start)
        assert " ".join(hit.paper.abstract[span.start : span.end] for span in spans) == hit.paper.abstract


def test_a_sentence_is_more_like_its_own_paper_than_a_stray_one(retriever: HybridRetriever) -> None:
    for hit in retriever.search([WHICH], 14).papers:
        assert all(0 < sentence.centrality <= 1.001 for sentence in hit.sentences)
    swift = retriever.search(["SwiftDepth"], 1).papers[0]
    central = max(swift.sentences, key=lambda sentence: sentence.centrality).span
    assert "predicts monocular depth in a single step" in swift.paper.abstract[central.start : central.end]


def test_more_speaks_for_a_paper_that_holds_what_is_asked_for(retriever: HybridRetriever) -> None:
    hits = retriever.search(["which papers count coral colonies?"], 14)
    assert [term.word for term in hits.terms] == ["count", "coral", "colonies"]
    best, *others = hits.papers
    assert best.paper.title == "Coral Counting with Drones"
    assert best.signal > max(hit.signal for hit in others)
    assert best.probability > max(hit.probability for hit in others)


def test_the_question_before_helps_and_the_first_phrasing_tells_the_probability(retriever: HybridRetriever) -> None:
    before, now = "keyword spotting on microcontrollers", "and how accurate is it?"
    together = retriever.search([f"{before} {now}", now], 1)
    assert titles(together) == ["TinySpeech"]
    assert together.papers[0].probability == retriever.search([f"{before} {now}"], 1).papers[0].probability
    assert [term.word for term in together.terms] == ["keyword", "spotting", "microcontrollers", "accurate"]


def test_the_same_phrasing_twice_is_as_once(retriever: HybridRetriever) -> None:
    once, twice = retriever.search([WHICH], 14), retriever.search([WHICH, WHICH], 14)
    assert titles(once) == titles(twice)
    assert [hit.score for hit in once.papers] == pytest.approx([hit.score for hit in twice.papers])


def test_drops_into_a_llama_index_pipeline(retriever: HybridRetriever) -> None:
    assert isinstance(retriever, BaseRetriever)
    nodes = retriever.retrieve("coral reefs")
    assert len(nodes) == 3
    assert nodes[0].metadata["title"] == "Coral Counting with Drones"
    assert nodes[0].get_content() in retriever.search(["coral reefs"], 1).papers[0].paper.abstract
    assert [node.score for node in nodes] == sorted((node.score or 0 for node in nodes), reverse=True)


WRITTEN = [
    {"title": "Owls in 3D", "abstract": "Shapes of owls are taken from photographs."},
    {"title": "Poses of Bats", "abstract": r"A network over $\mathrm{SE}(3)$ follows them."},
    {"title": "Skipping Layers", "abstract": r"We call it $\gamma$-MoD. It skips."},
    {"title": "Learning Several Things at Once", "abstract": "Our multi-task objective adds them up."},
    {"title": "Factors", "abstract": "A β-VAE finds them in pictures of chairs."},
    {"title": "Winter Roads", "abstract": "Vehicles skid where it is cold."},
    {"title": "A Naïve Start", "abstract": "It needs 1,000 labels."},
    {"title": "Sleep", "abstract": "Physicians err when they are tired."},
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridRetriever]:
    """A retriever over papers that write what they are about in one of several ways."""
    with closing(store.open_current(index_of(tmp_path_factory.mktemp("written"), WRITTEN))) as opened:
        yield HybridRetriever(opened, embedding.load("bundled"))


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("3-D", "Owls in 3D"),
        ("SE(3)", "Poses of Bats"),
        ("MoD", "Skipping Layers"),
        ("γ-MoD", "Skipping Layers"),
        ("multitask", "Learning Several Things at Once"),
        ("beta-VAE", "Factors"),
        ("cars", "Winter Roads"),
        ("naive", "A Naïve Start"),
        ("1000", "A Naïve Start"),
        ("doctors", "Sleep"),
    ],
)
def test_a_paper_that_writes_it_otherwise_comes_first(written: HybridRetriever, question: str, title: str) -> None:
    assert titles(written.search([question], 1)) == [title]


@pytest.mark.parametrize("count", [1, 2])
def test_an_index_of_a_paper_or_two_is_searched_as_any_other(tmp_path: Path, count: int) -> None:
    with closing(store.open_current(index_of(tmp_path, WRITTEN[-count:]))) as opened:
        few = HybridRetriever(opened, embedding.load("bundled"))
        found = few.search(["do doctors err?"], 5)
        assert len(found.papers) == count
        assert titles(found)[0] == "Sleep"
        assert found.papers[0].best == "Physicians err when they are tired."
        for question in ODD:
            assert all(isfinite(hit.score) for hit in few.search([question], 5).papers)
