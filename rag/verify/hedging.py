"""Does a sentence claim more than its source: without its "may", or with an "always" of its own?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.tokens import stem
from rag.verify.alignment import REACH, aligned_tokens, content_words_after, nearest_quote

# The stem of "possibly" is that of "possible", which hedges nothing: all such adverbs are read as one.
_ADVERB = re.compile(r"\b(?:possibly|potentially|presumably|probably|likely|apparently|seemingly)\b", re.IGNORECASE)
_HEDGES = {
    stem(word): word for word in "may might could perhaps whether seem appear some sometimes occasionally".split()
}
_SOFT = {*_HEDGES, "can"}  # one of these may stand for any hedge
# Words that leave no exception, by their stems, and the stems of which a source must have one for that.
_STRICT = tuple(
    ({stem(word): word for word in said.split()}, frozenset(map(stem, f"{said} {backing}".split())))
    for said, backing in (
        ("all every always entirely fully completely", "any each entire throughout"),
        ("only solely exclusively merely just", "alone sole exclusive mere unique"),
    )
)


def overstatement(written: str, quotes: Sequence[str]) -> str:
    """The word that makes `written` stronger than `quotes`: one that it adds, or a hedge left out; "" if none does."""
    written, *quotes = (_ADVERB.sub("perhaps", text) for text in (written, *quotes))
    ours, theirs = aligned_tokens(written), {word for quote in quotes for word in aligned_tokens(quote)}
    for word in ours[1:]:  # "All three papers" tells of the answer, not of what is cited
        for said, backing in _STRICT:
            if word in said and backing.isdisjoint(theirs):
                return said[word]
    return _hedge_left_out(ours, aligned_tokens(nearest_quote(written, quotes)))


def _hedge_left_out(ours: Sequence[str], theirs: Sequence[str]) -> str:
    """The first hedge of `theirs` of which `ours` has what it is about, and nothing soft before that."""
    for at, word in enumerate(theirs):
        about = content_words_after(theirs, at) if word in _HEDGES else []
        if about and set(about) <= set(ours):
            place = ours.index(about[0])
            if _SOFT.isdisjoint(ours[max(0, place - REACH) : place]):
                return _HEDGES[word]
    return ""
