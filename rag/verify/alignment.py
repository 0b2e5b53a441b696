"""What the checks share: comparable tokens of a written sentence and its quotes, and which quote is nearest to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.cues import NEGATIONS, expand_negations
from rag.language.tokens import APOSTROPHE, STOP_WORDS, scan, stem

_NO_NEGATION = re.compile(r"\b(not (only|just|merely)|no matter|whether or not)\b")
_NON = re.compile(r"\bnon-")
FUNCTION_WORDS = frozenset(
    "a an the to of on in be been being is are was were do does did have has had any much very".split()
)
AUXILIARIES = frozenset("is are was were do does did have has had can could may might will would".split())
MARKS = frozenset(",;:.()")  # punctuation that ends a phrase
WINDOW = 6  # tokens on either side of a word within which others relate to it


def nearest_quote(written: str, quotes: Sequence[str]) -> str:
    """The one of `quotes` that shares the most content words with `written`."""
    words = set(aligned_tokens(written)) - STOP_WORDS
    return max(quotes, key=lambda quote: len(words.intersection(aligned_tokens(quote))))


def aligned_tokens(text: str) -> list[str]:
    """The tokens of `text` for comparison: stems, negations in full, and MARKS. "Non-linear" is one word."""
    lower = _NON.sub("non", _NO_NEGATION.sub(" ", expand_negations(text.lower())))
    tokens = scan(lower.replace("_", " "), APOSTROPHE, decimals=False)
    return [
        token.text if token.kind == "mark" or token.text in NEGATIONS else stem(token.text)
        for token in tokens
        if token.kind != "mark" or token.text in MARKS
    ]


def content_words_after(tokens: Sequence[str], position: int) -> list[str]:
    """Up to two content words that follow `position`, before the next mark or verb."""
    found: list[str] = []
    for token in tokens[position + 1 : position + 1 + WINDOW]:
        if token in MARKS or len(found) == 2 or (found and token in AUXILIARIES):
            break
        if token not in FUNCTION_WORDS and token not in NEGATIONS:
            found.append(token)
    return found
