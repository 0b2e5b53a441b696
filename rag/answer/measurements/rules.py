"""How a value outside brackets is tied to a quantity: as its modifier, its complement, or by a verb."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answer.measurements.nouns import (
    MODIFIERS,
    before,
    full_phrase,
    is_noun,
    is_quantity,
    is_verb,
    may_be_noun,
    noun_after,
    phrase,
    start_of,
    word_of,
)
from rag.answer.measurements.numbers import Value
from rag.answer.measurements.reading import NOMINAL, Reading
from rag.answer.measurements.tie import Tie
from rag.answer.measurements.wording import (
    APPROXIMATE,
    MEASURES,
    PLURALS,
    UNSPECIFIC,
    is_change,
    is_comparative,
    is_difference,
    is_stating,
    is_surpassing,
)
from rag.language.tokens import stem

_NO_NOUN = frozenset("case det mark cc punct advmod aux auxpass cop neg nmod:poss ROOT acl acl:relcl advcl".split())
_RELATIVE = ("share", "factor", "points")  # dimensions of differences
_AMOUNTS = ("time", "rate", "money", "memory", "computation")  # dimensions of what something takes


def modifying(reading: Reading, value: Value) -> Tie | None:
    """ "92 % accuracy", "a 3.2-point gain in recall", "3× faster inference", "120 patients"."""
    following = reading.places[value][-1] + 1
    if following >= len(reading.words):
        return None
    if value.dimension in _RELATIVE and is_comparative(word_of(reading, following)):
        return _compared(reading, value, following)
    head = _modified(reading, value)
    if head is None:
        return None
    if is_change(_stem(reading, head)):
        return _change_of(reading, value, head)
    return None if _is_property(reading, value, head) else Tie(value, full_phrase(reading, head), head)


def _is_property(reading: Reading, value: Value, head: int) -> bool:
    """Whether the value says which kind of thing the noun `head` is: "360-degree scenes", "a 2 meter cube", "4x zoom".

    A whole number counts things only before a plural.
    """
    is_singular = value.unit.name.isalpha() and value.unit.name.islower() and len(value.unit.name) > 2
    is_attribute = value.dimension == "factor" or (is_singular and value.text.endswith(value.unit.name))
    noun = reading.words[head].text
    is_counted = bool(re.search(r"[^uis]s$", noun)) or not noun.islower() or word_of(reading, head) in PLURALS
    is_number = value.is_bare and float(value.number).is_integer()
    return bool(re.search(r"\d-[a-z]", value.text)) or is_attribute or (is_number and not is_counted)


def _modified(reading: Reading, value: Value) -> int | None:
    """The noun after `value` that it modifies, with nothing but modifiers between them.

    A time may be an adverbial instead, as in "in 2 weeks mice …": the parser does not tie it to the noun then.
    """
    first = head = reading.places[value][-1] + 1
    while head + 1 < len(reading.words) and _is_before_noun(reading, head):
        head += 1
    if head >= len(reading.words) or not is_noun(reading, head) or reading.label(head) in _NO_NOUN:
        return None
    if any(reading.head(word) > head or reading.words[word].text[0] == "$" for word in range(first, head)):
        return None
    while _continues_name(reading, head + 1):
        head += 1
    if _is_cut(reading, head + 1):
        return None
    node = reading.node(value)
    is_tied = head in reading.ancestors(node) or not reading.dependents(node, "case")
    return head if is_tied or value.dimension != "time" else None


def _is_before_noun(reading: Reading, place: int) -> bool:
    """Whether the word at `place` modifies a word right of it, or stands between such words."""
    is_modifier = reading.label(place) in MODIFIERS and reading.head(place) > place
    is_joint = reading.label(place) in ("punct", "cc") and reading.label(place - 1) in ("amod", "compound")
    return (is_modifier and not reading.words[place].value) or is_joint


def _continues_name(reading: Reading, place: int) -> bool:
    """Whether the word at `place` is the rest of a name that the parser divides: "evidence F1", "top-1 accuracy"."""
    if place >= len(reading.words) or reading.words[place].value:
        return False
    text, label = reading.words[place].text, reading.label(place)
    if re.fullmatch(r"[a-z]+-\d+", reading.words[place - 1].text) and may_be_noun(reading, place):
        return True
    return label in (*NOMINAL, "ROOT") and bool(re.search(r"[A-Z]\d", text))


def _is_cut(reading: Reading, place: int) -> bool:
    """Whether another noun follows, at `place`, which may be the one that the value modifies: "60 load handlings"."""
    if place >= len(reading.words) or not reading.words[place].text[0].isalpha() or reading.words[place].value:
        return False
    word = word_of(reading, place)
    is_nominal = reading.label(place) in ("dobj", "compound", "dep", "nmod", "amod") and word not in APPROXIMATE
    return (is_nominal and not reading.dependents(place, "case")) or may_be_noun(reading, place)


def _change_of(reading: Reading, value: Value, head: int) -> Tie:
    """A value that is a change: "accuracy gain", "reduction in memory"; of what is changed if the sentence says so."""
    change, name = reading.words[head].text, phrase(reading, head)
    modifiers = name[: -len(change)].strip()
    if modifiers and reading.label(head - 1) == "compound":
        return Tie(value, modifiers, head - 1, change)
    if is_difference(_stem(reading, head)) and (noun := noun_after(reading, head, ("in", "of"))):
        return Tie(value, full_phrase(reading, noun), noun, name)
    return Tie(value, name, head)


def _compared(reading: Reading, value: Value, comparative: int) -> Tie | None:
    """ "3× faster", "20× fewer clips", "accuracy is 12 % higher"."""
    word = reading.words[comparative]
    head = reading.head(comparative)
    while head > comparative and reading.label(head) in MODIFIERS and reading.head(head) > head:
        head = reading.head(head)
    is_before = head > comparative and reading.label(comparative) in ("amod", "advmod") and is_noun(reading, head)
    if is_before and head - comparative < 5 and not any(one.value for one in reading.words[comparative:head]):
        return Tie(value, reading.span(comparative + 1, head), head, word.text)
    subjects = reading.dependents(comparative, "nsubj")
    is_of_subject = word.lower in ("higher", "lower", "larger", "smaller", "greater")
    if subjects and is_of_subject and is_quantity(reading, subjects[0]):
        return Tie(value, full_phrase(reading, subjects[0]), subjects[0], word.text)
    return None if word.lower in UNSPECIFIC else Tie(value, word.text, None, "", comparative)


def of_noun(reading: Reading, value: Value) -> Tie | None:
    """ "an accuracy of 92 %", "a gain of 3.2 points in recall"."""
    of = before(reading, reading.places[value][0])
    if of < 1 or word_of(reading, of) != "of":
        return None
    head, node = of - 1, reading.node(value)
    following = reading.places[value][-1] + 1
    has_noun = following < len(reading.words) and _is_before_noun(reading, following)
    is_kind = re.search(r"\d-[a-z]", value.text) is not None  # "a set of 360-degree photographs"
    is_counted = (
        is_kind or (value.is_bare and reading.head(node) > node and reading.label(node) in MODIFIERS) or has_noun
    )
    if is_counted or not is_noun(reading, head) or word_of(reading, head) == "order":  # "lungs of 20 mature cattle"
        return None
    if (outer := _outer(reading, head, node)) is not None:
        return _of_outer(reading, value, outer, head)
    if is_difference(_stem(reading, head)):
        noun = noun_after(reading, head, ("in",)) or noun_after(reading, node, ("in",))
        if noun:
            return Tie(value, full_phrase(reading, noun), noun, phrase(reading, head))
    return Tie(value, phrase(reading, head), head)


def _outer(reading: Reading, head: int, node: int) -> int | None:
    """The noun before `head` that the value is rather said of: "deviation" in "deviation from uniform flow of 1 %"."""
    place = start_of(reading, head) - 1
    has_article = place > 0 and reading.label(place) == "det"
    if has_article:
        place -= 1
    preposition = word_of(reading, place) if place > 0 else ""
    if place < 1 or not is_noun(reading, place - 1) or reading.label(place - 1) not in (*NOMINAL, "ROOT"):
        return None
    is_compared = preposition in ("over", "versus", "against") and is_change(_stem(reading, place - 1))
    is_ratio = (
        preposition == "over" and not has_article and not is_change(_stem(reading, place - 1))
    )  # "intersection over union of 0.7"
    is_difference_in = preposition == "in" and is_difference(_stem(reading, place - 1))
    is_outer = (
        preposition == "of"
        or is_ratio
        or is_difference_in
        or (reading.head(node) == place - 1 and preposition in ("in", "from"))
    )
    return place - 1 if is_outer or is_compared else None


def _of_outer(reading: Reading, value: Value, outer: int, head: int) -> Tie:
    is_inner = word_of(reading, outer + 1) in ("of", "in", "from") or not is_change(_stem(reading, outer))
    change = phrase(reading, outer)
    if is_difference(_stem(reading, outer)) and is_inner:
        return Tie(value, phrase(reading, head), head, change)
    if is_inner:
        return Tie(value, f"{change} {reading.span(outer + 1, head)}", outer)
    noun = noun_after(reading, reading.node(value), ("in",))
    return Tie(value, full_phrase(reading, noun), noun, change) if noun else Tie(value, change, outer)


def of_what(reading: Reading, value: Value) -> Tie | None:
    """ "8 GB of memory", "5 mg of the drug"."""
    of = reading.places[value][-1] + 1
    if value.dimension in ("", *_RELATIVE) or of >= len(reading.words) or word_of(reading, of) != "of":
        return None
    noun = reading.head(of)
    return Tie(value, phrase(reading, noun), noun) if noun > of and is_quantity(reading, noun) else None


def copular(reading: Reading, value: Value) -> Tie | None:
    """ "the accuracy was 92 %"."""
    cop = before(reading, reading.places[value][0])
    if cop < 0 or word_of(reading, cop) not in ("is", "are", "was", "were", "be"):
        return None
    for holder in _holders(reading, reading.node(value)):
        if subjects := reading.dependents(holder, "nsubj", "nsubjpass"):
            subject = subjects[-1]
            return Tie(value, full_phrase(reading, subject), subject) if is_quantity(reading, subject) else None
    return None


def _holders(reading: Reading, node: int) -> Iterator[int]:
    """The words that may have the subject of "… is found to be 92 %", the nearest first."""
    yield node
    for above in reading.ancestors(node):
        if reading.label(node) not in ("xcomp", "dep", "nmod", "advcl"):
            return
        node = above
        yield node


def changed(reading: Reading, value: Value) -> Tie | None:
    """ "improves accuracy by 3.2 points", "memory falls from 12 GB to 8 GB"."""
    place, verb = before(reading, reading.places[value][0]), _verb_of(reading, value)
    if verb is None or place < 0 or not is_change(_stem(reading, verb)):
        return None
    preposition = word_of(reading, place)
    if preposition not in ("by", "from", "to") or (preposition == "from" and not value.is_range):
        return None  # "reduces it from 36 hours" says only how it was
    change = f"{reading.words[verb].text} {preposition}"
    objects = reading.dependents(verb, "dobj")
    if any(word > place and not reading.words[word].value for word in objects):  # "improves by 40 % the recall"
        return None
    if is_surpassing(_stem(reading, verb)):
        noun = noun_after(reading, verb, ("in",)) or noun_after(reading, reading.node(value), ("in",))
        return Tie(value, full_phrase(reading, noun), noun, change, verb) if noun else None
    others = [word for word in reading.dependents(objects[-1], "conj") if word < place] if objects else []
    nouns = (others or objects)[-1:] or [noun for noun in _subjects(reading, verb) if is_quantity(reading, noun)][-1:]
    if not nouns or not is_quantity(reading, nouns[0]):
        return None
    return Tie(value, full_phrase(reading, nouns[0]), nouns[0], change, verb)


def done(reading: Reading, value: Value) -> Tie | None:
    """ "accuracy reaches 92 %"; and at which rate, in which time something is done: "runs at 30 fps", "takes 12 ms"."""
    place, verb = before(reading, reading.places[value][0]), _verb_of(reading, value)
    if verb is None or place < 0 or not is_verb(reading, verb) or not reading.words[verb].text.isalpha():
        return None
    subjects = reading.dependents(verb, "nsubj", "nsubjpass")
    subject = subjects[-1] if subjects else None
    is_direct = place == verb and reading.label(reading.node(value)) == "dobj"
    if subject is not None and is_quantity(reading, subject) and is_direct:
        is_activity = value.dimension in _AMOUNTS and word_of(reading, subject).endswith("ing")  # "training takes 2 h"
        if is_activity or is_stating(_stem(reading, verb)):
            return Tie(value, full_phrase(reading, subject), subject, "", verb)
    allowed = ("at",) if value.dimension == "rate" else ("in", "for", "within")
    is_adverbial = place == verb + 1 and word_of(reading, place) in allowed
    if value.dimension not in _AMOUNTS or not (is_direct or is_adverbial):
        return None
    return Tie(value, reading.span(verb, place), None, "", verb)


def scored(value: Value) -> Tie | None:
    """ "30.4 BLEU points"."""
    score, _, points = value.unit.name.partition(" ")
    return Tie(value, score, None) if points and value.dimension == "points" else None


def _verb_of(reading: Reading, value: Value) -> int | None:
    """The verb that governs `value`; that of its object, if the parser attached the value to it."""
    node, first = reading.node(value), reading.places[value][0]
    head = reading.head(node)
    while word_of(reading, head) in MEASURES and reading.head(head) != head:  # "by a large margin of 3 %"
        head = reading.head(head)
    if reading.label(head) in ("dobj", "nsubj", "nsubjpass") and head < first:
        return reading.head(head)
    return head if head < first and not reading.words[head].value else None


def _subjects(reading: Reading, verb: int) -> list[int]:
    """The subject of `verb`; that which a participle describes: "accuracy dropping from …"."""
    if subjects := reading.dependents(verb, "nsubj", "nsubjpass"):
        return subjects
    head = reading.head(verb)
    return [head] if reading.label(verb) == "acl" and head < verb else []


def _stem(reading: Reading, place: int) -> str:
    return stem(word_of(reading, place))
