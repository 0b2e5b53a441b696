"""What a sentence says of a value besides its quantity: on which data set, and under which condition."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.answer.measurements.datasets import datasets, span
from rag.answer.measurements.nouns import is_verb, start_of, word_of
from rag.answer.measurements.phrases import Phrase, clause, phrases
from rag.answer.measurements.reading import Reading
from rag.answer.measurements.tie import Tie
from rag.language.cues import METHOD_NOUNS, PUBLICATION_NOUNS

MAX_CONDITION_CHARS = 90  # of a phrase; more is no condition that fits a cell
_METHODS, _PUBLICATIONS = "|".join(METHOD_NOUNS), "|".join(PUBLICATION_NOUNS)
_OWN = re.compile(
    rf"^(?:our|one|(?:the\s+)?(?:former|latter)|the\s+(?:proposed|resulting|final|new|best)|this|it|we|they|which|that|these|those|a|an|there|he|she|who"
    rf"|the\s+(?:{_METHODS}|{_PUBLICATIONS})|results?|experiments?)\b",
    re.IGNORECASE,
)
# What links sentences or speaks of the paper is no condition.
_LINKING = re.compile(
    rf"^(?:for\s(?:instance|example)|in\s(?:particular|fact|addition|contrast|comparison|general|short|turn|practice|effect)"
    rf"|on\sthe\s(?:other|contrary)|at\s(?:the\ssame\stime|least|most)|(?:in|for|with|from|on)\s(?:this|our|these|that|such)\b"
    rf"|\w+\s(?:the|an?)\s(?:{_PUBLICATIONS}|experiments?)\b)",
    re.IGNORECASE,
)
_NO_HOLDERS = frozenset(
    "experiment experiments result results evaluation evaluations each all both analysis analyses simulation "
    "simulations test tests studies increase decrease".split()
).union(METHOD_NOUNS, PUBLICATION_NOUNS, (f"{noun}s" for noun in METHOD_NOUNS))


@dataclass(frozen=True, slots=True)
class Context:
    """The data set and the condition of a value, each in the words of the sentence, or ""."""

    dataset: str = ""
    condition: str = ""


def contexts(reading: Reading, ties: Sequence[Tie]) -> list[Context]:
    """The context of each of `ties`, which are those of the sentence in order."""
    found = list(phrases(reading))
    named = datasets(reading, ties, found)
    made = [
        Context(dataset, _condition(reading, tie, ties, _without(found, dataset, named), dataset))
        for tie, dataset in zip(ties, named, strict=True)
    ]
    return _shared(reading, ties, made)


def _without(found: Sequence[Phrase], dataset: str, named: Sequence[str]) -> list[Phrase]:
    """The phrases `found` that do not name the data set of another value."""
    others = [other for other in named if other and other != dataset]
    return [phrase for phrase in found if not any(other in phrase.text for other in others)]


def _shared(reading: Reading, ties: Sequence[Tie], made: list[Context]) -> list[Context]:
    """Of enumerated values of one quantity, all have the condition that follows the last, unless they differ in it."""
    for (n, tie), (_, after) in reversed(list(pairwise(enumerate(ties)))):
        is_one = (tie.quantity, tie.head, tie.verb) == (after.quantity, after.head, after.verb)
        if is_one and not made[n].condition and "respectively" not in reading.text:
            made[n] = Context(made[n].dataset, made[n + 1].condition)
    return made


def _condition(reading: Reading, tie: Tie, ties: Sequence[Tie], found: Sequence[Phrase], dataset: str) -> str:
    """Whose value it is, if not that of the paper's own method, and the phrases that belong to it."""
    if tie.value not in reading.places:
        return ""
    counted = tie.head if tie.is_count else None
    holders = _holders(reading, tie) if counted is None else {counted}
    is_of_subject = counted is None or reading.label(counted) == "dobj"
    shown = [
        phrase
        for phrase in found
        if not _is_told(tie, phrase, dataset) and not _LINKING.match(phrase.text) and _is_whole(phrase.text)
        if _belongs(reading, tie, ties, phrase, holders)
    ]
    # Of two phrases with one preposition, as in "in training and 20 % in inference", each may be said of another value.
    counts = Counter(phrase.preposition.lower() for phrase in shown)
    parts = [_subject(reading, tie, {other.head for other in ties}) if is_of_subject else ""]
    parts += [phrase.text for phrase in shown if counts[phrase.preposition.lower()] == 1 or phrase.preposition == "on"]
    return "; ".join(dict.fromkeys(filter(None, parts)))


def _is_whole(text: str) -> bool:
    """Whether a phrase fits a cell, and ends with a word or a mark that closes something."""
    return len(text) <= MAX_CONDITION_CHARS and (text[-1].isalnum() or text[-1] in ')]%"”’$')


def _belongs(reading: Reading, tie: Tie, ties: Sequence[Tie], phrase: Phrase, holders: set[int]) -> bool:
    """Whether `phrase` says something of the value, with no other value between them that it may be said of."""
    start, end = span(reading, tie)
    limits = clause(reading, start, end)
    is_list = phrase.preposition != "between" and re.search(r"\s(?:and|or)\s", phrase.text) is not None
    is_list = is_list and len(ties) > 1
    if ("respectively" in reading.text and phrase.start > start) or is_list:  # it may be that of another value
        return False
    is_inside = phrase.first <= reading.node(tie.value) <= phrase.last
    if reading.head(phrase.noun) not in holders or is_inside or not limits[0] <= phrase.start < limits[1]:
        return False
    is_of_earlier = any(
        other.quantity == tie.quantity and other.value.end <= phrase.start < start for other in ties if other != tie
    )
    if is_of_earlier:
        return False
    heads = {other.value: other.head for other in ties}
    between = range(min(start, phrase.start) + 1, max(start, phrase.start))
    for other in (value for value in reading.places if value != tie.value):
        if phrase.start <= other.start < phrase.end:
            is_enumerated_with = not reading.text[phrase.end : max(phrase.end, start)].strip(", and")
            if heads.get(other, phrase.noun) != phrase.noun or (is_enumerated_with and phrase.end < start):
                return False
        elif other.start in between:
            return False
    return True


def _is_told(tie: Tie, phrase: Phrase, dataset: str) -> bool:
    """Whether another cell has what `phrase` says."""
    name = next((word for word in dataset.split() if not word.islower()), dataset)
    is_dataset = bool(dataset) and name in phrase.text
    is_quantity = tie.head is not None and phrase.first <= tie.head <= phrase.last
    return is_dataset or is_quantity or phrase.text in tie.quantity


def _holders(reading: Reading, tie: Tie) -> set[int]:
    """The words to which phrases about the value are attached: itself, its quantity, and the verb of its clause."""
    holders = {*reading.places[tie.value], *(word for word in (tie.head, tie.verb) if word is not None)}
    verb = next((word for word in reading.ancestors(reading.node(tie.value)) if is_verb(reading, word)), None)
    return holders if verb is None else holders | {verb}


def _subject(reading: Reading, tie: Tie, quantities: Collection[int | None]) -> str:
    """Whose value it is, where the sentence names somebody else than its authors, their method or `quantities`."""
    near = {*reading.places[tie.value], tie.head}
    above = list(reading.ancestors(reading.node(tie.value)))
    verb = next((n for n, word in enumerate(above) if is_verb(reading, word)), None)
    if verb is None or any(word not in near and reading.label(word) not in ("dobj", "conj") for word in above[:verb]):
        return ""
    for subject in reading.dependents(above[verb], "nsubj", "nsubjpass"):
        first = start_of(reading, subject)
        if first > 0 and reading.label(first - 1) in ("det", "nmod:poss"):
            first -= 1
        around = [*reading.words[max(0, first - 1) : first], *reading.words[subject + 1 : subject + 2]]
        if any(word.lower in ("of", "and") for word in around):  # it is only a part of whose value it is
            return ""
        text = reading.span(first, subject)
        is_own = _OWN.match(text) or not text[0].isalpha() or word_of(reading, subject) in _NO_HOLDERS
        return "" if is_own or subject in quantities or len(text) > MAX_CONDITION_CHARS else text
    return ""
