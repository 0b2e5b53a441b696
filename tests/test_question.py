"""What is read out of the words of a question."""

from __future__ import annotations

import pytest

from rag.question import MAX_TERMS, asks_for_papers, asks_for_quantity, phrasings, terms


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
    assert terms(question) == expected


def test_a_pasted_page_has_no_more_terms_than_a_query_may() -> None:
    page = " ".join(f"word{n}" for n in range(5_000))
    assert terms(page) == [f"word{n}" for n in range(MAX_TERMS)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How much faster is it?", True),
        ("how\nmany layers are skipped?", True),
        ("Which papers speed up inference?", True),
        ("What speed-up does OwlNet reach?", True),
        ("By what factor does it grow?", True),
        ("What percentage of voles survive?", True),
        ("Where does the error come from?", True),
        ("How does the router work?", False),
        ("Which papers generate corporate reports?", False),
        ("Why do owls hunt at night?", False),
        ("", False),
    ],
)
def test_a_number_is_asked_for(question: str, expected: bool) -> None:
    assert asks_for_quantity(question) is expected


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
    assert phrasings(question, earlier) == ([behind, question] if leans else [question])
    assert phrasings(question, []) == [question]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which papers study owls?", True),
        ("which recent self-supervised depth papers use video?", True),
        ("Shrinking networks, what papers?", True),
        ("How many papers study voles?", True),
        ("What work is there on voles?", True),
        ("Is there any research on voles at night?", True),
        ("Who has studied voles?", True),
        ("Voles are hard to hear - who tackles this?", True),
        ("Which methods run in real time?", True),
        ("Show me articles about owls", True),
        ("papers on owls", True),
        ("Which method runs at 178 fps?", False),
        ("Which methods does OwlNet use?", False),
        ("What do the papers say about owls?", False),
        ("How do papers measure owls?", False),
        ("Who won the world cup?", False),
        ("Who invented owls?", False),
        ("How does it work?", False),
        ("", False),
    ],
)
def test_papers_are_asked_for(question: str, expected: bool) -> None:
    assert asks_for_papers(question) is expected
