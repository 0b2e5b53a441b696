"""Which papers answer a question and which of their sentences are shown for it."""

from __future__ import annotations

import pytest

from rag.evidence import FEW, SENTENCES, SENTENCES_OF_FEW, Evidence, Selection, select
from rag.papers import Paper
from rag.passages import sentences
from rag.retrieve import Hit, Hits
from rag.terms import Term
from rag.words import stem

QUESTION = "Which birds hunt voles?"
TERMS = tuple(Term(word, weight, {stem(word): 1.0}) for word, weight in (("birds", 2.0), ("hunt", 2.0), ("voles", 3.0)))
ABSTRACT = (
    "Birds hunt voles in many lands. We track owls with small radios. Each owl took 7 voles a night. "
    "It rained in May. Code is available at https://example.org/owls."
)


def hit(
    title: str = "Night Hunters",
    score: float = 5.0,
    signal: float = 0.8,
    abstract: str = ABSTRACT,
    cosines: list[float] | None = None,
) -> Hit:
    """A hit whose sentences have these cosines, in the order of the abstract."""
    spans = sentences(abstract)
    scored = zip(spans, cosines or [0.4] * len(spans), strict=True)
    return Hit(Paper(title, abstract), score, signal, 0.9, tuple(sorted(scored, key=lambda pair: -pair[1])))


def names(found: list[Evidence]) -> list[str]:
    return [evidence.paper.title for evidence in found]


def shown(question: str, found: Hit, others: int = FEW) -> list[str]:
    """The sentences shown of `found`, where `others` papers answer beside it."""
    papers = (found, *(hit(f"Other {n}", found.score) for n in range(others)))
    first = select(question, Hits(papers, 0.9, TERMS), 0.5).matching[0]
    return [first.paper.abstract[span.start : span.end] for span in first.spans]


@pytest.mark.parametrize(
    ("probability", "terms", "answered"),
    [(0.9, TERMS, True), (0.5, TERMS, True), (0.49, TERMS, False), (0.0, TERMS, False), (0.9, (), False)],
    ids=["sure", "just", "not quite", "never", "the question has no terms"],
)
def test_what_is_improbable_to_have_an_answer_is_refused(
    probability: float, terms: tuple[Term, ...], answered: bool
) -> None:
    found = select(QUESTION, Hits((hit(),), probability, terms), 0.5)
    assert bool(found.matching) is answered
    assert found.probability == probability


@pytest.mark.parametrize(("last", "more"), [(5.0, True), (3.0, True), (2.9, False), (-1.0, False)])
def test_where_the_last_paper_matches_more_may(last: float, more: bool) -> None:
    assert select(QUESTION, Hits((hit(), hit("Last", last)), 0.9, TERMS), 0.5).more is more


def test_no_papers_is_a_refusal() -> None:
    assert select(QUESTION, Hits((), 0.0, TERMS), 0.0) == Selection([], [], 0.0)


def test_papers_match_or_touch_the_question_or_neither_by_their_share_of_the_best() -> None:
    papers = [hit("Best", 5.0), hit("Near", 4.5), hit("Half", 2.6), hit("Far", 0.1), hit("Below", -1.0)]
    found = select(QUESTION, Hits(tuple(papers), 0.9, TERMS), 0.5)
    assert names(found.matching) == ["Best", "Near"]
    assert names(found.partial) == ["Half"]
    assert [len(evidence.spans) for evidence in found.partial] == [1]


def test_all_papers_that_match_are_there_however_many() -> None:
    papers = tuple(hit(f"P{n}", 5.0 - n / 100) for n in range(60))
    assert len(select(QUESTION, Hits(papers, 0.9, TERMS), 0.5).matching) == 60


def test_a_paper_that_scores_by_the_company_it_keeps_does_not_match() -> None:
    papers = (hit("Company", 6.0, signal=0.3), hit("Says it", 5.0, signal=0.8))
    found = select(QUESTION, Hits(papers, 0.9, TERMS), 0.5)
    assert names(found.matching) == ["Says it"]
    assert names(found.partial) == []


@pytest.mark.parametrize(("papers", "each"), [(1, SENTENCES_OF_FEW), (FEW, SENTENCES_OF_FEW), (FEW + 1, SENTENCES)])
def test_where_few_papers_answer_each_may_say_more(papers: int, each: int) -> None:
    found = select(QUESTION, Hits(tuple(hit(f"P{n}") for n in range(papers)), 0.9, TERMS), 0.5)
    assert [len(evidence.spans) for evidence in found.matching] == [each] * papers


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
