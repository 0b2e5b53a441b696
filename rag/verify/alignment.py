"""A written sentence beside its source: which quote is nearest, and the tokens of both."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.cues import NEGATIONS
from rag.language.tokens import STOP_WORDS, stem

_NOT_DENIED = re.compile(r"\b(not (only|just|merely)|no matter|whether or not)\b", re.IGNORECASE)
FUNCTION_WORDS = frozenset(
    "a an the to of on in be been being is are was were do does did have has had any much very".split()
)
AUXILIARIES = frozenset("is are was were do does did have has had can could may might will would".split())
MARKS = frozenset(",;:.()")
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[,;:.()]")
REACH = 6  # words on either side of a thing within which something is said of it


def nearest_quote(written: str, quotes: Sequence[str]) -> str:
    """The quote that has most of the words of `written`."""
    said = set(aligned_tokens(written)) - STOP_WORDS
    return max(quotes, key=lambda quote: len(said.intersection(aligned_tokens(quote))))


def aligned_tokens(text: str) -> list[str]:
    plain = _NOT_DENIED.sub(" ", re.sub(r"n['’]t\b", " not", text)).lower().replace("can not", "cannot")
    plain = re.sub(r"\bnon-", "non", plain)  # "non-linear" is "nonlinear", and not "linear"
    return [token if token in NEGATIONS else stem(token).replace(" ", "") for token in _TOKEN.findall(plain)]


def content_words_after(tokens: Sequence[str], at: int) -> list[str]:
    """The words behind the one at `at` that carry meaning, two at most, up to a mark or verb."""
    found: list[str] = []
    for word in tokens[at + 1 : at + 1 + REACH]:
        if word in MARKS or len(found) == 2 or (found and word in AUXILIARIES):
            break
        if word not in FUNCTION_WORDS and word not in NEGATIONS:
            found.append(word)
    return found
