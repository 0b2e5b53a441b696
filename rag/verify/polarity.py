"""What a sentence denies, and which way its comparisons point: does its source say the same?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.language.cues import NEGATIONS
from rag.verify.alignment import aligned_tokens, content_words_after, nearest_quote

_PREFIXES = ("un", "non", "in", "im", "dis", "ir")


def contradicted_negation(written: str, quotes: Sequence[str]) -> str:
    """What one of both denies and the other says, "" where they agree; what is said nearest to `written` counts."""
    ours, nearest = aligned_tokens(written), aligned_tokens(nearest_quote(written, quotes))
    said = [word for quote in quotes for word in aligned_tokens(quote)]
    if sum(word in NEGATIONS for word in ours) > sum(word in NEGATIONS for word in said):
        return next(word for word in reversed(ours) if word in NEGATIONS)
    everything = [denied for quote in quotes for denied in _denied(aligned_tokens(quote))]
    for denied in _denied(ours):
        if denied and not any(set(denied) & set(other) for other in everything):
            return denied[0]
    for denied in _denied(nearest):
        if denied[:1] and denied[0] in ours and not any(denied[0] in other for other in _denied(ours)):
            return denied[0]
    return next((word for word in ours if word not in said and _opposed(word, nearest)), "")


def _denied(tokens: Sequence[str]) -> Iterator[list[str]]:
    """What each denial is about."""
    return (content_words_after(tokens, at) for at, token in enumerate(tokens) if token in NEGATIONS)


def _opposed(word: str, theirs: Sequence[str]) -> bool:
    """Whether the source has `word` only with a prefix that denies it, or only without the one that it has."""
    if len(word) < 4:
        return False
    bare = [word[len(prefix) :] for prefix in _PREFIXES if word.startswith(prefix) and len(word) - len(prefix) > 3]
    return any(f"{prefix}{word}" in theirs for prefix in _PREFIXES) or any(one in theirs for one in bare)
