"""What a sentence ties its values to: the quantities that they are values of. No tie, no measurement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rag.answer.measurements import rules
from rag.answer.measurements.brackets import bracketed, equated
from rag.answer.measurements.nouns import before, is_verb, listed, phrase, start_of, word_of
from rag.answer.measurements.numbers import Value
from rag.answer.measurements.reading import Reading
from rag.answer.measurements.tie import Tie
from rag.answer.measurements.units import UNITS
from rag.answer.measurements.wording import AGENTS, APPROXIMATE, BEGINS_PHRASE, NO_FACT, is_change
from rag.language.tokens import stem

MAX_REACH = 12  # words from a verb of change to its "by"
_JOINTS = frozenset((",", "and", "or", "&", "/", "to", "by"))
_PREPOSITION = re.compile(r"\s(?P<word>on|for)\s")
_PARALLEL = re.compile(
    r"\s(?P<word>on|for)\s[^,;:()]{2,60}?,?\s(?:and\s)?(?:(?:of|up to|about|approximately|around|over)\s)*"
)
_STATED_BY = ("aux", "neg", "mark", "advmod", "det")


def ties(reading: Reading) -> list[Tie]:
    """The values of the sentence that it ties to a quantity, in order."""
    found = [tie for run in _runs(reading) for tie in _tied(reading, run)]
    named = {tie.value for tie in found}
    for value in reading.values:
        tie = equated(reading, value) if value in reading.places else bracketed(reading, value)
        found += [tie] if tie and value not in named else []
    sound = sorted((tie for tie in found if _is_sound(reading, tie)), key=lambda tie: tie.value.start)
    return _with_parallels(reading, sound)


def _with_parallels(reading: Reading, found: list[Tie]) -> list[Tie]:
    """`found`, with values that follow a tied one in the same form: "an accuracy of 92 % on A and 88 % on B"."""
    tied = {tie.value: tie for tie in found}
    for before_it, value in pairwise(reading.places):
        if value in tied and (tie := _as_difference(reading, before_it, tied.get(before_it), tied.pop(value))):
            tied[value] = tie
    for before_it, value in pairwise(reading.places):
        if before_it in tied and value not in tied and _is_parallel(reading, before_it, value):
            tied[value] = replace(tied[before_it], value=value)
    return sorted(tied.values(), key=lambda tie: tie.value.start)


def _as_difference(reading: Reading, earlier: Value, before_it: Tie | None, tie: Tie) -> Tie | None:
    """`tie` as a difference where the value `earlier` is one: "by 1.1 mIoU on A and of 0.9 mIoU on B".

    None if it may be a difference, but of something else: "improves it by 1.7 % on A and 0.9 mIoU on B".
    """
    places = reading.places
    inner = range(places[earlier][-1] + 1, places[tie.value][0])
    first = places[earlier][0]
    near = {word.lower for word in reading.words[max(0, first - 2) : first]}
    is_by = "by" in {*near, word_of(reading, before(reading, first))}
    is_by = is_by or (before_it is not None and word_of(reading, before(reading, first)) == before_it.change)
    is_joined = inner and word_of(reading, before(reading, places[tie.value][0])) in ("and", ",", "of", "by")
    if tie.change or not is_by or not is_joined or any(is_verb(reading, place) for place in inner):
        return tie
    is_same = before_it is not None and tie.quantity == before_it.quantity and before_it.change.endswith(" by")
    return replace(tie, change=before_it.change) if before_it is not None and is_same else None


def _is_parallel(reading: Reading, first: Value, second: Value) -> bool:
    """Whether the same preposition follows both values, and nothing but its phrase stands between them."""
    between = _PARALLEL.fullmatch(reading.text[first.end : second.start])
    after = _PREPOSITION.match(reading.text[second.end :])
    if not between or not after or between["word"] != after["word"] or first.dimension != second.dimension:
        return False
    inner = range(reading.places[first][-1] + 1, reading.places[second][0])
    return not any(is_verb(reading, place) for place in inner)


def _runs(reading: Reading) -> list[list[Value]]:
    """The values outside brackets, those that are enumerated together."""
    runs: list[list[Value]] = []
    for value, places in reading.places.items():
        if runs and _is_listed(reading, runs[-1][-1], places[0]) and value.dimension == runs[-1][-1].dimension:
            runs[-1].append(value)
        else:
            runs.append([value])
    return runs


def _is_listed(reading: Reading, previous: Value, place: int) -> bool:
    between = [word.lower for word in reading.words[reading.places[previous][-1] + 1 : place]]
    return all(word in _JOINTS | APPROXIMATE for word in between) and not {",", "and", "or", "&"}.isdisjoint(between)


def _tied(reading: Reading, run: Sequence[Value]) -> list[Tie]:
    """The ties of enumerated values: to as many enumerated quantities in order, or all to the one."""
    tie = None if _is_name(reading, run[0]) else _tie(reading, run)
    if tie is None:
        return []
    heads = listed(reading, run, tie.head) if tie.head is not None else []
    if len(heads) > 1 and len(run) == 1:  # of "10 cameras and some robots", it is the cameras that are counted
        return [tie]
    if len(heads) > 1 and len(heads) != len(run):
        return []
    if len(heads) == 1 and len(run) > 1 and (_is_half(reading, run, heads[0]) or _is_subject(reading, heads[0])):
        return []
    names = [phrase(reading, head) for head in heads] if len(heads) > 1 else [tie.quantity] * len(run)
    return [replace(tie, value=value, quantity=name) for value, name in zip(run, names, strict=True)]


def _tie(reading: Reading, run: Sequence[Value]) -> Tie | None:
    """The tie of the values of `run`, by the first rule that finds one."""
    first = reading.places[run[0]][0]
    if any(word.lower == "within" for word in reading.words[max(0, first - 2) : first]):  # how near, or in which time
        return rules.done(reading, run[0])
    return (
        _difference(reading, run, rules.modifying(reading, run[-1]))
        or _difference(reading, run, rules.of_noun(reading, run[0]))
        or _difference(reading, run, rules.of_what(reading, run[-1]))
        or rules.copular(reading, run[0])
        or rules.changed(reading, run[0])
        or rules.done(reading, run[0])
        or _difference(reading, run, rules.scored(run[-1]))
    )


def _is_subject(reading: Reading, head: int) -> bool:
    """Whether several values are said of one subject, of which the parser has missed the others."""
    return reading.label(head) in ("nsubj", "nsubjpass")


def _is_half(reading: Reading, run: Sequence[Value], head: int) -> bool:
    """Whether the noun before several values is the end of an enumeration: "P@1 and P@5 values of 0.2 and 0.3"."""
    before_it = start_of(reading, head) - 1
    return head < reading.places[run[0]][0] and before_it > 0 and reading.label(before_it) == "cc"


def _difference(reading: Reading, run: Sequence[Value], tie: Tie | None) -> Tie | None:
    """`tie` as a difference where a word before it says so: "outperforms it by 4 dB SNR", "saves 60 % memory"."""
    if tie is None or tie.change or (tie.head is None and tie.verb is not None):  # "58× faster" is one already
        return tie
    first = reading.places[run[0]][0]
    if tie.head is not None and tie.head < first:
        first = start_of(reading, tie.head)
    place = before(reading, first)
    if place < 0 or any(word.lower == "than" for word in reading.words[place:first]):
        return tie
    is_of = word_of(reading, place) == "of" and place > 0
    word = place - 1 if is_of else place
    is_relative = is_of or run[0].dimension in ("share", "points", "factor")
    if is_change(stem(word_of(reading, word))) and word != tie.head:
        if is_relative:  # "improvements of 2.9 UAS", "saves 60 % memory"
            return replace(tie, change=word_of(reading, word))
        if _is_before_of(reading, run[-1]):
            return None
    if word_of(reading, place) not in ("by", "for"):
        return tie
    reach = range(place - 1, max(-1, place - 1 - MAX_REACH), -1)
    words = [word for word in reach if is_change(stem(word_of(reading, word)))]
    verb = next((word for word in words if is_verb(reading, word)), words[0] if words else None)
    if word_of(reading, place) == "by" and verb is not None:
        return replace(tie, change=f"{reading.words[verb].text} by", verb=verb)
    is_unknown = word_of(reading, place) == "by" or verb is not None  # by how much of what
    return None if is_unknown and not tie.is_count else tie


def _is_before_of(reading: Reading, value: Value) -> bool:
    """Whether "of" follows: "saves 20 hours of work" may be a change, "reduces an 88 hour search" is none."""
    following = reading.words[reading.places[value][-1] + 1 :][:1]
    return any(word.lower == "of" for word in following)


def _is_name(reading: Reading, value: Value) -> bool:
    """Whether the parser takes a number for that of the word before it: "layer 3"."""
    place = reading.places[value][0]
    is_after = value.is_bare and reading.head(place) == place - 1 and reading.label(place) == "nummod"
    return is_after and reading.words[place - 1].text[0].isalpha() and not value.is_bounded


def _is_sound(reading: Reading, tie: Tie) -> bool:
    """Whether the tie names a quantity, and the sentence states the value as a fact."""
    words = [word for word in re.split(r"\W+", tie.quantity.lower()) if word]
    last = words[-1] if words else ""
    is_cut = not tie.quantity.isupper() and (last in AGENTS or (last in BEGINS_PHRASE and tie.verb is None))
    unit = UNITS.get(tie.quantity)
    is_named = unit is not None and (tie.quantity.islower() or (len(tie.quantity) > 2 and unit.dimension == "other"))
    is_unit = len(tie.quantity) < 2 or is_named
    is_no_name = is_unit and tie.value in reading.places and not _is_equated(reading, tie)
    is_area = words[:1] in (["square"], ["cubic"])
    if is_cut or is_no_name or is_area or "(" in tie.quantity or not any(map(str.isalpha, tie.quantity)):
        return False
    return tie.value not in reading.places or (_is_near(reading, tie) and _is_fact(reading, tie))


def _is_equated(reading: Reading, tie: Tie) -> bool:
    """Whether a sign stands before the value, as in "m = 4"."""
    return bool(re.search(r"[=:<>≤≥]\s?$", reading.text[: tie.value.start])) or tie.value.text[0] in "<>≤≥"


def _is_near(reading: Reading, tie: Tie) -> bool:
    """Whether no value of something else stands between a value and its quantity."""
    if tie.head is None:
        return True
    start, end = sorted((tie.value.start, reading.words[tie.head].start))
    between = [value for value in reading.places if start < value.start < end]
    return all(value.dimension == tie.value.dimension and _is_joined(reading, value, tie.value) for value in between)


def _is_joined(reading: Reading, one: Value, other: Value) -> bool:
    """Whether two values are enumerated together, with values of the same dimension between them."""
    first, last = sorted((one, other), key=lambda value: value.start)
    between = reading.words[reading.places[first][-1] + 1 : reading.places[last][0]]
    return all(word.value or word.lower in _JOINTS | APPROXIMATE for word in between)


def _is_fact(reading: Reading, tie: Tie) -> bool:
    """Whether nothing that governs the value denies or supposes it."""
    node = reading.node(tie.value)
    above = [node, *reading.ancestors(node)]
    said = {word_of(reading, word) for word in above}
    said |= {word_of(reading, child) for word in above for child in reading.dependents(word, *_STATED_BY)}
    subjects = [subject for word in above for subject in reading.dependents(word, "nsubj", "nsubjpass")]
    said |= {word_of(reading, word) for subject in subjects for word in reading.dependents(subject, "det", "neg")}
    return said.isdisjoint(NO_FACT)
