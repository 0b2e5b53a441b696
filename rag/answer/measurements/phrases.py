"""The prepositional phrases of a sentence, and the limits of its clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.answer.measurements.reading import Reading

# The prepositions that may begin a condition. Others belong to the name of a quantity, or say what is done.
_CONDITIONING = frozenset(
    "with at under using after before within during over than versus vs against without on in for among across "
    "compared relative between from per given through".split()
)
_CLAUSE = re.compile(
    r";|:(?!\s?[\d<~])|,?\s(?:while|whereas|although|but|which|where|whose|thereby|thus|because|who)\s|,\s\w+ing\s"
)
_NO_PART = frozenset("acl:relcl advcl parataxis mark nsubj".split())


@dataclass(frozen=True, slots=True)
class Phrase:
    """A prepositional phrase: its words from `first`, the preposition, to `last`; `noun` is its head.

    It begins at the offset `start` of the sentence, and ends at `end`.
    """

    first: int
    noun: int
    last: int
    start: int
    end: int
    preposition: str
    text: str


def phrases(reading: Reading) -> Iterator[Phrase]:
    """The phrases of the sentence, in order."""
    for place, arc in enumerate(reading.arcs):
        word = reading.words[place].lower
        if word == "using" and (objects := reading.dependents(place, "dobj")):
            yield _phrase(reading, place, place, _end(reading, objects[0]))
        if arc.label != "case" or arc.head <= place or word not in _CONDITIONING:
            continue
        if place and reading.arcs[place - 1] == arc:  # the second word of "compared to"
            continue
        is_second = place and reading.words[place - 1].lower in ("compared", "relative")
        yield _phrase(reading, place - 1 if is_second else place, arc.head, _end(reading, arc.head))


def _phrase(reading: Reading, first: int, noun: int, last: int) -> Phrase:
    start, end = reading.words[first].start, reading.words[last].end
    return Phrase(first, noun, last, start, end, reading.words[first].lower, reading.span(first, last))


def _end(reading: Reading, noun: int) -> int:
    """The last word of the phrase of `noun`, without clauses and without what is set off by a comma."""
    last = noun
    for place in range(noun + 1, reading.last_below(noun) + 1):
        word, label = reading.words[place], reading.label(place)
        is_next_value = (word.value is not None and label == "conj") or _joins_value(reading, place)
        if word.lower in ("where", "which", "that", "when"):
            break
        if (word.text in ",;:." and not _is_list(reading, noun, place)) or is_next_value or label in _NO_PART:
            break
        last = place
    while last > noun and _is_dangling(reading, last):
        last -= 1
    return last


def _joins_value(reading: Reading, place: int) -> bool:
    """Whether the word is a comma or conjunction before another value: "on A and 33.0 mAP on B"."""
    following = reading.words[place + 1 : place + 2]
    return reading.words[place].lower in (",", "and", "or") and any(word.value for word in following)


def _is_list(reading: Reading, noun: int, comma: int) -> bool:
    """Whether a noun that is enumerated with `noun` follows the comma."""
    following = range(comma + 1, min(comma + 4, len(reading.words)))
    return any(reading.head(place) == noun and reading.label(place) == "conj" for place in following)


def _is_dangling(reading: Reading, place: int) -> bool:
    return reading.label(place) in ("case", "cc", "det", "punct") or reading.words[place].lower == "respectively"


def _begins_clause(reading: Reading, place: int) -> bool:
    """Whether the word is the second of two verbs: "reaches 92 % on A and obtains 88 % on B"."""
    head = reading.head(place)
    is_second = reading.label(place) == "conj" and head < place
    return is_second and all(reading.dependents(verb, "dobj", "nsubj", "nsubjpass") for verb in (head, place))


def clause(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """The offsets of the clause that has the text from `start` to `end`."""
    breaks = [match.start() for match in _CLAUSE.finditer(reading.text)]
    breaks += [reading.words[place].start for place in range(len(reading.words)) if _begins_clause(reading, place)]
    after = min((one for one in breaks if one >= end), default=len(reading.text))
    return max((one for one in breaks if one < start), default=0), after
