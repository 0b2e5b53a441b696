"""Which word of the source a written word stands for, where several could be."""

from __future__ import annotations

import pytest

from tests.verify.rules.checked import alignment, kinds


def neighbours(written: str, source: str) -> dict[str, str]:
    """For each repeated word of `source` that `written` takes up, the word of the source before the chosen one."""
    found = alignment(written, source)
    words = found.source.words
    return {
        word.text: words[targets[0] - 1].text
        for word, targets, every in zip(found.written.words, found.choice, found.candidates, strict=True)
        if len(every) > 1
    }


@pytest.mark.parametrize(
    ("written", "before"),
    [
        ("The large network is trained on echoes.", "large"),
        ("The small network is trained on calls.", "small"),
    ],
)
def test_a_repeated_word_is_the_one_beside_the_same_words(written: str, before: str) -> None:
    source = "The small network is trained on calls, and the large network is trained on echoes."
    assert neighbours(written, source)["network"] == before


def test_words_of_no_content_in_common_stand_for_nothing() -> None:
    found = alignment("Penguins swim.", "Owls hear voles.")
    assert found.choice == [[], []]
    assert found.used == {}


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("In dense forests, the network loses accuracy.", "The network loses accuracy in dense forests."),
        ("The network loses accuracy in dense forests.", "In dense forests, the network loses accuracy."),
        ("At night, barn owls hunt voles in open fields.", "Barn owls hunt voles in open fields at night."),
        ("When the moon rises, owls leave their barns.", "Owls leave their barns when the moon rises."),
        ("By pruning its weights, the network saves memory.", "The network saves memory by pruning its weights."),
        ("If microphones are wet, the network loses accuracy.", "The network loses accuracy if microphones are wet."),
    ],
)
def test_phrases_and_clauses_may_move(written: str, quote: str) -> None:
    assert kinds(written, quote) == set()
