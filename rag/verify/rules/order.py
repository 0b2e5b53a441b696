"""Have two things changed places around what stands between them?

Rewording moves phrases to the front or to the end, and turns verbs around: "A blocks B" into "B is blocked by A". But
where "A … x … B" has become "B … x … A" without such a verb, what was said of one is now said of the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from rag.verify.rules.alignment import Alignment
from rag.verify.rules.fault import Fault
from rag.verify.rules.relations import CLAUSE, EQUAL, LISTED, MODIFIER, ROLES
from rag.verify.rules.text import Text

_MAX_WORDS = 80  # that are compared three by three


def exchange_faults(alignment: Alignment) -> Iterator[Fault]:
    """The first two words that have changed places around a third."""
    is_active = not (_has_passive(alignment.written) or _has_passive(alignment.source))
    turned = frozenset[int]() if is_active else _turned(alignment)
    for first, middle, last in _reversed(alignment, is_active):
        if not any(first < verb < last for verb in turned):
            words = alignment.written.words
            told = f"“{words[first].text}” and “{words[last].text}”"
            yield Fault("order", f"{told} have changed places around “{words[middle].text}”")
            return


def voice_faults(alignment: Alignment) -> Iterator[Fault]:
    """The verbs that are in the passive in one text only, though the same words stand on either side of them."""
    places = {i: min(alignment.choice[i]) for i in range(len(alignment.choice)) if alignment.is_compared(i)}
    for word, place in places.items():
        before = max((i for i in places if i < word), default=None)
        behind = min((i for i in places if i > word), default=None)
        if before is None or behind is None or not places[before] < place < places[behind]:
            continue
        passive, source_passive = word in alignment.written.passive, place in alignment.source.passive
        if passive != source_passive and word in alignment.written.transitive and place in alignment.source.transitive:
            told = f"“{alignment.written.words[word].text}”"
            yield Fault("role", f"{told} has its sides exchanged", refutes=True)


def _reversed(alignment: Alignment, is_active: bool) -> Iterator[tuple[int, int, int]]:
    """Three written words in the reverse of the order of what they stand for, none of a phrase or list with the next.

    They are numbers, or heads of noun phrases: verbs and modifiers move with these. Where both texts are in the active
    voice, they may be any words: nothing then moves to the other side of a verb.
    """
    words = [i for i in range(len(alignment.choice)) if alignment.is_compared(i)][:_MAX_WORDS]
    places = {i: min(alignment.choice[i]) for i in words if is_active or _moves_alone(alignment, i)}
    for middle, place in places.items():
        earlier = [i for i in places if i < middle and places[i] > place and not _is_joined(alignment, i, middle)]
        later = [i for i in places if i > middle and places[i] < place and not _is_joined(alignment, middle, i)]
        yield from ((first, middle, last) for first, last in product(earlier, later))


def _has_passive(text: Text) -> bool:
    """Whether a verb of `text` is in the passive, or a participle that a phrase with "by" follows."""
    return "by" in text.tokens or any(arc.label == "auxpass" for sentence in text.sentences for arc in sentence.arcs)


def _moves_alone(alignment: Alignment, word: int) -> bool:
    if not alignment.is_compared(word):
        return False
    if alignment.written.words[word].is_number:
        return True
    pairs = alignment.written.relations.between.items()
    is_modifier = any(end == word and MODIFIER in kinds and not kinds & ROLES for (_, end), kinds in pairs)
    return not is_modifier and not _is_verb(alignment, word)


def _is_verb(alignment: Alignment, word: int) -> bool:
    """Whether a written word, or what it stands for, has a subject or an object."""
    return word in alignment.written.verbs or not alignment.source.verbs.isdisjoint(alignment.choice[word])


def _is_joined(alignment: Alignment, first: int, second: int) -> bool:
    """Whether two written words belong to one phrase or list, in the source too."""
    is_phrase = not (_is_verb(alignment, first) or _is_verb(alignment, second))
    for pair in ((first, second), (second, first)) if is_phrase else ():
        if alignment.written.kinds(*pair) - ROLES - {CLAUSE} and alignment.support(
            *pair, *(alignment.choice[word] for word in pair)
        ):
            return True
    targets = list(product(alignment.choice[first], alignment.choice[second]))
    return any(alignment.source.either(x, y) & {LISTED, EQUAL} for x, y in targets)


def _turned(alignment: Alignment) -> frozenset[int]:
    """The verbs whose subject or object has the same role in the source, but stands on the other side of them."""
    places = alignment.choice
    found = set[int]()
    for (verb, noun), kinds in alignment.written.relations.between.items():
        if kinds & ROLES and places[verb] and places[noun]:
            is_turned = (verb < noun) != (min(places[verb]) < min(places[noun]))
            if is_turned and alignment.support(verb, noun, places[verb], places[noun]) == 2:
                found.add(verb)
    return frozenset(found)
