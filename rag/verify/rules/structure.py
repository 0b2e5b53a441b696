"""Does each relation of a written sentence hold in the sentences that it cites?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from rag.verify.rules.alignment import Alignment
from rag.verify.rules.closed_class import DEGREES, PRONOUNS, light_roots, opposite_prepositions
from rag.verify.rules.contradiction import is_contradicted
from rag.verify.rules.fault import Fault
from rag.verify.rules.relations import CLAUSE, LINKS, LISTED, MODIFIER, NAMED, OBJECT, ROLES, SUBJECT, Pair


def structure_faults(alignment: Alignment) -> Iterator[Fault]:
    """The relations of the written sentence that the source contradicts.

    One that it merely lacks is no fault: parsers err.
    """
    for first, second in _stated(alignment):
        fault = _fault(alignment, first, second)
        if fault:
            yield fault


def _stated(alignment: Alignment) -> Iterator[Pair]:
    """The pairs of written words whose relation must hold, the earlier word first."""
    for first, second in sorted((min(pair), max(pair)) for pair in alignment.written.relations.stated):
        is_compared = alignment.is_compared(first) and alignment.is_compared(second)
        is_light = light_roots().issuperset(alignment.written.words[word].root for word in (first, second))
        if is_compared and not is_light and (alignment.kinds(first, second) or alignment.kinds(second, first)):
            yield first, second


def _fault(alignment: Alignment, first: int, second: int) -> Fault | None:
    """What is wrong with the relation between two written words; None if the source has it."""
    pairs = [pair for pair in ((first, second), (second, first)) if alignment.kinds(*pair)]
    if any(alignment.support(*pair, *(alignment.choice[word] for word in pair)) for pair in pairs):
        return None
    texts = alignment.written.words[first].text, alignment.written.words[second].text
    told = f"“{texts[0]}” and “{texts[1]}”"
    if not DEGREES.isdisjoint(texts):
        return Fault("degree", f"the evidence does not say {told} together", refutes=True)
    reversed_roles = [is_clear for pair in pairs for is_clear in _reversed_roles(alignment, *pair)]
    if reversed_roles:
        is_clear = any(reversed_roles)
        return Fault("role", f"{told} have other roles in the evidence", refutes=True) if is_clear else None
    return _fault_of_kind(alignment, pairs, told)


def _fault_of_kind(alignment: Alignment, pairs: Sequence[Pair], told: str) -> Fault | None:
    if any(_is_listed(alignment, *pair) or _is_unlinked(alignment, *pair) for pair in pairs):
        return Fault("link", f"the evidence does not link {told} in this way", refutes=True)
    if any(_has_opposite_preposition(alignment, *pair) for pair in pairs):
        return Fault("preposition", f"the evidence relates {told} in another way", refutes=True)
    if any(is_contradicted(alignment, *pair, kind) for pair in pairs for kind in alignment.kinds(*pair)):
        return Fault("contradicted", f"the evidence relates {told} to other words", refutes=True)
    if any(_is_exchanged(alignment, *pair) for pair in pairs):
        return Fault("exchanged", f"{told} are not related in this way in the evidence", refutes=True)
    if any(_is_from_two(alignment, *pair) for pair in pairs):
        return Fault("two sentences", f"{told} are in different sentences of the evidence")
    return None


def _reversed_roles(alignment: Alignment, verb: int, noun: int) -> Iterator[bool]:
    """For each role of `noun` that is the other one in the source: whether no other reading of it is left.

    "Networks train" and "networks are trained" are one. So both verbs must have a subject and an object.
    """
    written, source = alignment.written, alignment.source
    for role in alignment.kinds(verb, noun) & ROLES:
        other = OBJECT if role == SUBJECT else SUBJECT
        targets = alignment.choice[verb]
        if any(other in source.kinds(x, y) for x, y in product(targets, alignment.choice[noun])):
            is_transitive = verb in written.transitive and not source.transitive.isdisjoint(targets)
            yield is_transitive


def _is_listed(alignment: Alignment, head: int, dependent: int) -> bool:
    """Whether a clause of purpose is, in the source, only listed with what it is the purpose of."""
    is_purpose = CLAUSE in alignment.kinds(head, dependent) and alignment.is_purpose(dependent)
    targets = product(alignment.choice[head], alignment.choice[dependent])
    return is_purpose and any(LISTED in alignment.source.either(x, y) for x, y in targets)


def _is_unlinked(alignment: Alignment, head: int, dependent: int) -> bool:
    """Whether a conjunction such as "if" or "before" introduces `dependent` here, and not in the source."""
    links = alignment.kinds(head, dependent) & LINKS
    is_linked = any(kinds & links for _, kinds in alignment.heads_of(dependent))
    return bool(links) and not (is_linked and alignment.in_same_order(head, dependent))


def _has_opposite_preposition(alignment: Alignment, head: int, dependent: int) -> bool:
    here = alignment.kinds(head, dependent) - NAMED
    there = {kind for _, kinds in alignment.heads_of(dependent) for kind in kinds - NAMED}
    return any(opposite_prepositions(one, other) for one, other in product(here, there))


def _is_exchanged(alignment: Alignment, head: int, dependent: int) -> bool:
    """Whether the relation is that of another occurrence of one of the words in the source."""
    for word, other in ((head, dependent), (dependent, head)):
        targets = set(alignment.candidates[word]) - set(alignment.choice[word])
        for target in targets if len(alignment.choice[word]) == 1 else ():
            ends = [[target], alignment.choice[other]]
            if alignment.support(head, dependent, *(ends if word == head else reversed(ends))) == 2:
                return True
    return False


def _is_from_two(alignment: Alignment, head: int, dependent: int) -> bool:
    """Whether the words are from different sentences of the source, and no pronoun there can link them."""
    source, kinds = alignment.source, alignment.kinds(head, dependent)
    sentences = [{source.sentence_of[target] for target in alignment.choice[word]} for word in (head, dependent)]
    if sentences[0] & sentences[1]:
        return False
    if kinds - NAMED or (MODIFIER in kinds and alignment.written.is_counted(dependent)):
        return True
    if CLAUSE in kinds and (alignment.is_purpose(head) or alignment.is_purpose(dependent)):
        return True
    later = source.sentences[max(sentences[0] | sentences[1])]
    return bool(kinds & ROLES) and PRONOUNS.isdisjoint(later.tokens)
