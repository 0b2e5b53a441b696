"""The parts of an author's name, where they can be told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_WORDS = 6  # of a person's name; what is longer is an organisation or a mistake

_PARTICLES = frozenset(
    "af al av ben bin da das de del della den der des di do dos du el ibn la las le los te ten ter tot van vom von zu "
    "zum zur".split()
)
_CAPITAL_PARTICLES = frozenset("De Del Della Den Der Di Dos Du Ten Ter Van Vom Von".split())  # "Eddie Van Halen"
_JOINS = frozenset("e i y".split())  # between two family names: "Ortega y Gasset"
_SUFFIX = re.compile(r"(?:Jr|Sr|Junior|Senior|II|III|IV)\.?", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?)+|[A-Z]{1,3}")
# Nobody is called so, or the name is not in the order "Given Family".
_WHOLE = re.compile(
    r"""[\d@/()&] | [\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]
    | ^(?:the|team)\b | \b(?:and|for|of|on|collaborations?|consortium|groups?|teams?|committee|networks?|society
    |universit\w+|institut\w*|associations?|initiative|project|foundation|cent(?:er|re)s?|agency|organi[sz]ation
    |department|laborator\w+|inc|ltd|llc|gmbh|corporation|investigators|authors|others)\b""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an author. Without `given`, `family` is all of it: of an organisation, or not to be told apart."""

    family: str
    given: str = ""
    suffix: str = ""


def parts(name: str) -> Name:
    """The parts of ``Ada Lovelace``, ``Lovelace, Ada``, ``Ludwig van Beethoven`` or ``Martin Luther King Jr.``.

    The last word of a name is the family name, with the particles before it. A name that may be of an organisation, or
    may begin with the family name, as ``Smith JA`` and ``王 伟`` do, is left whole.
    """
    words = name.split()
    if _WHOLE.search(name) or len(words) > MAX_WORDS:
        return Name(name)
    if "," in name:
        return _inverted(name)
    suffix = words.pop() if words and _SUFFIX.fullmatch(words[-1]) else ""
    if len(words) < 2 or _INITIALS.fullmatch(words[-1]):
        return Name(name)
    first = _family_start(words)
    return Name(" ".join(words[first:]), " ".join(words[:first]), suffix)


def _inverted(name: str) -> Name:
    """``Family, Given`` with a suffix after it, between them or not at all; whole if it has other commas."""
    family, *rest = (part.strip() for part in name.split(","))
    suffixes = [part for part in rest if _SUFFIX.fullmatch(part)]
    given = [part for part in rest if part not in suffixes]
    if not family or len(given) != 1 or not given[0] or len(suffixes) > 1:
        return Name(name)
    return Name(family, given[0], *suffixes)


def _family_start(words: list[str]) -> int:
    """Where in `words` the family name begins, which is never at the first."""
    for n, word in enumerate(words[1:-1], 1):
        if word in _JOINS:
            return max(1, n - 1)
        if word in _PARTICLES or word in _CAPITAL_PARTICLES:
            return n
    return len(words) - 1
