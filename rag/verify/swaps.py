"""Names and numbers that have changed places: "2D scenes from 3D images" is not "3D scenes from 2D images"."""

from __future__ import annotations

import re
from itertools import combinations

from rag.language.tokens import STOP_WORDS, stem

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?:[A-Za-z]\w*)?|[^\W_]+(?:[-'’][^\W_]+)*|%")
_MARKED = re.compile(r"\d|.[A-Z]|^[A-Z]")
REACH = 3  # words on either side among which the neighbour that carries meaning is sought


def swapped_pair(written: str, source: str) -> tuple[str, str] | None:
    """Two names or numbers of `written` each of which stands where the other does in `source`; None if there are none.

    Where one stands is told by the nearest word on either side that carries meaning and is no name itself. Numbers in
    another order than in the source must have kept both neighbours.
    """
    ours, theirs = _places(written), _places(source)
    before = list(theirs)
    for one, other in combinations([name for name in ours if name in theirs], 2):
        if _moved(ours[one], theirs[one], theirs[other]) and _moved(ours[other], theirs[other], theirs[one]):
            return one, other
        numbers = one[0].isdigit() and other[0].isdigit()
        if numbers and before.index(one) > before.index(other) and not all(ours[n] <= theirs[n] for n in (one, other)):
            return one, other
    return None


def _moved(now: set[str], before: set[str], other: set[str]) -> bool:
    """Whether what stands at `now` stood at the place of the `other` and not at its own `before`."""
    return bool(now & other - before) and not now & before


def _places(text: str) -> dict[str, set[str]]:
    """The neighbours of each name and number in `text`, in lower case: "<map" before it, ">map" behind."""
    tokens = _TOKEN.findall(text)
    found: dict[str, set[str]] = {}
    for at, token in enumerate(tokens):
        if _MARKED.search(token):
            before = _first(tokens[max(0, at - REACH) : at][::-1])
            behind = _first(tokens[at + 1 : at + 1 + REACH])
            found.setdefault(token.lower(), set()).update(
                {f"<{before}"} if before else (), {f">{behind}"} if behind else ()
            )
    return found


def _first(tokens: list[str]) -> str:
    return next((stem(t.lower()) for t in tokens if not _MARKED.search(t) and t.lower() not in STOP_WORDS), "")
