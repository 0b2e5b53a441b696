"""Whether two lists of authors name the same people, who may be spelled "Ada B. Reed", "A. Reed" or "Reed Ada"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import NamedTuple

from rag.text import normalize

_MAX_WORDS = 8  # of a name that are looked at; those of organisations may have more


class _Spellings(NamedTuple):
    """What the spellings of names have in common: whole words, those that stand alone, and each with an initial."""

    words: set[str]
    alone: set[str]
    pairs: set[tuple[str, str]]


def authors_differ(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether less than half of the shorter list are in the longer one; not if one of them is empty."""
    if not first or not second:
        return False
    shorter, longer = sorted((first, second), key=len)
    known = _spellings(longer)
    return 2 * sum(_are_alike(_spellings([name]), known) for name in shorter) < len(shorter)


def _are_alike(one: _Spellings, known: _Spellings) -> bool:
    """Names share a word and an initial besides it, or a word where one of them has no other."""
    return bool(one.pairs & known.pairs or one.alone & known.words or one.words & known.alone)


def _spellings(names: Iterable[str]) -> _Spellings:
    found = _Spellings(set(), set(), set())
    for name in names:
        words = normalize(name).split()[:_MAX_WORDS]
        whole = {word for word in words if len(word) > 1} or set(words)
        found.words.update(whole)
        if len(words) == 1:
            found.alone.update(words)
        found.pairs.update((one, other[0]) for one, other in permutations(words, 2) if one in whole)
    return found
