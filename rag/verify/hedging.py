"""Does a sentence claim more than its source: without its "may", or with an "always" that is not there?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.tokens import stem
from rag.verify.alignment import WINDOW, aligned_tokens, content_words_after, nearest_quote

# All read as "perhaps": the stem of "possibly" is that of "possible", which is not a hedge.
_HEDGING_ADVERB = re.compile(
    r"\b(?:possibly|potentially|presumably|probably|likely|apparently|seemingly)\b", re.IGNORECASE
)
_HEDGES = {
    stem(word): word for word in "may might could perhaps whether seem appear some sometimes occasionally".split()
}
_SOFTENERS = {*_HEDGES, "can"}  # each may replace any hedge
# Quantifiers without exception, by their stems, and the stems of which the source must contain one to justify them.
_ABSOLUTES = tuple(
    ({stem(word): word for word in words.split()}, frozenset(map(stem, f"{words} {equivalents}".split())))
    for words, equivalents in (
        ("all every always entirely fully completely", "any each entire throughout"),
        ("only solely exclusively merely just", "alone sole exclusive mere unique"),
    )
)


def overstatement(written: str, quotes: Sequence[str]) -> str:
    """The word that makes `written` stronger than `quotes`: an absolute it adds, or a hedge it drops; "" if none."""
    written, *quotes = (_HEDGING_ADVERB.sub("perhaps", text) for text in (written, *quotes))
    tokens, quoted = aligned_tokens(written), {token for quote in quotes for token in aligned_tokens(quote)}
    for token in tokens[1:]:  # "All three papers" is about the answer, not about what is cited
        for absolutes, justifications in _ABSOLUTES:
            if token in absolutes and justifications.isdisjoint(quoted):
                return absolutes[token]
    return _dropped_hedge(tokens, aligned_tokens(nearest_quote(written, quotes)))


def _dropped_hedge(tokens: Sequence[str], quoted: Sequence[str]) -> str:
    """The first hedge of `quoted` whose scope `tokens` contain without any softener before it, or ""."""
    for position, word in enumerate(quoted):
        scope = content_words_after(quoted, position) if word in _HEDGES else []
        if scope and set(scope) <= set(tokens):
            start = tokens.index(scope[0])
            if _SOFTENERS.isdisjoint(tokens[max(0, start - WINDOW) : start]):
                return _HEDGES[word]
    return ""
