"""Text → the words that the parser reads."""

from __future__ import annotations

import pytest

from rag.verify.rules.wording import words_of
from tests.verify.rules.checked import kinds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Owls hear voles.", ["Owls", "hear", "voles", "."]),
        ("It didn't rain.", ["It", "did", "not", "rain", "."]),
        ("Owls cannot swim", ["Owls", "can", "not", "swim"]),
        ("the owl's ears", ["the", "owl", "'s", "ears"]),
        ("a vole-eating owl", ["a", "vole-eating", "owl"]),
        ("1,400 owls weigh 2.5 kg", ["1,400", "owls", "weigh", "2.5", "kg"]),
        ("They left due to rain", ["They", "left", "because_of", "rain"]),
        ("owls as well as bats", ["owls", "and", "bats"]),
        ("up to 3 owls", ["up_to", "3", "owls"]),
        ("it flew up to the barn", ["it", "flew", "up", "to", "the", "barn"]),
        ("at least two owls", ["at_least", "two", "owls"]),
        (r"the \textbf{owl} and $x$", ["the", "owl", "and", "x"]),
        ("", []),
    ],
)
def test_a_text_is_divided_into_words_and_marks(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("The owls left because of the fire.", "The owls left due to the fire."),
        ("The network doesn't need labels.", "The network does not need labels."),
        ("The network needs no fewer than 40 recordings.", "The network needs at least 40 recordings."),
        (
            "The parser reads tables prior to writing the summary.",
            "The parser reads tables before writing the summary.",
        ),
        ("Compared with BatNet, OwlNet needs less memory.", "OwlNet needs less memory than BatNet."),
        ("The network hears owls as well as bats.", "The network hears owls and bats."),
    ],
)
def test_phrases_that_work_as_one_word_stand_for_that_word(written: str, quote: str) -> None:
    assert kinds(written, quote) == set()
