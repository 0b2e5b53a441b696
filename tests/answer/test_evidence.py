"""Which papers answer a question, and how many of their sentences are shown for it."""

from __future__ import annotations

import pytest

from rag.answer.evidence import (
    FEW,
    MATCHING,
    MOST_PARTIAL,
    PARTIAL,
    SENTENCES,
    SENTENCES_COMPARED,
    SENTENCES_OF_FEW,
    Evidence,
    Selection,
    gather,
    select,
    select_compared,
)
from rag.language.sentences import split_sentences
from rag.language.tokens import stem
from rag.paper import Paper
from rag.query.intent import Intent
from rag.retrieval.expansion import Term
from rag.retrieval.hits import Hit, Hits, ScoredSentence

QUESTION = "Which birds hunt voles?"
TERMS = tuple(Term(word, weight, {stem(word): 1.0}) for word, weight in (("birds", 2.0), ("hunt", 2.0), ("voles", 3.0)))
ABSTRACT = (
    "Birds hunt voles in many lands. We track owls with small radios. Each owl took 7 voles a night. "
    "It rained in May. Code is available at https://example.org/owls."
)


APPROACH = "We track owls with radios. We watch them fly. We hear them hoot. We count their eggs. We name each of them."


def hit(title: str = "Night Hunters", score: float = 5.0, signal: float = 0.8, abstract: str = ABSTRACT) -> Hit:
    """A hit all of whose sentences are as near."""
    scored = tuple(ScoredSentence(span, 0.4, 0.4) for span in split_sentences(abstract))
    return Hit(Paper(title, abstract), score, signal, 0.9, scored)


def names(found: list[Evidence]) -> list[str]:
    return [evidence.paper.title for evidence in found]


def chosen(
    *papers: Hit, intent: Intent = "papers", question: str = QUESTION, terms: tuple[Term, ...] = TERMS
) -> Selection:
    return select(question, intent, Hits(papers, 0.9, terms), 0.5)


@pytest.mark.parametrize(
    ("probability", "terms", "answered"),
    [(0.9, TERMS, True), (0.5, TERMS, True), (0.49, TERMS, False), (0.0, TERMS, False), (0.9, (), False)],
    ids=["sure", "just", "not quite", "never", "the question has no terms"],
)
def test_what_is_improbable_to_have_an_answer_is_refused(
    probability: float, terms: tuple[Term, ...], answered: bool
) -> None:
    found = select(QUESTION, "papers", Hits((hit(),), probability, terms), 0.5)
    assert bool(found.relevant) is answered
    assert found.probability == probability


# Share of the best score from which on a paper matches, where as much speaks for it, and what the least is to touch.
SHARES: list[tuple[Intent, float, float]] = [(intent, fit - 1, fit - 1 - PARTIAL) for intent, fit in MATCHING.items()]


@pytest.mark.parametrize(("intent", "least", "touching"), SHARES, ids=MATCHING)
def test_papers_match_or_touch_the_question_or_neither_by_their_share_of_the_best(
    intent: Intent, least: float, touching: float
) -> None:
    shares = {"Near": least + 0.02, "Half": least - 0.02, "Far": touching + 0.02, "None": touching - 0.02, "Below": -1}
    found = chosen(hit("Best", 5.0), *(hit(title, 5.0 * share) for title, share in shares.items()), intent=intent)
    assert names(found.relevant) == ["Best", "Near"]
    assert names(found.related) == ["Half", "Far"]
    assert [len(evidence.spans) for evidence in found.related] == [1, 1]


def test_who_asks_for_papers_gets_more_than_who_asks_for_a_fact() -> None:
    papers = [hit(f"P{n}", 5.0 - n / 5) for n in range(25)]
    assert len(chosen(*papers, intent="papers").relevant) > len(chosen(*papers, intent="fact").relevant)


@pytest.mark.parametrize(("last", "more"), [(5.0, True), (2.3, True), (2.2, False), (-1.0, False)])
def test_where_the_last_paper_matches_more_may(last: float, more: bool) -> None:
    assert chosen(hit(), hit("Last", last)).more is more


def test_no_papers_is_a_refusal() -> None:
    assert select(QUESTION, "papers", Hits((), 0.0, TERMS), 0.0) == Selection([], [], 0.0)


def test_all_papers_that_match_are_there_and_of_others_the_best_only() -> None:
    matching = [hit(f"P{n}", 5.0 - n / 100) for n in range(60)]
    touching = [hit(f"T{n}", 1.9 - n / 100) for n in range(MOST_PARTIAL + 3)]
    found = chosen(*matching, *touching)
    assert names(found.relevant) == [one.paper.title for one in matching]
    assert names(found.related) == [one.paper.title for one in touching[:MOST_PARTIAL]]


@pytest.mark.parametrize("intent", MATCHING)
def test_a_paper_that_scores_by_the_company_it_keeps_does_not_match(intent: Intent) -> None:
    found = chosen(hit("Company", 6.0, signal=0.5), hit("Says it", 5.0, signal=0.8), intent=intent)
    assert names(found.relevant) == ["Says it"]
    assert names(found.related) == []


def test_what_speaks_for_a_paper_makes_up_for_a_lower_score() -> None:
    quiet, loud = hit("Quiet", 2.4, signal=0.6), hit("Loud", 2.4, signal=0.8)
    found = chosen(hit("Best", 5.0), quiet, loud)
    assert names(found.relevant) == ["Best", "Loud"]
    assert names(found.related) == ["Quiet"]


@pytest.mark.parametrize("intent", MATCHING)
def test_where_few_papers_answer_each_may_say_more(intent: Intent) -> None:
    for papers, each in ((1, SENTENCES_OF_FEW), (FEW[intent], SENTENCES_OF_FEW), (FEW[intent] + 1, SENTENCES)):
        found = gather(QUESTION, intent, [hit(f"P{n}", abstract=APPROACH) for n in range(papers)], Hits((), 0.9, TERMS))
        assert [len(evidence.spans) for evidence in found] == [each] * papers


def test_as_many_sentences_as_are_wanted_come_of_each_paper() -> None:
    papers = [hit(), hit("Other", abstract="Owls hunt voles.")]
    found = gather(QUESTION, "papers", papers, Hits((), 0.9, TERMS), 4)
    assert [len(evidence.spans) for evidence in found] == [4, 1]


def test_the_papers_of_a_comparison_are_all_there_in_their_order() -> None:
    papers = (hit("Far", 1.0, signal=0.1, abstract=APPROACH), hit("Near", 9.0, abstract=APPROACH))
    found = select_compared(QUESTION, Hits(papers, 0.7, TERMS))
    assert names(found.relevant) == ["Far", "Near"]
    assert [len(evidence.spans) for evidence in found.relevant] == [SENTENCES_COMPARED] * 2
    assert (found.related, found.probability, found.more) == ([], 0.7, False)


NAMED = "What does Night Hunters say about {}?"


@pytest.mark.parametrize(
    ("word", "intent", "silent"),
    [
        ("sleep", "fact", True),
        ("radios", "fact", False),
        ("sleep", "definition", False),
        ("night", "fact", False),
        ("rain", "fact", False),
    ],
    ids=["no word of it", "a word of it", "no fact", "the title says it", "a word that means as much"],
)
def test_a_paper_that_is_named_and_says_nothing_of_what_is_asked_is_silent(
    word: str, intent: Intent, silent: bool
) -> None:
    asked = (Term(word, 2.0, {stem(word): 1.0} | ({stem("rained"): 0.8} if word == "rain" else {})),)
    found = chosen(hit(), hit("Sleeping Owls"), intent=intent, question=NAMED.format(word), terms=asked)
    assert bool(found.relevant) is not silent
    assert bool(found.not_stated_by) is silent


def test_a_question_that_names_no_paper_finds_none_silent() -> None:
    found = chosen(hit(), intent="fact", question="How do owls sleep?", terms=(Term("sleep", 2.0, {"sleep": 1.0}),))
    assert names(found.relevant) == ["Night Hunters"]
    assert found.not_stated_by is None


def test_where_even_the_best_scores_below_the_mean_it_alone_matches() -> None:
    assert names(chosen(hit("Best", -1.0), hit("Worse", -2.0)).relevant) == ["Best"]


@pytest.mark.parametrize(("abstract", "silent"), [(ABSTRACT, False), (APPROACH, True)], ids=["a number", "none"])
def test_a_paper_with_a_number_is_not_silent_where_one_is_asked_for(abstract: str, silent: bool) -> None:
    question, asked = "How fast is Night Hunters?", (Term("fast", 2.0, {"fast": 1.0}),)
    assert bool(chosen(hit(abstract=abstract), intent="fact", question=question, terms=asked).not_stated_by) is silent
