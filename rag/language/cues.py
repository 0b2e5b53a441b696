"""How something is said: negated, conditional, in the first person. One list of each, for ranking and for checking."""

from __future__ import annotations

import re

NEGATIONS = frozenset(
    "not no never nor neither none cannot hardly rarely fail fails failed failing unable without lack lacks lacking "
    "impossible unlikely".split()
)
# A clause with one of these says when or for what the rest holds.
CONDITIONS = frozenset(
    "if unless except provided assuming without under when below above until contrary "
    "according ideally respectively".split()
)
_FIRST_PERSON = re.compile(r"\b(we|our|ours|us|this (paper|work|article|study))\b", re.IGNORECASE)


def is_first_person(sentence: str) -> bool:
    """Whether `sentence` speaks as its authors: "we", "our", "this paper"."""
    return bool(_FIRST_PERSON.search(sentence))


def is_conditional(text: str) -> bool:
    """Whether `text` says when or for what something holds, or denies it."""
    return not (CONDITIONS | NEGATIONS).isdisjoint(re.findall(r"[^\W\d_]+", with_not(text.lower())))


def with_not(text: str) -> str:
    """`text` in lower case with each contracted "n't" spelled out as a word of its own."""
    return re.sub(r"n't\b", " not", text.replace("’", "'")).replace("cannot", "can not")
