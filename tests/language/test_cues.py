"""Which sentences speak of the paper itself, and which contain a condition or a negation."""

from __future__ import annotations

import pytest

from rag.language.cues import (
    describes_own_work,
    expand_negations,
    is_conditional,
    is_first_person,
    proposes,
    states_contribution,
)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("We show that owls hunt.", True),
        ("Owls need our help.", True),
        ("This paper is about owls.", True),
        ("It helps us to hear owls.", True),
        ("Owls owe the USA nothing.", False),
        ("This owl hunts.", False),
        ("", False),
    ],
)
def test_a_sentence_speaks_as_its_authors_or_not(sentence: str, expected: bool) -> None:
    assert is_first_person(sentence) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("which holds if the moon is full", True),
        ("which it does not do by day", True),
        ("while it can't fly", True),
        ("below 60 degrees", True),
        ("which hunts at night", False),
        ("", False),
    ],
)
def test_conditions_and_negations_are_recognised(text: str, expected: bool) -> None:
    assert is_conditional(text) is expected


@pytest.mark.parametrize(
    ("sentence", "short_name", "expected"),
    [
        ("We hear owls.", "", True),
        ("The method hears owls.", "", True),
        ("The OWLNET hears owls.", "OwlNet", True),
        ("The OwlNet hears owls.", "", False),
        ("Owls hear.", "", False),
    ],
)
def test_a_sentence_is_about_the_papers_own_work_or_not(sentence: str, short_name: str, expected: bool) -> None:
    assert describes_own_work(sentence, short_name) is expected


@pytest.mark.parametrize(
    ("sentence", "is_proposal", "is_contribution"),
    [
        ("Here, a network is proposed.", True, True),
        ("We carefully introduce OwlNet.", True, True),
        ("This paper describes owls.", True, True),
        ("Our network hears owls.", False, True),
        ("Owls develop ears.", False, False),
    ],
)
def test_a_sentence_states_what_the_paper_contributes(sentence: str, is_proposal: bool, is_contribution: bool) -> None:
    assert proposes(sentence) is is_proposal
    assert states_contribution(sentence) is is_contribution


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("owls don’t hunt", "owls do not hunt"),
        ("owls can't, or cannot, hunt", "owls can not, or can not, hunt"),
        ("an aunt hunts", "an aunt hunts"),
    ],
)
def test_not_becomes_a_word_of_its_own(text: str, expected: str) -> None:
    assert expand_negations(text) == expected
