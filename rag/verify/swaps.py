"""Have two names or numbers been exchanged: "2D scenes from 3D images" for "3D scenes from 2D images"?"""

from __future__ import annotations

import re
from itertools import combinations

from rag.language.tokens import APOSTROPHE, HYPHEN, STOP_WORDS, scan, stem

_NAME = re.compile(r"\d|.[A-Z]|^[A-Z]")  # found in names and numbers
_WINDOW = 3  # words on either side in which the nearest content word is looked up


def swapped_pair(written: str, source: str) -> tuple[str, str] | None:
    """Two names or numbers of `written`, in lower case, each of which is where `source` has the other, or None.

    The position of a name is given by the nearest content words on either side that are not names. Two numbers in
    the reverse order of the source must also have kept both of these neighbours.
    """
    contexts, source_contexts = _contexts(written), _contexts(source)
    source_order = list(source_contexts)
    for one, other in combinations([name for name in contexts if name in source_contexts], 2):
        if _moved(contexts[one], source_contexts[one], source_contexts[other]) and _moved(
            contexts[other], source_contexts[other], source_contexts[one]
        ):
            return one, other
        are_numbers = one[0].isdigit() and other[0].isdigit()
        is_reversed = source_order.index(one) > source_order.index(other)
        if are_numbers and is_reversed and not all(contexts[n] <= source_contexts[n] for n in (one, other)):
            return one, other
    return None


def _moved(context: set[str], own: set[str], others: set[str]) -> bool:
    """Whether `context` shares a neighbour with `others`' that is not its `own`, and none with its own."""
    return bool(context & others - own) and not context & own


def _contexts(text: str) -> dict[str, set[str]]:
    """The neighbours of each name and number in `text`: "<map" if it follows "map", ">map" if it precedes it."""
    tokens = [token.text for token in scan(text, HYPHEN, APOSTROPHE) if token.kind != "mark" or token.text == "%"]
    found: dict[str, set[str]] = {}
    for position, token in enumerate(tokens):
        if _NAME.search(token):
            left = _nearest(tokens[max(0, position - _WINDOW) : position][::-1])
            right = _nearest(tokens[position + 1 : position + 1 + _WINDOW])
            neighbours = {f"<{left}" if left else "", f">{right}" if right else ""}
            found.setdefault(token.lower(), set()).update(neighbours - {""})
    return found


def _nearest(tokens: list[str]) -> str:
    """The stem of the first of `tokens` that is neither a name nor a stop word, or ""."""
    words = (token.lower() for token in tokens if not _NAME.search(token))
    return next((stem(word) for word in words if word not in STOP_WORDS), "")
