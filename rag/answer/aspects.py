"""What a sentence of an abstract tells: the problem, the approach or the result."""

from __future__ import annotations

import re

_PROBLEM = re.compile(
    r"\b(however|although|challeng\w+|difficult\w*|lacks?|limit(s|ed|ation\w*)|remains?|suffers?|problems?|hard|costly|"
    r"expensive|unclear|open question|yet|fails?)\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\b(outperform\w*|achiev\w+|surpass\w*|state[- ]of[- ]the[- ]art|improv\w+|results?|experiment\w*|evaluat\w+|"
    r"demonstrat\w+|(show|find|prove|observe|reveal)(s|n|ed)? that|faster|better|superior\w*|outcome|reach\w*)\b|"
    r"\d\s?%|\d\s?(x|×|times)\b",
    re.IGNORECASE,
)
ASPECTS = ("Problem", "Approach", "Result")


def aspect_of(sentence: str, title: str) -> str:
    """Which of ASPECTS `sentence` of the paper `title` tells."""
    own = describes_own_work(sentence, title)
    if not _MADE.search(sentence) and _RESULT.search(sentence):
        return "Result"
    return "Problem" if _PROBLEM.search(sentence) and not own else "Approach"


NAME = 3  # words before the colon of a title that still are a method's name
_OWN_WORK = re.compile(r"\b(we|our|(this|the) (paper|work|article|study|thesis|method|approach|book))\b", re.IGNORECASE)
_MAKES = (
    r"\b(we|here|this (paper|work|article|study))\b.{0,60}?\b"
    r"(propos|introduc|present|develop|design|devis|describ|build|construct)\w*"
)
_MADE = re.compile(_MAKES, re.IGNORECASE)
PROPOSAL_PATTERN = re.compile(
    rf"{_MAKES}|\bour (method|approach|model|framework|network|system|algorithm)\b", re.IGNORECASE
)


def describes_own_work(sentence: str, title: str) -> bool:
    name, colon, _ = title.partition(":")
    named = bool(colon) and len(name.split()) <= NAME and name.lower() in sentence.lower()
    return named or bool(_OWN_WORK.search(sentence))
