"""What a question asks to know is recognised, and so are sentences that state it."""

from __future__ import annotations

import pytest

from rag.answer.facets import compared_facet_of, counted_noun, facet_of, states_count


@pytest.mark.parametrize(
    ("question", "name", "states", "does_not"),
    [
        ("What datasets are used for owl tracking?", "a dataset", "We test on KITTI and OwlNet.", "Owls fly at night."),
        ("limitations of owl radios?", "a limitation", "However, radios are costly.", "Radios track owls."),
        ("open problems in owl tracking", "an open problem", "It remains unclear how owls hear.", "Owls hear voles."),
        ("what hardware were the owls measured on?", "hardware", "It runs on an RTX 3080.", "It runs fast."),
        ("why do owls fly?", "a reason", "Owls fly because voles hide.", "Owls fly at night."),
    ],
)
def test_a_facet_is_asked_for_and_stated(question: str, name: str, states: str, does_not: str) -> None:
    facet = facet_of(question)
    assert facet is not None
    assert facet.name == name
    assert facet.stated.search(states)
    assert not facet.stated.search(does_not)


@pytest.mark.parametrize(
    "question", ["Which papers track owls?", "how fast is an owl?", "which data structures index owls?"]
)
def test_other_questions_ask_for_no_facet(question: str) -> None:
    assert facet_of(question) is None


@pytest.mark.parametrize(
    ("question", "name", "states", "does_not"),
    [
        ("which is faster, owls or bats?", "a speed", "Owls fly in real time.", "Owls fly at night."),
        ("owls or bats, which needs less memory?", "memory or size", "Owls have 3M parameters.", "Owls sleep."),
        ("limitations of owls vs bats", "a limitation", "However, owls are costly.", "Owls sleep."),
    ],
)
def test_a_comparison_may_be_of_one_quality(question: str, name: str, states: str, does_not: str) -> None:
    facet = compared_facet_of(question)
    assert facet is not None
    assert facet.name == name
    assert facet.stated.search(states)
    assert not facet.stated.search(does_not)


def test_a_comparison_may_be_in_every_respect() -> None:
    assert compared_facet_of("how do owls differ from bats?") is None


@pytest.mark.parametrize(
    ("question", "noun"),
    [
        ("how many images does it have?", "images"),
        ("How many training steps are needed?", "steps"),
        ("how many frames per second does it reach?", ""),
        ("how fast is it?", ""),
    ],
)
def test_the_counted_noun_is_found(question: str, noun: str) -> None:
    assert counted_noun(question) == noun


def test_a_count_needs_a_number_and_the_noun() -> None:
    assert states_count("It has 6,000 images of owls.", "image")
    assert states_count("It has twelve images.", "images")
    assert not states_count("It has 3D images of owls.", "images")
    assert not states_count("It has 6,000 owls.", "images")
