"""The sentences of an abstract that are chosen as evidence."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answer.sentence_ranking import best_sentences, terms_beyond_title
from rag.language.sentences import span_texts, split_sentences
from rag.language.tokens import stem
from rag.paper import Paper
from rag.query.intent import Intent
from rag.retrieval.expansion import Term
from rag.retrieval.hits import ScoredSentence

QUESTION = "Which birds hunt voles?"
ABSTRACT = (
    "Birds hunt voles in many lands. We track owls with small radios. Each owl took 7 voles a night. "
    "It rained in May. Code is available at https://example.org/owls."
)
OPENING, RADIOS, NUMBER, RAIN, CODE = span_texts(ABSTRACT, split_sentences(ABSTRACT))


def terms(*words: str) -> tuple[Term, ...]:
    return tuple(Term(word, 2.0, {stem(word): 1.0}) for word in words)


def chosen(
    question: str,
    abstract: str = ABSTRACT,
    cosines: Sequence[float] = (),
    central: Sequence[float] = (),
    *,
    count: int = 1,
    intent: Intent = "papers",
    title: str = "Night Hunters",
    asked: Sequence[Term] = (),
) -> list[str]:
    """The chosen sentences of `abstract`, given their cosines to the question and to the paper, all 0.4 by default."""
    spans = split_sentences(abstract)
    equal = [0.4] * len(spans)
    scored = map(ScoredSentence, spans, cosines or equal, central or equal)
    nearest_first = sorted(scored, key=lambda sentence: -sentence.cosine)
    return span_texts(abstract, best_sentences(question, intent, Paper(title, abstract), nearest_first, asked, count))


@pytest.mark.parametrize(("intent", "expected"), [("papers", [RADIOS, NUMBER]), ("fact", [NUMBER, RADIOS])])
def test_sentences_keep_the_order_of_the_abstract_but_the_best_one_for_a_fact_comes_first(
    intent: Intent, expected: list[str]
) -> None:
    assert chosen("How many?", cosines=[0.1, 0.4, 0.9, 0.1, 0.1], intent=intent, count=2) == expected


def test_a_short_abstract_gives_all_its_sentences() -> None:
    assert chosen(QUESTION, "Owls hunt voles.", count=3) == ["Owls hunt voles."]
    assert len(chosen(QUESTION, count=9)) == 5


@pytest.mark.parametrize(
    ("abstract", "cosines", "expected"),
    [
        ("Birds hunt. Owls hunt.", [0.5, 0.2], "Owls hunt."),
        ("Birds hunt. Owls hunt.", [0.8, 0.2], "Birds hunt."),
        ("We hunt. Owls hunt.", [0.5, 0.4], "We hunt."),
        ("It is dark. Owls hunt. We hunt.", [0.1, 0.5, 0.45], "We hunt."),
        ("It is dark. Owls hunt. This paper hunts.", [0.1, 0.5, 0.45], "This paper hunts."),
        ("It is dark. Owls hunt. We propose to hunt.", [0.1, 0.6, 0.45], "We propose to hunt."),
        ("It is dark. Owls hunt. Our method hunts.", [0.1, 0.6, 0.45], "Our method hunts."),
        ("It is dark. Owls hunt. We like to hunt.", [0.1, 0.65, 0.45], "Owls hunt."),
        ("It is dark. Code is available. Owls hunt.", [0.1, 0.6, 0.4], "Owls hunt."),
        ("It is dark. See https://example.org/owls. Owls hunt.", [0.1, 0.6, 0.4], "Owls hunt."),
    ],
    ids=[
        "background",
        "background that is much nearer",
        "own work in the first sentence",
        "own work",
        "own work in the third person",
        "proposal",
        "our method",
        "a sentence that is much nearer than own work",
        "availability of code",
        "project page",
    ],
)
def test_own_work_is_preferred_to_background_and_availability(
    abstract: str, cosines: list[float], expected: str
) -> None:
    assert chosen("Who?", abstract, cosines) == [expected]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("OwlNet: Voles at Night", "OwlNet runs far too."),
        ("OwlNet", "Foxes run near."),
        ("OwlNet Runs Far Too: Voles", "Foxes run near."),
    ],
)
def test_a_sentence_with_the_short_name_is_about_own_work(title: str, expected: str) -> None:
    assert chosen("Who?", "Foxes run far. Foxes run near. OwlNet runs far too.", [0.5, 0.5, 0.4], title=title) == [
        expected
    ]


@pytest.mark.parametrize(("title", "expected"), [("Stones", "We saw voles."), ("Voles", "We saw stones.")])
def test_a_term_of_the_question_counts_unless_the_title_contains_it(title: str, expected: str) -> None:
    abstract = "It was dark. We saw voles. We saw stones."
    assert chosen("Which voles?", abstract, [0.1, 0.4, 0.6], title=title, asked=terms("voles")) == [expected]


def test_a_rarer_term_counts_more() -> None:
    abstract, common = "It was dark. We saw birds. We saw voles.", Term("birds", 1.0, {"bird": 1.0})
    assert chosen("Which?", abstract, [0.1, 0.5, 0.4], asked=[common, *terms("voles")]) == ["We saw voles."]
    assert chosen("Which?", abstract, [0.1, 0.5, 0.4], asked=[common]) == ["We saw birds."]


@pytest.mark.parametrize(
    ("question", "expected"), [("How many voles?", NUMBER), ("Who took voles?", RADIOS)], ids=["number", "no number"]
)
def test_a_number_counts_if_the_question_asks_for_one(question: str, expected: str) -> None:
    assert chosen(question, cosines=[0.1, 0.5, 0.5, 0.1, 0.1]) == [expected]


@pytest.mark.parametrize(
    ("question", "expected"), [("Who hoots?", "Bats hoot."), ("How many hoot?", "Owls hoot.")], ids=["any", "a number"]
)
def test_a_central_sentence_is_preferred_unless_the_question_asks_for_a_number(question: str, expected: str) -> None:
    assert chosen(question, "It is dark. Owls hoot. Bats hoot.", [0.1, 0.5, 0.4], [0.1, 0.1, 0.5]) == [expected]


@pytest.mark.parametrize(
    "definition",
    [
        "An owl is a bird that hunts at night.",
        "Owls (Strigiformes) are birds.",
        "Such birds, known as owls, hunt at night.",
        "An owl, a bird of the night, hunts.",
        "It is called an owl.",
    ],
)
def test_a_definition_is_chosen_if_the_question_asks_for_one(definition: str) -> None:
    abstract = f"It is dark. We watch the owl in trees. {definition}"
    assert chosen("What is an owl?", abstract, [0.1, 0.5, 0.45], intent="definition") == [definition]
    assert chosen("Where is an owl watched?", abstract, [0.1, 0.5, 0.45]) == ["We watch the owl in trees."]


ASPECTS = "Voles are hard to hear. We propose OwlNet. OwlNet hears voles. It outperforms bats by 7%."


@pytest.mark.parametrize(
    ("intent", "expected"),
    [
        ("papers", ["We propose OwlNet."]),
        ("comparison", ["Voles are hard to hear.", "We propose OwlNet.", "It outperforms bats by 7%."]),
    ],
)
def test_a_comparison_covers_each_aspect(intent: Intent, expected: list[str]) -> None:
    assert chosen("OwlNet vs. BatNet?", ASPECTS, title="OwlNet: Ears", intent=intent) == expected


def test_terms_beyond_the_title_are_those_it_does_not_contain() -> None:
    asked = terms("owl", "hear", "voles")
    assert [term.word for term in terms_beyond_title("Owls That Hear", asked)] == ["voles"]
    assert terms_beyond_title("Bats", asked) == list(asked)
