"""Whether two abstracts that are alike in wording state different things: other numbers, or the opposite.

So do yearly reports and trials of one drug, whose abstracts are written on one pattern.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from rag.text import normalize

_NUMBER = re.compile(r"\d+(?:[.,·]\d+)*")
_THOUSANDS = re.compile(r"(?<=\d)[,\s](?=\d{3}(?!\d))")
_SHARED = 0.5  # of the numbers of the abstract that has fewer; an article may correct some of its preprint
_SAME_WORDING = 0.9  # of the windows of the abstract that has fewer
_NEGATED = {"cannot": ("can", "not"), "without": ("with", "not")}
_NEGATIONS = frozenset("not no never neither nor".split())
# Words that come and go with a negation: "it shortens", "it does not shorten"; "an effect", "no effect".
_HELPERS = frozenset("a an the any do does did is are was were be been has have had can could will would may".split())
_CONTRACTED = re.compile(r"n['’]t\b")
_STEM = 4  # letters: "shortens" and "shorten" are one

_Window = tuple[str, str, str]  # stems; all numbers are one


def disagree(first: str, second: str, *, in_one_year: bool) -> bool:
    """Whether most numbers of the abstract with fewer are not in the other, or one negates what the other says.

    Of different years, one other number is enough if the wording is the same.
    """
    numbers, others = _numbers(first), _numbers(second)
    fewer = min(len(numbers), len(others))
    shared = len(numbers & others)
    if shared < _SHARED * fewer or (shared < fewer and not in_one_year and _have_one_wording(first, second)):
        return True
    (said, denied), (also_said, also_denied) = _windows(first), _windows(second)
    return bool((denied - said) & (also_said - also_denied) or (also_denied - also_said) & (said - denied))


def _have_one_wording(first: str, second: str) -> bool:
    windows, others = ({*said, *denied} for said, denied in map(_windows, (first, second)))
    return len(windows & others) >= _SAME_WORDING * min(len(windows), len(others))


@lru_cache(maxsize=128)  # each is compared with some of its title, which are looked at one after the other
def _numbers(text: str) -> frozenset[str]:
    """The numbers in `text` in one spelling each: 10,000 and 10 000 are one, and so are 0.05, .05 and 0·05."""
    found = _NUMBER.findall(_THOUSANDS.sub("", text))
    return frozenset(re.sub("[,·]", ".", number).lstrip("0.") for number in found)


@lru_cache(maxsize=128)
def _windows(text: str) -> tuple[frozenset[_Window], frozenset[_Window]]:
    """Three words in a row that `text` says, and those that a negation stands within, both without it."""
    found: dict[bool, set[_Window]] = defaultdict(set)
    stems: list[str] = []
    negations: list[bool] = []  # whether one stands before the stem
    is_negated = False
    for word in _words(text):
        if word in _NEGATIONS:
            is_negated = True
        elif word not in _HELPERS:
            stems.append("0" if any(map(str.isdigit, word)) else word[:_STEM])
            negations.append(is_negated)
            is_negated = False
    for at in range(2, len(stems)):
        found[any(negations[at - 1 : at + 1])].add((stems[at - 2], stems[at - 1], stems[at]))
    return frozenset(found[False]), frozenset(found[True])


def _words(text: str) -> Iterator[str]:
    for word in normalize(_CONTRACTED.sub(" not", text)).split():
        yield from _NEGATED.get(word, (word,))
