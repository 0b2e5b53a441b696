"""A follow-up is searched for with the question or the paper that it refers to."""

from __future__ import annotations

import pytest

from rag.paper import Paper
from rag.query.followups import absent, depends, rewrites


@pytest.mark.parametrize(
    ("question", "depends"),
    [
        ("And bats?", True),
        ("What about moths?", True),
        ("Which of them is the fastest?", True),
        ("Does that hold for bats?", True),
        ("Who wrote these?", True),
        ("What does the second one do?", True),
        ("Is the latter cheaper?", True),
        ("Which papers study owls?", False),
        ("Which islands have sandy orbits?", False),
        ("What are one-step and one-shot samplers?", False),
        ("Which models that skip layers stay accurate?", False),
        ("Is there something like that for bats?", True),
        ("Can you explain that?", True),
        ("How fast is OneNet?", False),
        ("who argues the opposite?", True),
        ("any counterexamples?", True),
        ("snowy voles?", True),
        ("snowy voles", False),
    ],
)
def test_a_question_that_depends_on_the_one_before_is_searched_for_behind_it(question: str, depends: bool) -> None:
    earlier = ["What do foxes eat?", "Which birds hunt voles?"]
    behind = f"Which birds hunt voles? {question}"
    assert rewrites(question, earlier) == ([behind, question] if depends else [question])
    assert rewrites(question, []) == [question]


@pytest.mark.parametrize("question", ["Why?", "how so?", "How does it work?", "who else does this?"])
def test_a_question_without_content_repeats_the_one_before(question: str) -> None:
    assert rewrites(question, ["Which birds hunt voles?"]) == [f"{question} Which birds hunt voles?"]


@pytest.mark.parametrize(
    ("question", "dependent"),
    [
        ("Is it possible to train without labels?", False),
        ("does it help a model to see owls?", False),
        ("how many images does the benchmark have?", True),
        ("how many images does the ImageNet benchmark have?", False),
        ("what came out best there?", True),
        ("is it fast?", True),
    ],
)
def test_an_it_that_stands_for_nothing_refers_to_nothing(question: str, dependent: bool) -> None:
    assert depends(question) is dependent


OWLS, BATS, FOXES, MOTHS = (Paper(title, "It hunts.") for title in ("OwlNet: Ears", "On Bats", "Foxes", "Moths"))
CITED = [OWLS, BATS, FOXES]
NUMBERED = {1: OWLS, 4: BATS, 5: FOXES, 2: MOTHS}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "how many voles does the second one need?",
            ["On Bats how many voles does need?", "how many voles does need?"],
        ),
        ("What does the first paper say about voles?", ["OwlNet: Ears What does say about voles?"]),
        ("does the last of them hunt voles?", ["Foxes does hunt voles?"]),
        ("what does [4] say about voles?", ["On Bats what does say about voles?"]),
        ("what does [2] say about voles?", ["Moths what does say about voles?"]),
        ("do voles fear the first or the third?", ["OwlNet: Ears Foxes do voles fear or ?"]),
        ("how many voles do the first and the second need?", ["OwlNet: Ears On Bats how many voles do and need?"]),
        ("and the last one?", ["Foxes Which birds hunt voles?", "Which birds hunt voles?"]),
    ],
)
def test_an_ordinal_or_a_number_refers_to_a_cited_paper(question: str, expected: list[str]) -> None:
    assert rewrites(question, ["Which birds hunt voles?"], CITED, NUMBERED)[: len(expected)] == expected


@pytest.mark.parametrize(
    "question",
    [
        "how many voles does the ninth one need?",
        "what does [3] say about voles?",
        "is the second layer skipped?",
        "do voles sleep for the first time?",
        "how fast is it?",
    ],
)
def test_without_a_paper_to_refer_to_only_the_question_before_matters(question: str) -> None:
    earlier = ["Which birds hunt voles?"]
    assert rewrites(question, earlier, CITED, NUMBERED) == rewrites(question, earlier)
    assert rewrites(question, earlier, [], {}) == rewrites(question, earlier)


@pytest.mark.parametrize("question", ["how fast is it?", "what is its speed?", "how fast is this method?"])
def test_it_refers_to_the_only_paper_of_the_last_answer(question: str) -> None:
    assert rewrites(question, ["Who hunts?"], [FOXES], {1: FOXES}) == [f"Foxes {question}", question]


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("bibtex of [9]", ("[9]",)),
        ("do [1] and paper 7 differ from [1]?", ("paper 7",)),
        ("what does the ninth one say?", ("the ninth one",)),
        ("how do [MASK] tokens help with [0] padding since [2020] or [224]?", ()),
        ("is the ninth method new?", ()),
        ("does [4] cite the last one?", ()),
    ],
)
def test_a_number_that_no_paper_has_is_known_as_such(question: str, missing: tuple[str, ...]) -> None:
    assert absent(question, CITED, NUMBERED) == missing
    assert absent(question, [], {}) == ()
