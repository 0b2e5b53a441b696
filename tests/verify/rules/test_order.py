"""Two things that have changed places around a third."""

from __future__ import annotations

import pytest

from tests.verify.rules.checked import kinds


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        (
            "Owls hear voles under snow and bats hear moths in flight.",
            "Owls hear moths under snow and bats hear voles in flight.",
        ),
        (
            "The recordings of the barn are louder than the recordings of the cave.",
            "The recordings of the cave are louder than the recordings of the barn.",
        ),
        (
            "OwlNet needs 90 hours of recordings and BatNet needs 40 hours of recordings.",
            "OwlNet needs 40 hours of recordings and BatNet needs 90 hours of recordings.",
        ),
        ("OwlNet hears voles faster than BatNet.", "BatNet hears voles faster than OwlNet."),
        ("Voles hunt owls in old barns.", "Owls hunt voles in old barns."),
        ("Bats avoid owls near the river.", "Owls avoid bats near the river."),
        ("Owls are faster than bats.", "Bats are faster than owls."),
        ("Noise drowns calls.", "Calls drown noise."),
    ],
)
def test_two_things_may_not_change_places_around_a_third(written: str, quote: str) -> None:
    assert "order" in kinds(written, quote)


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("Wind noise is masked by the calls of owls.", "The calls of owls mask wind noise."),
        ("Echoes at the river are recorded by the microphone.", "The microphone records echoes at the river."),
        ("In spring, the network counts owls at the river.", "The network counts owls at the river in spring."),
        ("The network hears bats and owls.", "The network hears owls and bats."),
    ],
)
def test_a_verb_may_be_turned_and_phrases_and_lists_may_move(written: str, quote: str) -> None:
    assert kinds(written, quote) == set()


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("Models of owls are outperformed by those of bats.", "Models of owls outperform those of bats."),
        ("The network is trained by the owls.", "The network trains the owls."),
        ("The owls avoid the bats.", "The owls are avoided by the bats."),
    ],
)
def test_a_verb_may_not_change_its_voice_where_it_stands(written: str, quote: str) -> None:
    assert "role" in kinds(written, quote)


def test_a_verb_without_an_object_may_be_in_the_passive() -> None:
    assert kinds("The networks are trained on calls.", "The networks train on calls.") == set()


def test_what_is_unlike_others_is_not_like_them() -> None:
    quote = "Different from earlier networks, OwlNet hears voles."
    assert "preposition" in kinds("Like earlier networks, OwlNet hears voles.", quote)
    assert kinds("Unlike earlier networks, OwlNet hears voles.", quote) == set()
