"""The word of a reply, and the probability of "yes" at its place."""

from __future__ import annotations

import pytest

from rag.llm.scored import ScoredReply, Token
from rag.verify.judges.verdict_word import yes_probability

LIKELY = (("yes", 0.5), (" Yes", 0.2), ("y", 0.1), ("no", 0.1), ("No", 0.05), ("n", 0.05), ("none", 0.0), ("!", 0.0))


def reply(*tokens: str, at: int = 0) -> ScoredReply:
    scored = tuple(Token(text, LIKELY if n == at else ((text, 1.0),)) for n, text in enumerate(tokens))
    return ScoredReply("".join(tokens), scored)


@pytest.mark.parametrize("tokens", [("yes",), ("y", "es"), ("yes", "."), ("no",), (" no", "\n")])
def test_all_spellings_of_a_word_count(tokens: tuple[str, ...]) -> None:
    assert yes_probability(reply(*tokens)) == pytest.approx(0.8)


@pytest.mark.parametrize("before", ["\n", " ", "<think>"])
def test_blanks_and_thoughts_before_the_word_are_passed_over(before: str) -> None:
    after = ("no", "</think>", "\n") if before == "<think>" else ()
    assert yes_probability(reply(before, *after, "yes", at=1 + len(after))) == pytest.approx(0.8)


def test_tokens_may_include_thoughts_that_the_text_lacks() -> None:
    spelled = reply("no", ".", "\n", "yes", at=3)
    assert yes_probability(ScoredReply("yes", spelled.tokens)) == pytest.approx(0.8)


def test_without_the_words_among_the_alternatives_nothing_is_confirmed() -> None:
    assert yes_probability(ScoredReply("yes", (Token("yes", (("maybe", 1.0),)),))) == 0.0
    assert yes_probability(ScoredReply("yes", (Token("yes", ()),))) == 0.0


def test_tokens_that_spell_something_else_do_not_count() -> None:
    assert yes_probability(ScoredReply("yes", reply("no").tokens)) == 1.0
    assert yes_probability(ScoredReply("no", reply("yes").tokens)) == 0.0
