"""Does a sentence negate what its source affirms, or affirm what it negates?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.language.cues import NEGATIONS
from rag.verify.alignment import aligned_tokens, content_words_after, nearest_quote

_NEGATIVE_PREFIXES = ("un", "non", "in", "im", "dis", "ir")
_MIN_ROOT_LENGTH = 4  # characters; in shorter words, "in" and "un" are mostly no prefixes


def contradicted_negation(written: str, quotes: Sequence[str]) -> str:
    """A word that either `written` or `quotes` negates and the other affirms; "" if there is none.

    A negation of `written` may come from any quote; one that it must keep is in the quote nearest to it.
    """
    tokens, nearest = aligned_tokens(written), aligned_tokens(nearest_quote(written, quotes))
    quoted = [token for quote in quotes for token in aligned_tokens(quote)]
    if sum(token in NEGATIONS for token in tokens) > sum(token in NEGATIONS for token in quoted):
        return next(token for token in reversed(tokens) if token in NEGATIONS)
    scopes = list(_negation_scopes(tokens))
    quoted_scopes = [scope for quote in quotes for scope in _negation_scopes(aligned_tokens(quote))]
    for scope in scopes:
        if scope and not any(set(scope) & set(other) for other in quoted_scopes):
            return scope[0]
    for scope in _negation_scopes(nearest):
        if scope and scope[0] in tokens and not any(scope[0] in other for other in scopes):
            return scope[0]
    return next((token for token in tokens if token not in quoted and _has_antonym(token, nearest)), "")


def _negation_scopes(tokens: Sequence[str]) -> Iterator[list[str]]:
    """The content words that each negation applies to."""
    return (content_words_after(tokens, n) for n, token in enumerate(tokens) if token in NEGATIONS)


def _has_antonym(word: str, tokens: Sequence[str]) -> bool:
    """Whether `tokens` contain `word` with a negative prefix, or without the one that it has."""
    if len(word) < _MIN_ROOT_LENGTH:
        return False
    roots = [word.removeprefix(prefix) for prefix in _NEGATIVE_PREFIXES if word.startswith(prefix)]
    antonyms = {prefix + word for prefix in _NEGATIVE_PREFIXES}
    antonyms.update(root for root in roots if len(root) >= _MIN_ROOT_LENGTH)
    return not antonyms.isdisjoint(tokens)
