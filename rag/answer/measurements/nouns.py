"""The nouns around a value: the words that belong to them, and what is enumerated with them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.measurements.numbers import Value
from rag.answer.measurements.reading import Reading
from rag.answer.measurements.wording import AGENTS, APPROXIMATE, BEGINS_PHRASE, MEASURES
from rag.language.tokens import is_content_word

# The labels of words that modify a noun right of them.
MODIFIERS = frozenset("compound amod nmod:npmod name foreign dep mwe nummod nmod:poss advmod".split())
_NO_NAME = frozenset("our its their this these those his her".split())
_LONGEST_LIST = 50


def is_noun(reading: Reading, word: int) -> bool:
    """Whether a word may be a noun: it has no subject, object or auxiliary, and is no value."""
    has_verb_parts = reading.dependents(word, "nsubj", "nsubjpass", "dobj", "aux", "auxpass", "cop", "mark")
    return reading.words[word].text[0].isalpha() and reading.words[word].value is None and not has_verb_parts


def is_quantity(reading: Reading, word: int) -> bool:
    """Whether a noun may name a quantity rather than who acts: it is no name."""
    text = reading.words[word].text
    is_common = text[0].islower() or text.isupper() or (word == 0 and text[1:].islower())
    return is_noun(reading, word) and text.lower() not in AGENTS and is_common


def may_be_noun(reading: Reading, place: int) -> bool:
    """Whether the word at `place`, whatever the parser takes it for, may be a noun that continues a name before it."""
    if place >= len(reading.words) or reading.words[place].value:
        return False
    word = reading.words[place].text
    is_other = word.endswith(("ing", "ed", "ly")) or not is_content_word(word.lower()) or word in BEGINS_PHRASE
    is_other = is_other or bool(reading.dependents(place, "case", "nsubj", "nsubjpass"))
    return word.isalpha() and word.islower() and not is_other


def is_verb(reading: Reading, word: int) -> bool:
    """Whether the parser takes the word for the verb of a clause."""
    has_parts = reading.dependents(word, "nsubj", "nsubjpass", "dobj", "aux", "auxpass", "mark")
    return bool(has_parts) or reading.label(word) in ("advcl", "acl", "acl:relcl", "xcomp", "ccomp")


def before(reading: Reading, place: int) -> int:
    """The nearest word before `place` that does not only say how exact a value is; -1 if there is none."""
    place -= 1
    while place >= 0:
        word = reading.words[place].lower
        is_to = word == "to" and (place == 0 or reading.words[place - 1].lower != "up")
        is_at = word == "at" and reading.words[place + 1].value is not None
        is_measure = word == "of" and place > 0 and reading.words[place - 1].lower in MEASURES
        if is_measure:
            place = start_of(reading, place - 1) - 1
        elif word not in APPROXIMATE or is_to or is_at:
            break
        else:
            place -= 1
    return place


def start_of(reading: Reading, head: int) -> int:
    """The first of the words right before the noun `head` that modify it."""
    first = head
    while first > 0 and _modifies(reading, first - 1, head):
        first -= 1
    return first


def _modifies(reading: Reading, word: int, head: int) -> bool:
    is_word = reading.words[word].text[0].isalnum() and not reading.words[word].value
    if word + 1 == head and re.fullmatch(r"[a-z]+-\d+", reading.words[word].text):  # "top-1 accuracy"
        return True
    return is_word and reading.label(word) in (*MODIFIERS, "punct") and word - 1 <= reading.head(word) <= head


def phrase(reading: Reading, head: int) -> str:
    """The noun `head` with the words right before it that modify it, without articles, possessives and values."""
    first = start_of(reading, head)
    while first < head and reading.words[first].lower in APPROXIMATE | _NO_NAME:
        first += 1
    return reading.span(first, head)


def full_phrase(reading: Reading, head: int) -> str:
    """The phrase of `head`, with an "of …" right after it: "area under the curve", "number of parameters"."""
    after = head + 1
    noun = reading.head(after) if after < len(reading.words) else after
    is_sized = noun + 1 < len(reading.words) and reading.words[noun + 1].value  # "8 orifices of diameter 100 µm"
    if after >= len(reading.words) or reading.words[after].lower not in ("of", "under") or is_sized:
        return phrase(reading, head)
    is_complement = reading.label(after) == "case" and noun > after and reading.head(noun) == head
    has_value = any(word.value for word in reading.words[after : noun + 1])
    # "accuracy of our method" says who has it, not which accuracy
    is_owner = word_of(reading, noun) in AGENTS or bool(reading.dependents(noun, "nmod:poss"))
    if not is_complement or has_value or is_owner:
        return phrase(reading, head)
    return f"{phrase(reading, head)} {reading.span(after, noun)}"


def noun_after(reading: Reading, head: int, prepositions: Sequence[str]) -> int | None:
    """The noun that one of `prepositions` ties to `head`, after it: "memory" of "reduction of 40 % in memory"."""
    for noun in reading.dependents(head, "nmod"):
        if word_of(reading, noun) in ("terms", "term") and (named := noun_after(reading, noun, ("of",))):
            return named
        cases = [word_of(reading, case) for case in reading.dependents(noun, "case")]
        if noun > head and cases and cases[0] in prepositions and is_noun(reading, noun):
            text = reading.words[noun].text
            is_name = text[0].isupper() and not any(map(str.isupper, text[1:])) and word_of(reading, head) != "terms"
            articles = {word_of(reading, word) for word in reading.dependents(noun, "det")}
            if not is_name and not reading.dependents(noun, "nummod") and articles <= {"the"}:
                return noun
    return None


def listed(reading: Reading, run: Sequence[Value], head: int) -> list[int]:
    """The nouns that are enumerated with `head`, on its side of the values of `run`, in order."""
    first, last = reading.places[run[0]][0], reading.places[run[-1]][-1]
    return [one for one in _listed(reading, head) if (one > last if head > last else one < first)] or [head]


def _listed(reading: Reading, head: int) -> list[int]:
    first = head
    for _ in range(_LONGEST_LIST):
        if reading.label(first) != "conj" or reading.words[reading.head(first)].value is not None:
            break
        first = reading.head(first)
    others = [word for word in reading.dependents(first, "conj") if is_noun(reading, word)]
    if any(_is_described(reading, word) for word in others):
        return [head]
    found = [one for one in sorted([first, *others]) if word_of(reading, one) not in AGENTS]
    return found if head in found and _is_plain(reading, found) else [head]


def _is_described(reading: Reading, word: int) -> bool:
    """Whether an adverb follows what should be a noun: it is a verb then."""
    adverbs = (child for child in reading.dependents(word, "advmod") if child > word)
    return any(word_of(reading, adverb) != "respectively" for adverb in adverbs)


def _is_plain(reading: Reading, heads: Sequence[int]) -> bool:
    """Whether nothing but modifiers, commas and conjunctions stands between `heads`."""
    between = [place for place in range(heads[0] + 1, heads[-1]) if place not in heads]
    if reading.dependents(heads[0], "case") and any(reading.label(place) == "det" for place in between):
        return False  # "for evidence and an F1 of …"
    return all(reading.label(place) in (*MODIFIERS, "cc", "punct", "det") for place in between)


def word_of(reading: Reading, place: int) -> str:
    """The word at `place` in lower case."""
    return reading.words[place].lower
