"""Searching a real index by meaning and by words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import isfinite
from pathlib import Path

import pytest

from rag.index.opening import open_current
from rag.models.encoding import Embedding
from rag.paper import Paper
from rag.retrieval.hits import Hits
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import WHICH
from tests.loading import loaded_by
from tests.retrieval.conftest import searchable

SAME = 1e-3  # up to which scores, cosines and probabilities are the same: an encoder pads texts by the batch


@pytest.fixture(scope="module")
def retriever(index_dir: Path, model: Embedding) -> HybridRetriever:
    return HybridRetriever(open_current(index_dir), model)


def short_title(paper: Paper) -> str:
    """The title up to a colon."""
    return paper.title.split(":")[0]


def titles(hits: Hits) -> list[str]:
    return [short_title(hit.paper) for hit in hits.papers]


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


def test_a_question_for_papers_ranks_all_relevant_ones_first(retriever: HybridRetriever) -> None:
    found = retriever.search(["who makes diffusion depth faster?"], 2)
    assert set(titles(found)) == {"SwiftDepth", "Early Exit for Diffusion-Based Depth Estimation"}


def test_the_best_sentence_is_the_one_that_answers(retriever: HybridRetriever) -> None:
    hit = retriever.search(["how much power does TinySpeech draw?"], 1).papers[0]
    assert hit.best == "It reaches 94.1% accuracy on Speech Commands at 0.8 milliwatts."
    assert hit.best in hit.paper.abstract


def test_questions_that_the_collection_answers_are_more_probable_than_others(retriever: HybridRetriever) -> None:
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
def test_odd_questions_are_searched_like_any_other(retriever: HybridRetriever, question: str) -> None:
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
    assert sorted(titles(hits)) == sorted(short_title(retriever.store.paper(number)) for number in allowed)
    assert [hit.score for hit in hits.papers] == sorted((hit.score for hit in hits.papers), reverse=True)


def test_a_filter_does_not_change_the_score_of_a_paper(retriever: HybridRetriever) -> None:
    unfiltered = {hit.number: hit for hit in retriever.search([WHICH], 14).papers}
    for hit in retriever.search([WHICH], 14, {1, 2, 3}).papers:
        assert hit.score == pytest.approx(unfiltered[hit.number].score, abs=SAME)
        assert hit.probability == pytest.approx(unfiltered[hit.number].probability, abs=SAME)


def test_a_hit_has_the_number_of_its_paper(retriever: HybridRetriever) -> None:
    hits = retriever.search([WHICH], 14).papers
    assert sorted(hit.number for hit in hits) == list(range(1, 15))
    assert all(retriever.store.paper(hit.number) == hit.paper for hit in hits)


def test_papers_of_the_same_title_are_told_apart(tmp_path: Path) -> None:
    moths = Paper("A Survey", "Moths hear bats and drop to the ground.")
    glaciers = Paper("A Survey", "Glaciers melt and rivers rise.")
    with searchable(tmp_path, [moths, glaciers, Paper("Owls", "Owls hunt voles at night.")]) as retriever:
        for question, number, paper in (("do moths hear?", 1, moths), ("do glaciers melt?", 2, glaciers)):
            hits = retriever.search([question], 3).papers
            assert (hits[0].number, hits[0].paper) == (number, paper)
            assert sorted(hit.number for hit in hits) == [1, 2, 3]
            (only,) = retriever.search([question], 3, {number}).papers
            assert only.paper == paper


def test_words_that_the_model_does_not_know_are_not_all_alike(tmp_path: Path) -> None:
    with searchable(tmp_path, [Paper("深度", "深度估计。"), Paper("蛋白质", "蛋白质折叠。")]) as chinese:
        assert titles(chinese.search(["蛋白质"], 1)) == ["蛋白质"]
        assert chinese.search(["卷积"], 2).terms[0].expansions.keys() == {"卷积"}


@pytest.mark.parametrize("nothing", [set(), frozenset(), []])
@pytest.mark.parametrize("question", [WHICH, ""])
def test_a_filter_that_no_paper_passes_finds_none(
    retriever: HybridRetriever, question: str, nothing: Collection[int]
) -> None:
    hits = retriever.search([question], 20, nothing)
    assert (hits.papers, hits.probability) == ((), 0.0)


def test_the_probability_is_that_of_the_papers_that_pass_the_filter(retriever: HybridRetriever) -> None:
    coral = "how do coral reefs bleach?"
    assert retriever.search([coral], 1, {1, 2}).probability < 0.5 < retriever.search([coral], 1).probability


def test_the_number_of_results_does_not_change_their_scores(retriever: HybridRetriever) -> None:
    few, many = retriever.search([WHICH], 1), retriever.search([WHICH], 14)
    (best,) = few.papers
    assert best.number == many.papers[0].number
    assert best.score == pytest.approx(many.papers[0].score, abs=SAME)
    assert few.probability == pytest.approx(many.probability, abs=SAME)


def test_a_search_for_more_papers_than_there_are_finds_each_once(retriever: HybridRetriever) -> None:
    hits = retriever.search([WHICH], 500)
    assert sorted(hit.number for hit in hits.papers) == list(range(1, 15))
    assert [hit.score for hit in hits.papers] == sorted((hit.score for hit in hits.papers), reverse=True)


def test_papers_whose_scores_are_not_smoothed_are_found_too(
    retriever: HybridRetriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_titles = titles(retriever.search([WHICH], 50))
    monkeypatch.setattr("rag.retrieval.retriever.SMOOTHING_DEPTH", 3)
    assert set(titles(retriever.search([WHICH], 50))) == set(all_titles)
    assert len(all_titles) > 3


def test_a_hit_has_every_sentence_of_its_abstract_best_first(retriever: HybridRetriever) -> None:
    for hit in retriever.search(["how much power does TinySpeech draw?"], 14).papers:
        cosines = [sentence.cosine for sentence in hit.sentences]
        assert cosines == sorted(cosines, reverse=True)
        spans = sorted((sentence.span for sentence in hit.sentences), key=lambda span: span.start)
        assert " ".join(hit.paper.abstract[span.start : span.end] for span in spans) == hit.paper.abstract


def test_the_most_central_sentence_is_the_one_about_the_whole_paper(retriever: HybridRetriever) -> None:
    for hit in retriever.search([WHICH], 14).papers:
        assert all(0 < sentence.centrality <= 1.001 for sentence in hit.sentences)
    swift = retriever.search(["SwiftDepth"], 1).papers[0]
    central = max(swift.sentences, key=lambda sentence: sentence.centrality).span
    assert "predicts monocular depth in a single step" in swift.paper.abstract[central.start : central.end]


def test_the_paper_that_contains_the_terms_has_the_strongest_signal(retriever: HybridRetriever) -> None:
    hits = retriever.search(["which papers count coral colonies?"], 14)
    assert [term.word for term in hits.terms] == ["count", "coral", "colonies"]
    best, *others = hits.papers
    assert best.paper.title == "Coral Counting with Drones"
    assert best.signal > max(hit.signal for hit in others)
    assert best.probability > max(hit.probability for hit in others)


def test_the_first_rewrite_decides_the_probability_and_the_terms(retriever: HybridRetriever) -> None:
    previous, question = "keyword spotting on microcontrollers", "and how accurate is it?"
    both, first = (
        retriever.search(rewrites, 1) for rewrites in ([f"{previous} {question}", question], [f"{previous} {question}"])
    )
    assert titles(both) == ["TinySpeech"]
    assert both.papers[0].probability == pytest.approx(first.papers[0].probability, abs=SAME)
    assert [term.word for term in both.terms] == ["keyword", "spotting", "microcontrollers", "accurate"]


def test_a_repeated_rewrite_changes_nothing(retriever: HybridRetriever) -> None:
    once, twice = retriever.search([WHICH], 14), retriever.search([WHICH, WHICH], 14)
    assert titles(once) == titles(twice)
    assert [hit.score for hit in once.papers] == pytest.approx([hit.score for hit in twice.papers], abs=SAME)


CORAL = "counting coral in drone images"


def test_a_query_in_other_words_raises_its_papers_and_counts_less_than_the_question(retriever: HybridRetriever) -> None:
    alone, helped = (retriever.search([WHICH], 14, queries=queries) for queries in ((), (CORAL,)))
    place = titles(helped).index("Coral Counting with Drones")
    assert 0 < place < titles(alone).index("Coral Counting with Drones")
    assert titles(helped)[0] == titles(alone)[0]


def test_queries_change_neither_the_probability_nor_the_terms_nor_which_sentence_is_best(
    retriever: HybridRetriever,
) -> None:
    alone, helped = (retriever.search([WHICH], 14, queries=queries) for queries in ((), (CORAL,)))
    assert helped.probability == pytest.approx(alone.probability, abs=SAME)
    assert helped.terms == alone.terms
    assert {hit.number: hit.best for hit in helped.papers} == {hit.number: hit.best for hit in alone.papers}


def test_queries_let_no_other_paper_through_a_filter(retriever: HybridRetriever) -> None:
    assert len(retriever.search([WHICH], 14, {1, 2}, (CORAL,)).papers) == 2


def test_signals_of_many_questions_are_those_of_single_searches(retriever: HybridRetriever) -> None:
    questions = [WHICH, "who won the 2022 world cup?"]
    singly = [max(hit.signal for hit in retriever.search([question], 14).papers) for question in questions]
    assert list(retriever.signals(questions)) == pytest.approx(singly, abs=SAME)


UNUSED = set("torch sentence_transformers transformers gradio llama_index nltk sklearn scipy pandas".split())


def test_importing_the_retriever_and_the_library_loads_nothing_heavy() -> None:
    loaded = loaded_by("import rag.retrieval.retriever, rag.chat.library")
    assert loaded & (UNUSED | {"numpy", "chromadb", "onnxruntime"}) == set()


def test_a_search_loads_only_what_it_uses(index_dir: Path) -> None:
    arguments = ["search", "who counts corall reefs?", "--index", str(index_dir)]
    loaded = loaded_by(f"from rag.cli.main import main\nmain({arguments}, standalone_mode=False)")
    assert {"numpy", "chromadb", "onnxruntime"} <= loaded
    assert loaded & UNUSED == set()


SPELLINGS = [
    Paper("Owls in 3D", "Shapes of owls are taken from photographs."),
    Paper("Poses of Bats", r"A network over $\mathrm{SE}(3)$ follows them."),
    Paper("Skipping Layers", r"We call it $\gamma$-MoD. It skips."),
    Paper("Learning Several Things at Once", "Our multi-task objective adds them up."),
    Paper("Factors", "A β-VAE finds them in pictures of chairs."),
    Paper("Winter Roads", "Vehicles skid where it is cold."),
    Paper("A Naïve Start", "It needs 1,000 labels."),
    Paper("Sleep", "Physicians err when they are tired."),
]


@pytest.fixture(scope="module")
def spellings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridRetriever]:
    """A retriever over papers that spell their subject in one of several ways."""
    with searchable(tmp_path_factory.mktemp("spellings"), SPELLINGS) as retriever:
        yield retriever


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
def test_a_paper_is_found_under_another_spelling(spellings: HybridRetriever, question: str, title: str) -> None:
    assert titles(spellings.search([question], 1)) == [title]


@pytest.mark.parametrize("count", [1, 2])
def test_an_index_of_one_or_two_papers_is_searched_like_any_other(tmp_path: Path, count: int) -> None:
    with searchable(tmp_path, SPELLINGS[-count:]) as retriever:
        hits = retriever.search(["do doctors err?"], 5)
        assert len(hits.papers) == count
        assert titles(hits)[0] == "Sleep"
        assert hits.papers[0].best == "Physicians err when they are tired."
        for question in ODD[:8]:  # the rest are long, and are searched above
            assert all(isfinite(hit.score) for hit in retriever.search([question], 5).papers)
