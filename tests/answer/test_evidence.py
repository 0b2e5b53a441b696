"""Which papers answer a question, and how many of their sentences are shown."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from rag.answer.comparison import Compared
from rag.answer.evidence import MAX_MAY_MATCH, Evidence, Selection, gather, select, select_compared, select_graded
from rag.answer.grounding import Grounding
from rag.language.sentences import span_texts, split_sentences
from rag.language.tokens import stem
from rag.paper import Paper
from rag.query.intent import LISTS, Intent
from rag.retrieval.expansion import Term
from rag.retrieval.grading.grade import Grade
from rag.retrieval.hits import Hit, Hits, ScoredSentence

QUESTION = "Which birds hunt voles?"
TERMS = tuple(Term(word, weight, {stem(word): 1.0}) for word, weight in (("birds", 2.0), ("hunt", 2.0), ("voles", 3.0)))
ABSTRACT = (
    "Birds hunt voles in many lands. We track owls with small radios. Each owl took 7 voles a night. "
    "It rained in May. Code is available at https://example.org/owls."
)

APPROACH = "We track owls with radios. We watch them fly. We hear them hoot. We count their eggs. We name each of them."


INTENTS: list[Intent] = list(get_args(Intent))


def hit(
    title: str = "Night Hunters",
    score: float = 5.0,
    signal: float = 0.8,
    abstract: str = ABSTRACT,
    relevance: float = 0.9,
) -> Hit:
    """A hit whose sentences all have the same cosine."""
    scored = tuple(ScoredSentence(span, 0.4, 0.4) for span in split_sentences(abstract))
    return Hit(1, Paper(title, abstract), score, signal, 0.9, relevance, scored)


def names(found: list[Evidence]) -> list[str]:
    return [evidence.paper.title for evidence in found]


def chosen(
    *papers: Hit, intent: Intent = "papers", question: str = QUESTION, terms: tuple[Term, ...] = TERMS
) -> Selection:
    return select(question, intent, Hits(papers, 0.9, terms), 0.5, Grounding())


@pytest.mark.parametrize(
    ("probability", "terms", "answered"),
    [(0.9, TERMS, True), (0.5, TERMS, True), (0.49, TERMS, False), (0.0, TERMS, False), (0.9, (), False)],
    ids=["probable", "at the limit", "below it", "impossible", "a question without terms"],
)
def test_a_question_below_the_minimum_probability_is_refused(
    probability: float, terms: tuple[Term, ...], answered: bool
) -> None:
    found = select(QUESTION, "papers", Hits((hit(),), probability, terms), 0.5, Grounding())
    assert bool(found.relevant) is answered
    assert found.probability == probability


@pytest.mark.parametrize(
    ("intent", "relevant", "related"),
    [
        ("comparison", ["Best", "Half"], ["Third", "Fifth"]),
        ("fact", ["Best", "Half"], ["Third", "Fifth"]),
        ("definition", ["Best"], ["Half", "Third"]),
    ],
)
def test_a_paper_is_relevant_or_related_by_its_share_of_the_best_score(
    intent: Intent, relevant: list[str], related: list[str]
) -> None:
    shares = {"Half": 0.52, "Third": 0.35, "Fifth": 0.22, "Tenth": 0.1, "Negative": -1}
    found = chosen(hit("Best", 5.0), *(hit(title, 5.0 * share) for title, share in shares.items()), intent=intent)
    assert names(found.relevant) == relevant
    assert names(found.related) == related
    assert [len(evidence.spans) for evidence in found.related] == [1, 1]


def test_a_question_for_papers_gets_more_of_them_than_one_for_a_fact() -> None:
    papers = [hit(f"P{n}", 5.0 - n / 5) for n in range(25)]
    assert len(chosen(*papers, intent="papers").relevant) > len(chosen(*papers, intent="fact").relevant)


@pytest.mark.parametrize(("last", "more"), [(5.0, True), (2.6, True), (2.4, False), (-1.0, False)])
def test_there_may_be_more_if_the_last_hit_is_relevant(last: float, more: bool) -> None:
    assert chosen(hit(), hit("Last", last), intent="fact").more is more


def test_without_hits_nothing_is_relevant() -> None:
    assert select(QUESTION, "papers", Hits((), 0.0, TERMS), 0.0, Grounding()) == Selection([], [], 0.0)


def test_of_papers_the_likely_ones_match_and_the_possible_ones_may() -> None:
    likely = [hit(f"P{n}", relevance=0.9) for n in range(60)]
    possible = [hit(f"M{n}", relevance=0.4) for n in range(40)]
    unlikely = [hit(f"U{n}", relevance=0.01) for n in range(40)]
    found = chosen(*likely, *possible, *unlikely)
    assert names(found.relevant) == [one.paper.title for one in likely]
    assert names(found.related) == [f"M{n}" for n in range(MAX_MAY_MATCH)]
    assert {len(evidence.spans) for evidence in found.related} == {1}


def test_the_best_paper_matches_even_if_none_is_likely() -> None:
    assert names(chosen(*(hit(f"P{n}", relevance=0.02) for n in range(9))).relevant) == ["P0"]


def test_an_outlier_does_not_hide_the_other_papers() -> None:
    papers = [hit("Outlier", score=90.0, relevance=0.99), *(hit(f"P{n}", score=9.0, relevance=0.7) for n in range(8))]
    assert len(chosen(*papers).relevant) == 9


@pytest.mark.parametrize("intent", [intent for intent in INTENTS if intent not in LISTS])
def test_a_high_score_without_a_signal_is_not_relevant(intent: Intent) -> None:
    found = chosen(hit("Neighbour", 6.0, signal=0.5), hit("Says it", 5.0, signal=0.8), intent=intent)
    assert names(found.relevant) == ["Says it"]
    assert names(found.related) == []


def test_a_strong_signal_makes_up_for_a_lower_score() -> None:
    weak, strong = hit("Weak", 2.4, signal=0.6), hit("Strong", 2.4, signal=0.8)
    found = chosen(hit("Best", 5.0), weak, strong, intent="comparison")
    assert names(found.relevant) == ["Best", "Strong"]
    assert names(found.related) == ["Weak"]


@pytest.mark.parametrize("intent", INTENTS)
def test_the_fewer_papers_the_more_sentences_of_each(intent: Intent) -> None:
    def counts(papers: int) -> list[int]:
        hits = [hit(f"P{n}", abstract=APPROACH) for n in range(papers)]
        return [len(evidence.spans) for evidence in gather(QUESTION, intent, hits, Hits((), 0.9, TERMS))]

    assert counts(1) == [3]
    assert counts(9) == [2] * 9


def test_the_number_of_sentences_of_each_paper_can_be_given() -> None:
    papers = [hit(), hit("Other", abstract="Owls hunt voles.")]
    found = gather(QUESTION, "papers", papers, Hits((), 0.9, TERMS), 4)
    assert [len(evidence.spans) for evidence in found] == [4, 1]


def test_a_comparison_keeps_all_papers_in_their_order() -> None:
    papers = (hit("Far", 1.0, signal=0.1, abstract=APPROACH), hit("Near", 9.0, abstract=APPROACH))
    found = select_compared(QUESTION, Compared(Hits(papers, 0.7, TERMS)))
    assert names(found.relevant) == ["Far", "Near"]
    assert [len(evidence.spans) for evidence in found.relevant] == [4, 4]
    assert (found.related, found.probability, found.more) == ([], 0.7, False)


SPEED = "We propose OwlNet. It sees at night. It runs at 30 fps. It is faster than BatNet."


def compared(question: str, *abstracts: str) -> Selection:
    papers = tuple(hit(f"{name}Net: Eyes", abstract=text) for name, text in zip(("Owl", "Bat"), abstracts, strict=True))
    return select_compared(question, Compared(Hits(papers, 0.7, TERMS), names=("OwlNet", "BatNet")))


def quotes(found: Selection) -> list[list[str]]:
    return [span_texts(evidence.paper.abstract, evidence.spans) for evidence in found.relevant]


def test_sentences_that_name_the_other_side_come_first() -> None:
    found = compared("OwlNet vs BatNet", SPEED, "BatNet hears moths.")
    assert [texts[0] for texts in quotes(found)] == ["It is faster than BatNet.", "BatNet hears moths."]


def test_a_comparison_of_speed_shows_only_sentences_about_speed() -> None:
    found = compared("which is faster, OwlNet or BatNet?", SPEED, "BatNet hears moths.")
    assert quotes(found) == [["It is faster than BatNet.", "It runs at 30 fps."]]
    none = compared("which is faster, OwlNet or BatNet?", "OwlNet sees.", "BatNet hears moths.")
    assert (none.relevant, none.unstated and none.unstated.name) == ([], "a speed")


def test_papers_that_name_the_topic_match_even_if_no_score_stands_out() -> None:
    papers = tuple(replace(hit(f"Paper {n}", relevance=0.05), number=n) for n in range(1, 7))
    named = Grounding(topic=(("owls",),), naming={2: False, 5: True})
    found = select(QUESTION, "papers", Hits(papers, 0.9, TERMS), 0.5, named)
    assert names(found.relevant) == ["Paper 5", "Paper 2"]
    alone = select(QUESTION, "papers", Hits(papers, 0.9, TERMS), 0.5, Grounding())
    assert names(alone.relevant) == ["Paper 1"]


NAMED = "What does Night Hunters say about {}?"


@pytest.mark.parametrize(
    ("word", "intent", "not_stated"),
    [
        ("sleep", "fact", True),
        ("radios", "fact", False),
        ("sleep", "definition", False),
        ("night", "fact", False),
        ("rain", "fact", False),
    ],
    ids=["no term", "a term", "not a fact", "a term of the title", "an expansion of a term"],
)
def test_a_fact_that_the_named_paper_does_not_mention_is_not_stated(
    word: str, intent: Intent, not_stated: bool
) -> None:
    asked = (Term(word, 2.0, {stem(word): 1.0} | ({stem("rained"): 0.8} if word == "rain" else {})),)
    found = chosen(hit(), hit("Sleeping Owls"), intent=intent, question=NAMED.format(word), terms=asked)
    assert bool(found.relevant) is not not_stated
    assert bool(found.not_stated_by) is not_stated


def test_a_question_that_names_no_paper_is_not_refused_for_a_missing_term() -> None:
    found = chosen(hit(), intent="fact", question="How do owls sleep?", terms=(Term("sleep", 2.0, {"sleep": 1.0}),))
    assert names(found.relevant) == ["Night Hunters"]
    assert found.not_stated_by is None


def test_if_even_the_best_score_is_negative_only_that_paper_is_relevant() -> None:
    assert names(chosen(hit("Best", -1.0), hit("Worse", -2.0), intent="fact").relevant) == ["Best"]


@pytest.mark.parametrize(("abstract", "not_stated"), [(ABSTRACT, False), (APPROACH, True)], ids=["a number", "none"])
def test_a_paper_with_a_number_may_answer_a_question_for_one(abstract: str, not_stated: bool) -> None:
    question, asked = "How fast is Night Hunters?", (Term("fast", 2.0, {"fast": 1.0}),)
    assert (
        bool(chosen(hit(abstract=abstract), intent="fact", question=question, terms=asked).not_stated_by) is not_stated
    )


def graded(*grades: Grade | None, intent: Intent = "papers") -> Selection:
    """The evidence among papers with these grades, None for one that was not graded."""
    hits = tuple(replace(hit(f"P{n}"), number=n) for n in range(len(grades)))
    by_number = {n: grade for n, grade in enumerate(grades) if grade}
    return select_graded(QUESTION, intent, Hits(hits, 0.9, TERMS), by_number)


@pytest.mark.parametrize("intent", INTENTS)
def test_papers_that_answer_match_and_those_that_do_in_part_may(intent: Intent) -> None:
    found = graded(Grade(0.74), Grade(1.0), None, Grade(0.75), Grade(0.24), Grade(0.25), Grade(0.0), intent=intent)
    assert names(found.relevant) == ["P1", "P3"]
    assert names(found.related) == ["P0", "P5"]
    assert (found.probability, found.more) == (0.9, False)


@pytest.mark.parametrize(("intent", "relevant"), [("papers", []), ("survey", []), ("fact", ["P1"]), ("yesno", ["P1"])])
def test_where_none_answers_one_that_does_in_part_stands_in_for_a_fact(intent: Intent, relevant: list[str]) -> None:
    found = graded(Grade(0.1), Grade(0.5), intent=intent)
    assert names(found.relevant) == relevant
    assert names(found.related) == ([] if relevant else ["P1"])


def test_without_a_paper_that_answers_nothing_is_relevant() -> None:
    assert graded(Grade(0.0), None) == Selection([], [], 0.9)


RAIN, CODE = split_sentences(ABSTRACT)[3:]


@pytest.mark.parametrize(("intent", "place"), [("fact", 0), ("papers", 2)])
def test_the_sentence_that_the_model_names_is_among_those_shown(intent: Intent, place: int) -> None:
    (plain,) = graded(Grade(1.0), intent=intent).relevant
    (named,) = graded(Grade(1.0, RAIN), intent=intent).relevant
    assert RAIN not in plain.spans
    assert named.spans.index(RAIN) == place
    assert len(named.spans) == len(plain.spans)
    assert len(set(named.spans)) == len(named.spans)
    (again,) = graded(Grade(1.0, plain.spans[0]), intent=intent).relevant
    assert set(again.spans) == set(plain.spans)


def test_of_a_paper_that_may_match_the_named_sentence_is_shown() -> None:
    assert [one.spans for one in graded(Grade(0.5, CODE)).related] == [(CODE,)]
