"""Relations of a sentence that its source contradicts."""

from __future__ import annotations

import pytest

from tests.verify.rules.checked import all_faults, kinds


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("Students supervise teachers.", "Teachers supervise students."),
        ("Teachers are supervised by students.", "Teachers supervise students."),
        ("Mice frighten the elephants.", "The elephants frighten the mice."),
        ("The decoder trains the encoder.", "The encoder trains the decoder."),
        ("The bats that moths avoid fly low.", "The bats that avoid moths fly low."),
        ("Predators are detected by prey.", "Prey are detected by predators."),
        ("OwlNet is outperformed by BatNet.", "OwlNet outperforms BatNet."),
        ("BatNet beats OwlNet on the barn set.", "OwlNet beats BatNet on the barn set."),
        ("Stress causes noise in owls.", "Noise causes stress in owls."),
        ("The student network guides the teacher network.", "The teacher network guides the student network."),
    ],
)
def test_who_does_what_to_whom_may_not_be_swapped(written: str, quote: str) -> None:
    assert "role" in kinds(written, quote)
    assert any(fault.refutes for fault in all_faults(written, quote))


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("Owls fly from the barn to the river.", "Owls fly from the river to the barn."),
        ("The temperature stays above zero.", "The temperature stays below zero."),
        ("OwlNet was trained with rain.", "OwlNet was trained without rain."),
    ],
)
def test_a_preposition_may_not_become_its_opposite(written: str, quote: str) -> None:
    assert "preposition" in kinds(written, quote)


TWO = ("The network filters noise under snow.", "The sensor runs with batteries.")


@pytest.mark.parametrize(
    ("written", "quotes"),
    [
        ("The network filters batteries.", TWO),
        ("The network is sold with batteries.", ("The network is sold in shops.", "The sensor runs with batteries.")),
        ("Rain reaches the caves.", ("Rain reaches the river.", "Bats sleep in the caves.")),
        ("OwlNet finds voles by their echoes.", ("OwlNet finds voles by ear.", "BatNet finds moths by their echoes.")),
    ],
)
def test_words_of_two_sentences_may_not_be_related(written: str, quotes: tuple[str, ...]) -> None:
    assert kinds(written, *quotes) & {"two sentences", "contradicted"}


def test_what_the_second_sentence_says_of_it_may_be_said_of_the_first() -> None:
    quotes = ("OwlNet hears voles in the snow.", "It needs batteries.")
    assert kinds("OwlNet hears voles and needs batteries.", *quotes) == set()
    assert kinds("OwlNet hears voles and needs sensors.", *quotes) == {"word"}


@pytest.mark.parametrize(
    ("written", "quote", "kind"),
    [
        (
            "The sparse network is more accurate than the dense network.",
            "The dense network is more accurate than the sparse network.",
            "exchanged",
        ),
        (
            "The noisy network is slower than the quiet network.",
            "The quiet network is slower than the noisy network.",
            "exchanged",
        ),
        ("OwlNet needs more memory and less power.", "OwlNet needs less memory and more power.", "degree"),
        ("The less noisy network has more power.", "The more noisy network has less power.", "degree"),
    ],
)
def test_a_word_may_not_go_to_another_of_the_same_name_nor_more_to_what_is_less(
    written: str, quote: str, kind: str
) -> None:
    assert kind in kinds(written, quote)
    assert any(fault.refutes for fault in all_faults(written, quote))
    assert kinds(quote, quote) == set()
