"""How a value in brackets, or after a sign, is tied to a quantity: "n = 120", "(OR 1.45)", "sensitivity (92 %)"."""

from __future__ import annotations

import re

from rag.answer.measurements.nouns import is_quantity, phrase, word_of
from rag.answer.measurements.numbers import Value
from rag.answer.measurements.reading import Reading
from rag.answer.measurements.tie import Tie
from rag.answer.measurements.wording import APPROXIMATE, is_surpassing
from rag.language.tokens import stem

MAX_EQUATED_WORDS = 3  # of what is equated
_SEGMENT = re.compile(r"[(,;:]|\b(?:and|with|of|to|is|was|at|a|an|the)\b", re.IGNORECASE)
_SUPPOSED = re.compile(r"\b(?:when|if|for|where|let|all|any|every)\s", re.IGNORECASE)
_SHORT_FORM = re.compile(r"[(\[,;]\s?(?P<name>(?:\d{1,3}\s?%\s)?[A-Z][A-Z\d]{1,4})\s$")
_EQUATED = re.compile(r"(?P<name>[^\W\d][\w@'’/ -]{0,40}?)\s?(?P<sign>[=:<>≤≥])\s?$")
_TENS = re.compile(r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b")


def equated(reading: Reading, value: Value) -> Tie | None:
    """ "n = 120", "p < 0.05", "F1: 0.86"."""
    before = reading.text[: value.start]
    match = _EQUATED.search(before + ("=" if value.text[0] in "<>≤≥" else ""))
    if not match or _SUPPOSED.search(before[max(0, match.start("name") - 6) :]):
        return None
    segment = _SEGMENT.split(match["name"])[-1].strip()
    place = next((n for n, word in enumerate(reading.words) if word.end == match.end("name")), None)
    if place is not None and len(segment) > 1:
        segment = phrase(reading, place)
    return Tie(value, segment, place) if 0 < len(segment.split()) <= MAX_EQUATED_WORDS else None


def bracketed(reading: Reading, value: Value) -> Tie | None:
    """ "sensitivity (92 %)", "(OR 1.45)", and what is equated in brackets."""
    if tie := equated(reading, value):
        return tie
    is_decimal = value.is_bare and "." in value.text
    if is_decimal and (match := _SHORT_FORM.search(reading.text, 0, value.start)):
        return Tie(value, match["name"], None)
    opened = reading.text.rfind("(", 0, value.start)
    is_alone = opened >= 0 and not reading.text[opened + 1 : value.start].strip(" ~")
    if not is_alone or not re.match(r"\s*[);,]", reading.text[value.end :]) or value.dimension == "other":
        return None
    place = max((n for n, word in enumerate(reading.words) if word.end <= opened), default=-1)
    if place < 0 or not reading.text[reading.words[place].end : opened].isspace() or not _is_told(reading, place):
        return None
    return Tie(value, phrase(reading, place), place) if is_decimal or not value.is_bare else None


def _is_told(reading: Reading, place: int) -> bool:
    """Whether the noun before a bracket is what the sentence is about there, rather than part of another's name."""
    label = reading.label(place)
    first = reading.head(place) if label == "conj" else place
    cases = {word_of(reading, case) for case in reading.dependents(first, "case")}
    verb = word_of(reading, reading.head(first))
    is_worse = reading.label(first) == "dobj" and is_surpassing(stem(verb))  # "outperforms existing detectors (77.9 %)"
    is_object = reading.label(first) in ("dobj", "nsubj", "nsubjpass") or (bool(cases) and cases <= {"with", "at"})
    is_adverb = word_of(reading, place) in APPROXIMATE
    return (
        (is_object and not is_worse)
        and is_quantity(reading, place)
        and not is_adverb
        and not _TENS.match(word_of(reading, place))
    )
