"""The aspect of a paper that a sentence of its abstract is about."""

from __future__ import annotations

import pytest

from rag.answer.aspects import aspect_of
from rag.paper import Paper


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
def test_a_sentence_is_about_the_problem_the_approach_or_the_result(sentence: str, expected: str) -> None:
    assert aspect_of(sentence, Paper("OwlNet: Ears", "Owls hear.")) == expected


@pytest.mark.parametrize(
    ("sentence", "compares"),
    [
        ("It is faster than BatNet.", True),
        ("OwlNet beats BatNets.", True),
        ("OwlNet hears voles.", False),
        ("It is faster than FoxNet.", False),
    ],
)
def test_a_sentence_that_names_another_side_compares(sentence: str, compares: bool) -> None:
    aspect = aspect_of(sentence, Paper("OwlNet: Ears", "Owls hear."), ("OwlNet", "BatNet"))
    assert (aspect == "Comparison") is compares
