"""What the sentences of an abstract are worth as evidence, and what each tells."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answer.aspects import aspect_of
from rag.answer.sentence_ranking import best_sentences, names_paper, terms_beyond_title
from rag.language.sentences import span_texts, split_sentences
from rag.language.tokens import stem, stems
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
    """The sentences shown of `abstract`, whose sentences have these cosines to question and paper; all 0.4 if none."""
    spans = split_sentences(abstract)
    alike = [0.4] * len(spans)
    scored = map(ScoredSentence, spans, cosines or alike, central or alike)
    nearest_first = sorted(scored, key=lambda sentence: -sentence.cosine)
    return span_texts(abstract, best_sentences(question, intent, Paper(title, abstract), nearest_first, asked, count))


@pytest.mark.parametrize(("intent", "expected"), [("papers", [RADIOS, NUMBER]), ("fact", [NUMBER, RADIOS])])
def test_sentences_stand_in_the_order_of_the_abstract_but_the_one_for_a_fact_first(
    intent: Intent, expected: list[str]
) -> None:
    assert chosen("How many?", cosines=[0.1, 0.4, 0.9, 0.1, 0.1], intent=intent, count=2) == expected


def test_there_are_no_more_sentences_than_the_abstract_has() -> None:
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
        "what was known before comes after",
        "unless it is much nearer",
        "an opening that tells own work",
        "own work",
        "own work, in the third person",
        "what is proposed",
        "our method",
        "what is much nearer than own work",
        "not where the code is",
        "not where the page is",
    ],
)
def test_what_the_paper_brings_is_worth_more(abstract: str, cosines: list[float], expected: str) -> None:
    assert chosen("Who?", abstract, cosines) == [expected]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("OwlNet: Voles at Night", "OwlNet runs far too."),
        ("OwlNet", "Foxes run near."),
        ("OwlNet Runs Far Too: Voles", "Foxes run near."),
    ],
)
def test_a_sentence_that_names_the_method_tells_own_work(title: str, expected: str) -> None:
    assert chosen("Who?", "Foxes run far. Foxes run near. OwlNet runs far too.", [0.5, 0.5, 0.4], title=title) == [
        expected
    ]


@pytest.mark.parametrize(("title", "expected"), [("Stones", "We saw voles."), ("Voles", "We saw stones.")])
def test_a_word_of_the_question_counts_where_the_title_does_not_say_it_already(title: str, expected: str) -> None:
    abstract = "It was dark. We saw voles. We saw stones."
    assert chosen("Which voles?", abstract, [0.1, 0.4, 0.6], title=title, asked=terms("voles")) == [expected]


def test_of_two_words_the_rarer_one_counts_more() -> None:
    abstract, common = "It was dark. We saw birds. We saw voles.", Term("birds", 1.0, {"bird": 1.0})
    assert chosen("Which?", abstract, [0.1, 0.5, 0.4], asked=[common, *terms("voles")]) == ["We saw voles."]
    assert chosen("Which?", abstract, [0.1, 0.5, 0.4], asked=[common]) == ["We saw birds."]


@pytest.mark.parametrize(
    ("question", "expected"), [("How many voles?", NUMBER), ("Who took voles?", RADIOS)], ids=["number", "no number"]
)
def test_a_number_counts_where_one_is_asked_for(question: str, expected: str) -> None:
    assert chosen(question, cosines=[0.1, 0.5, 0.5, 0.1, 0.1]) == [expected]


@pytest.mark.parametrize(
    ("question", "expected"), [("Who hoots?", "Bats hoot."), ("How many hoot?", "Owls hoot.")], ids=["any", "a number"]
)
def test_of_two_as_near_the_one_like_the_whole_paper_is_chosen_unless_a_number_is_asked_for(
    question: str, expected: str
) -> None:
    assert chosen(question, "It is dark. Owls hoot. Bats hoot.", [0.1, 0.5, 0.4], [0.1, 0.1, 0.5]) == [expected]


@pytest.mark.parametrize(
    "meaning",
    [
        "An owl is a bird that hunts at night.",
        "Owls (Strigiformes) are birds.",
        "Such birds, known as owls, hunt at night.",
        "An owl, a bird of the night, hunts.",
        "It is called an owl.",
    ],
)
def test_the_sentence_that_says_what_a_term_means_is_chosen_where_that_is_asked(meaning: str) -> None:
    abstract = f"It is dark. We watch the owl in trees. {meaning}"
    assert chosen("What is an owl?", abstract, [0.1, 0.5, 0.45], intent="definition") == [meaning]
    assert chosen("Where is an owl watched?", abstract, [0.1, 0.5, 0.45]) == ["We watch the owl in trees."]


TOLD = "Voles are hard to hear. We propose OwlNet. OwlNet hears voles. It outperforms bats by 7%."


@pytest.mark.parametrize(
    ("intent", "expected"),
    [
        ("papers", ["We propose OwlNet."]),
        ("comparison", ["Voles are hard to hear.", "We propose OwlNet.", "It outperforms bats by 7%."]),
    ],
)
def test_a_comparison_shows_each_aspect(intent: Intent, expected: list[str]) -> None:
    assert chosen("OwlNet vs. BatNet?", TOLD, title="OwlNet: Ears", intent=intent) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("However, voles are hard to hear.", "Problem"),
        ("Depth sensors suffer at night.", "Problem"),
        ("We propose a network that outperforms bats.", "Approach"),
        ("We address this problem with radios.", "Approach"),
        ("OwlNet listens with two ears.", "Approach"),
        ("OwlNet fails gracefully.", "Approach"),
        ("It is 3 times faster than a bat.", "Result"),
        ("We show that owls hear better.", "Result"),
        ("OwlNet reaches 94% on voles.", "Result"),
        ("", "Approach"),
    ],
)
def test_a_sentence_tells_the_problem_the_approach_or_the_result(sentence: str, expected: str) -> None:
    assert aspect_of(sentence, "OwlNet: Ears") == expected


def test_asked_of_a_paper_is_what_its_title_does_not_say() -> None:
    asked = terms("owl", "hear", "voles")
    assert [term.word for term in terms_beyond_title("Owls That Hear", asked)] == ["voles"]
    assert terms_beyond_title("Bats", asked) == list(asked)


@pytest.mark.parametrize(
    ("question", "title", "expected"),
    [
        ("How fast is OwlNet?", "OwlNet: Ears at Night", True),
        ("how fast is owl-net?", "Owl Net: Ears", True),
        ("What does “Owls at Night” say?", "Owls at Night", True),
        ("How do owls hunt at night?", "Owls at Night", False),
        ("How fast are OwlNets?", "OwlNet: Ears at Night", False),
        ("How fast is the quick brown owl?", "The Quick Brown Owl Listens: Ears", False),
        ("", "OwlNet: Ears", False),
        ("How does S-OwlNet hear?", "OwlNet: Hearing", False),
        ("How does owl-net hear?", "Owl-Net: Hearing", True),
    ],
)
def test_a_question_names_a_paper_by_its_method_or_its_whole_title(question: str, title: str, expected: bool) -> None:
    assert names_paper(question, title) is expected


def test_stems_are_those_of_all_words() -> None:
    assert stems("The owls hunted.") == {stem("the"), stem("owls"), stem("hunted")}
