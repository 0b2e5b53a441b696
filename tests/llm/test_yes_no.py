"""The token at a place of a reply, and the probability of "yes" there."""

from __future__ import annotations

import pytest

from rag.llm.scored import ScoredReply, Token
from rag.llm.yes_no import token_at, yes_probability


def tokens(*texts: str) -> tuple[Token, ...]:
    return tuple(Token(text, ((text, 1.0),)) for text in texts)


@pytest.mark.parametrize(
    ("texts", "text", "offset", "found"),
    [
        (["yes"], "yes", 0, "yes"),
        (["y", "es", "."], "yes.", 2, "es"),
        (["\n", " yes"], "yes", 0, " yes"),
        (['{"', "grade", '": ', "2", "}"], '{"grade": 2}', 10, "2"),
        (["no", ".", "\n", "yes"], "yes", 0, "yes"),
        (["2", " and ", "2"], "2", 0, "2"),
        (["no"], "yes", 0, None),
        ([], "yes", 0, None),
        (["yes"], "yes", 3, None),
    ],
)
def test_the_token_at_a_place_is_found_whatever_comes_before_the_text(
    texts: list[str], text: str, offset: int, found: str | None
) -> None:
    token = token_at(tokens(*texts), text, offset)
    assert (token and token.text) == found


def test_of_equal_texts_the_last_is_the_reply() -> None:
    first, _, last = tokens("2", " and ", "2")
    assert token_at((first, last), "2") is last


@pytest.mark.parametrize(
    ("text", "alternatives", "probability"),
    [
        ("yes", [("yes", 0.5), (" Yes", 0.2), ("y", 0.1), ("no", 0.1), ("No", 0.1)], 0.8),
        ("no", [("yes", 0.1), ("no", 0.3)], 0.25),
        ("yes", [("maybe", 1.0)], 0.0),
        ("yes, if so", [("yes", 1.0)], 0.0),
    ],
)
def test_all_spellings_of_the_word_count(text: str, alternatives: list[tuple[str, float]], probability: float) -> None:
    reply = ScoredReply(text, (Token(text, tuple(alternatives)),))
    assert yes_probability(reply) == pytest.approx(probability)


@pytest.mark.parametrize(("text", "probability"), [(" Yes.\n", 1.0), ("no", 0.0), ("YES!", 1.0), ("", 0.0), ("y", 0.0)])
def test_without_probabilities_the_word_decides(text: str, probability: float) -> None:
    assert yes_probability(ScoredReply(text)) == probability
