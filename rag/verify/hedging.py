"""Does a sentence claim more than its source: without its "may", or with an "always" that is not there?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.tokens import stem, stem_set
from rag.verify.alignment import WINDOW, aligned_tokens, content_words_after, nearest_quote

# All read as "perhaps": the stem of "possibly" is that of "possible", which is not a hedge.
_HEDGING_ADVERB = re.compile(
    r"\b(?:possibly|potentially|presumably|probably|likely|apparently|seemingly)\b", re.IGNORECASE
)
_HEDGES = tuple("may might could perhaps whether seem appear some sometimes occasionally".split())
_SOFTENERS = (*_HEDGES, "can")  # each may replace any hedge
# Quantifiers without exception, and the words of which the source must contain one, or one of these, to justify them.
_ABSOLUTES = (
    (tuple("all every always entirely fully completely".split()), tuple("any each entire throughout".split())),
    (tuple("only solely exclusively merely just".split()), tuple("alone sole exclusive mere unique".split())),
)


def overstatement(written: str, quotes: Sequence[str]) -> str:
    """The word that makes `written` stronger than `quotes`: an absolute it adds, or a hedge it drops; "" if none."""
    written, *quotes = (_HEDGING_ADVERB.sub("perhaps", text) for text in (written, *quotes))
    tokens, quoted = aligned_tokens(written), {token for quote in quotes for token in aligned_tokens(quote)}
    for token in tokens[1:]:  # "All three papers" is about the answer, not about what is cited
        for absolutes, equivalents in _ABSOLUTES:
            if token in stem_set(absolutes) and stem_set(absolutes + equivalents).isdisjoint(quoted):
                return next(word for word in absolutes if stem(word) == token)
    return _dropped_hedge(tokens, aligned_tokens(nearest_quote(written, quotes)))


def _dropped_hedge(tokens: Sequence[str], quoted: Sequence[str]) -> str:
    """The first hedge of `quoted` whose scope `tokens` contain without any softener before it, or ""."""
    for position, word in enumerate(quoted):
        scope = content_words_after(quoted, position) if word in stem_set(_HEDGES) else []
        if scope and set(scope) <= set(tokens):
            start = tokens.index(scope[0])
            if stem_set(_SOFTENERS).isdisjoint(tokens[max(0, start - WINDOW) : start]):
                return next(hedge for hedge in _HEDGES if stem(hedge) == word)
    return ""
