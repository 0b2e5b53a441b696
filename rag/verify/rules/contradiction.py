"""Does the source have other words in the places of a written relation, which the sentence uses elsewhere?"""

from __future__ import annotations

from collections.abc import Iterator

from rag.verify.rules.alignment import Alignment
from rag.verify.rules.closed_class import light_roots, same_preposition
from rag.verify.rules.relations import CLAUSE, EQUAL, LISTED, MODIFIER, NAMED, RELATIVE, ROLES, SUBJECT
from rag.verify.rules.text import Text

_MAX_NUMBER_DISTANCE = 4  # tokens between a number and what it counts
_SAME_THING = {LISTED, EQUAL, MODIFIER, "of"}


def is_contradicted(alignment: Alignment, head: int, dependent: int, kind: str) -> bool:
    """Whether the source contradicts a relation of this `kind` between two written words.

    Not if all words that it has instead are in the order of the source: then the parser read the same differently.
    """
    if kind in ROLES and _has_lost_verb(alignment, dependent):
        return True
    dependents = list(_other_dependents(alignment, head, dependent, kind))
    heads = list(_other_heads(alignment, head, dependent, kind))
    if kind in ROLES or _is_decided_by_one(alignment, head, dependent, kind):
        found = bool(dependents or heads)
    elif kind in (MODIFIER, CLAUSE):
        found = bool(dependents and heads)
    else:
        found = bool(dependents)
    return found and not alignment.in_same_order(head, dependent, *dependents, *heads)


def _is_decided_by_one(alignment: Alignment, head: int, dependent: int, kind: str) -> bool:
    """Whether a modifier or clause is at the wrong place if either its head or what it modifies has another."""
    written = alignment.written
    if kind == CLAUSE:
        return alignment.is_purpose(dependent)
    if kind != MODIFIER:
        return False
    if written.is_counted(dependent):
        return abs(written.words[head].token - written.words[dependent].token) <= _MAX_NUMBER_DISTANCE
    return RELATIVE in written.kinds(head, dependent)


def _other_dependents(alignment: Alignment, head: int, dependent: int, kind: str) -> Iterator[int]:
    """Written words that stand for what the source relates to `head` in this way, in place of `dependent`."""
    written, source = alignment.written, alignment.source
    for other, kinds in alignment.dependents_of(head):
        used = alignment.used.get(other)
        if used is None or used == dependent or other in alignment.choice[dependent]:
            continue
        if source.words[other].root in light_roots() or not any(_is_same_kind(kind, found) for found in kinds):
            continue
        if written.kinds(head, used) & {kind, MODIFIER, "of"}:
            continue
        if kind == SUBJECT and _is_ambiguous(written, head, dependent, used):
            continue
        if kind == MODIFIER and written.words[dependent].is_number != source.words[other].is_number:
            continue
        if not any(source.either(other, one) & _SAME_THING for one in alignment.choice[dependent]):
            yield used


def _other_heads(alignment: Alignment, head: int, dependent: int, kind: str) -> Iterator[int]:
    """Written words that stand for what the source relates `dependent` to in this way, in place of `head`."""
    written, source = alignment.written, alignment.source
    for other, kinds in alignment.heads_of(dependent):
        used = alignment.used.get(other)
        if used is None or used == head or other in alignment.choice[head] or kind not in kinds:
            continue
        if kind in written.kinds(used, dependent) or source.words[other].root in light_roots():
            continue
        if kind == CLAUSE and any(source.either(other, one) - {LISTED} for one in alignment.choice[head]):
            continue
        is_number = written.words[dependent].is_number
        if is_number or not any(source.either(other, one) & _SAME_THING for one in alignment.choice[head]):
            yield used


def _has_lost_verb(alignment: Alignment, noun: int) -> bool:
    """Whether what `noun` stands for is the subject or object of a verb that the sentence leaves out."""
    return any(
        kinds & ROLES and verb not in alignment.used and alignment.source.words[verb].root not in light_roots()
        for verb, kinds in alignment.heads_of(noun)
    )


def _is_ambiguous(written: Text, verb: int, noun: int, other: int) -> bool:
    """Whether a relative clause may belong to `other` as well: "the edges of the graph that …"."""
    is_relative = RELATIVE in written.kinds(noun, verb) | written.kinds(other, verb)
    return is_relative and (_is_above(written, other, noun) or _is_above(written, noun, other))


def _is_above(written: Text, head: int, word: int) -> bool:
    seen, waiting = {word}, [word]
    while waiting:
        found = written.heads.get(waiting.pop(), set()) - seen
        if head in found:
            return True
        seen |= found
        waiting += found
    return False


def _is_same_kind(kind: str, other: str) -> bool:
    return kind == other or (kind not in NAMED and other not in NAMED and same_preposition(kind, other))
