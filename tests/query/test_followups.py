"""What is read out of the words of a question."""

from __future__ import annotations

import pytest
from rag.query.terms import MAX_TERMS

from rag.language.tokens import content_terms
from rag.query.entities import entities
from rag.query.followups import refers_back, rewrites


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which papers speed up diffusion depth?", ["speed", "diffusion", "depth"]),
        ("What is γ-MoD, and is MOD naïve?", ["gamma", "mod", "gammamod", "naive"]),
        ("Please tell me about the studies that you have.", []),
        ("Is 3 more than 1,000 in R?", ["3", "1000"]),
        ("depth of depths and the DEPTH of 3-D", ["depth", "depths", "3d"]),
        ("multi-task state-of-the-art", ["multi", "task", "multitask", "state", "art"]),
        ("?!", []),
        ("", []),
    ],
)
def test_terms_are_the_words_with_meaning_each_once(question: str, expected: list[str]) -> None:
    assert content_terms(question) == expected


def test_a_pasted_page_has_no_more_terms_than_a_query_may() -> None:
    page = " ".join(f"word{n}" for n in range(5_000))
    assert content_terms(page) == [f"word{n}" for n in range(MAX_TERMS)]


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("And bats?", True),
        ("What about moths?", True),
        ("Which of them is the fastest?", True),
        ("How does it work?", True),
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
        ("Why?", False),
    ],
)
def test_a_question_that_leans_on_the_one_before_is_looked_for_behind_it_first(question: str, leans: bool) -> None:
    earlier = ["What do foxes eat?", "Which birds hunt voles?"]
    behind = f"Which birds hunt voles? {question}"
    assert rewrites(question, earlier) == ([behind, question] if leans else [question])
    assert rewrites(question, []) == [question]


CITED = ["OwlNet: Ears", "On Bats", "Foxes"]
NUMBERED = {1: "OwlNet: Ears", 4: "On Bats", 5: "Foxes", 2: "Moths"}


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
def test_an_ordinal_or_a_number_points_at_a_paper(question: str, expected: list[str]) -> None:
    assert rewrites(question, ["Which birds hunt voles?"], CITED, NUMBERED)[: len(expected)] == expected


@pytest.mark.parametrize(
    "question",
    [
        "how many voles does the fourth one need?",
        "what does [3] say about voles?",
        "is the second layer skipped?",
        "do voles sleep for the first time?",
        "how fast is it?",
    ],
)
def test_what_points_at_no_paper_is_looked_for_as_ever(question: str) -> None:
    earlier = ["Which birds hunt voles?"]
    assert rewrites(question, earlier, CITED, NUMBERED) == rewrites(question, earlier)
    assert rewrites(question, earlier, [], {}) == rewrites(question, earlier)


@pytest.mark.parametrize("question", ["how fast is it?", "what is its speed?", "how fast is this method?"])
def test_it_is_the_one_paper_of_the_last_answer(question: str) -> None:
    assert rewrites(question, ["Who hunts?"], ["Foxes"], {1: "Foxes"}) == [f"Foxes {question}", question]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Is LoRA better than SDXL?", {"lora", "sdxl"}),
        ("What do owls hear in Paris?", {"paris"}),
        ("Which Papers Do Owls Read In Paris?", set()),
        ("Owls hear voles.", set()),
        ("", set()),
    ],
)
def test_names_are_told_by_their_capitals_where_not_all_words_have_them(question: str, expected: set[str]) -> None:
    assert entities(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What does [2] say?", True),
        ("How fast is the second one?", True),
        ("How fast is it?", True),
        ("Which of those hunt?", True),
        ("Which owls hunt?", False),
    ],
)
def test_a_question_may_speak_of_papers_that_were_cited(question: str, expected: bool) -> None:
    assert refers_back(question) is expected
