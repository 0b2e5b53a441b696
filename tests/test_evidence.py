"""Which papers answer a question and which of their sentences are shown for it."""

from __future__ import annotations

import pytest

from rag.evidence import FEW, SENTENCES, SENTENCES_OF_FEW, select
from rag.papers import Paper
from rag.passages import sentences
from rag.retrieve import Hit, Hits

QUESTION = "Which birds hunt voles?"
WEIGHTS = {"birds": 2.0, "hunt": 2.0, "voles": 3.0}
ABSTRACT = (
    "Birds hunt voles in many lands. We track owls with small radios. Each owl took 7 voles a night. "
    "It rained in May. Code is available at https://example.org/owls."
)


def hit(
    title: str = "Night Hunters",
    score: float = 2.0,
    coverage: float = 0.5,
    abstract: str = ABSTRACT,
    cosines: list[float] | None = None,
) -> Hit:
    """A hit whose sentences have these cosines, in the order of the abstract."""
    spans = sentences(abstract)
    scored = zip(spans, cosines or [0.4] * len(spans), strict=True)
    return Hit(Paper(title, abstract), score, coverage, tuple(sorted(scored, key=lambda pair: -pair[1])))


def titles(*papers: Hit, relevance: float = 0.6, limit: int = 8, weights: dict[str, float] | None = None) -> list[str]:
    hits = Hits(papers, relevance, WEIGHTS if weights is None else weights)
    return [found.paper.title for found in select(QUESTION, hits, limit, 0.38)]


def shown(question: str, found: Hit, others: int = FEW) -> list[str]:
    """The sentences shown of `found`, where `others` papers answer beside it."""
    papers = (found, *(hit(f"Other {n}", found.score, found.coverage) for n in range(others)))
    first = select(question, Hits(papers, 0.6, WEIGHTS), 8, 0.38)[0]
    return [first.paper.abstract[span.start : span.end] for span in first.spans]


@pytest.mark.parametrize(
    ("relevance", "coverage", "weights", "answered"),
    [
        (0.39, 0.0, WEIGHTS, True),
        (0.38, 0.5, WEIGHTS, True),
        (0.37, 0.9, WEIGHTS, False),
        (-0.2, 0.0, WEIGHTS, False),
        (0.05, 1.0, WEIGHTS, True),
        (0.9, 0.0, {}, False),
    ],
    ids=["near", "just near", "far", "very far", "a paper holds every term", "the question has no terms"],
)
def test_what_nothing_is_near_to_is_refused(
    relevance: float, coverage: float, weights: dict[str, float], answered: bool
) -> None:
    assert bool(titles(hit(coverage=coverage), relevance=relevance, weights=weights)) is answered


def test_papers_worth_much_less_than_the_best_are_left_out() -> None:
    papers = [hit("Best", 5.0), hit("Near", 4.5), hit("Half", 2.4), hit("Far", 0.1), hit("Below", -1.0)]
    assert titles(*papers) == ["Best", "Near"]


def test_a_paper_without_the_words_of_the_question_is_worth_less_than_one_with_them() -> None:
    assert titles(hit("Lacks", 5.0, coverage=0.0), hit("Holds", 4.0, coverage=1.0)) == ["Holds"]


@pytest.mark.parametrize(("limit", "count"), [(1, 1), (3, 3), (9, 5)])
def test_no_more_papers_than_the_limit_best_first(limit: int, count: int) -> None:
    papers = [hit(f"P{n}", 5.0 - n / 10) for n in range(5)]
    assert titles(*papers, limit=limit) == [f"P{n}" for n in range(count)]


@pytest.mark.parametrize(("papers", "each"), [(1, SENTENCES_OF_FEW), (FEW, SENTENCES_OF_FEW), (FEW + 1, SENTENCES)])
def test_where_few_papers_answer_each_may_say_more(papers: int, each: int) -> None:
    found = select(QUESTION, Hits(tuple(hit(f"P{n}") for n in range(papers)), 0.6, WEIGHTS), 8, 0.38)
    assert [len(evidence.spans) for evidence in found] == [each] * papers


def test_a_short_abstract_is_shown_whole() -> None:
    assert shown(QUESTION, hit(abstract="Owls hunt voles.")) == ["Owls hunt voles."]


@pytest.mark.parametrize(
    ("question", "cosines", "expected"),
    [
        (QUESTION, [0.5, 0.4, 0.1, 0.1, 0.5], ["Birds hunt voles in many lands.", "We track owls with small radios."]),
        (QUESTION, [0.3, 0.4, 0.3, 0.1, 0.3], ["We track owls with small radios.", "Each owl took 7 voles a night."]),
        ("How many voles do birds hunt?", [0.5, 0.4, 0.4, 0.1, 0.5], ["We track", "Each owl took 7 voles a night."]),
        (QUESTION, [0.4, 0.2, 0.1, 0.6, 0.65], ["Birds hunt voles in many lands.", "It rained in May."]),
    ],
    ids=["own work", "own work first", "a number where one is asked for", "never where the code is"],
)
def test_sentences_that_answer_are_shown_in_the_order_of_the_abstract(
    question: str, cosines: list[float], expected: list[str]
) -> None:
    found = shown(question, hit(cosines=cosines))
    assert len(found) == len(expected)
    assert all(sentence.startswith(start) for sentence, start in zip(found, expected, strict=True)), found


@pytest.mark.parametrize(
    ("title", "chosen"),
    [("OwlNet: Voles at Night", True), ("OwlNet", False), ("OwlNet Runs Far Too: Voles", False)],
)
def test_a_sentence_that_names_the_method_counts_as_the_papers_own_work(title: str, chosen: bool) -> None:
    abstract = "Foxes run far. Foxes run near. OwlNet runs far too. Foxes run on."
    found = shown("Who runs?", hit(title, abstract=abstract, cosines=[0.5, 0.5, 0.4, 0.45]))
    assert ("OwlNet runs far too." in found) is chosen


@pytest.mark.parametrize(("title", "chosen"), [("Stones", True), ("Voles", False)])
def test_a_word_of_the_question_counts_where_the_title_does_not_say_it_already(title: str, chosen: bool) -> None:
    abstract = "It was dark. Birds fly. We saw voles. Stones lie."
    found = shown("Which voles?", hit(title, abstract=abstract, cosines=[0.2, 0.5, 0.25, 0.47]))
    assert ("We saw voles." in found) is chosen
