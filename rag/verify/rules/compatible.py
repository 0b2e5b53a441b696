"""Which relations of the source state a relation of a written sentence."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from rag.verify.rules.closed_class import same_preposition
from rag.verify.rules.relations import CLAUSE, EQUAL, MODIFIER, NAMED, OBJECT, ORDERS, RELATIVE, ROLES, SUBJECT


def states(kind: str, forward: AbstractSet[str], backward: AbstractSet[str]) -> bool:
    """Whether relations of the source state a written one of this `kind`.

    `forward` are those between the words that stand for its head and its dependent, `backward` those the other way
    round. A noun made of a verb has what the verb has for subject and object as modifiers, or with prepositions.
    """
    if kind in forward:
        return True
    if kind in ORDERS:
        return False
    prepositions = forward - NAMED
    if kind == SUBJECT:
        active = RELATIVE in backward and OBJECT not in forward
        return bool(forward & {"by", "of", "with", "'s", MODIFIER, EQUAL, CLAUSE}) or active or _inverts(backward)
    if kind == OBJECT:
        passive = RELATIVE in backward and SUBJECT not in forward
        return bool(forward & {"of", "for", "in", MODIFIER}) or passive or MODIFIER in backward
    if kind in (MODIFIER, EQUAL):
        return bool(forward & {EQUAL, RELATIVE, MODIFIER} | forward & ROLES | prepositions) or bool(
            backward & {SUBJECT, OBJECT, EQUAL, "with"}
        )
    if kind == CLAUSE:
        both = forward | backward
        return bool(both & {CLAUSE, RELATIVE, "to", "for", "by", "with"} | both & ROLES | prepositions)
    return _states_preposition(kind, forward, backward)


def _inverts(backward: AbstractSet[str]) -> bool:
    """Whether the head modifies the dependent: "the dominating model" is "the model dominates"."""
    return bool(backward & {MODIFIER, EQUAL, CLAUSE})


def _states_preposition(kind: str, forward: AbstractSet[str], backward: AbstractSet[str]) -> bool:
    if MODIFIER in forward or any(same_preposition(kind, other) for other in forward - NAMED):
        return True
    return (
        (OBJECT in forward and kind in ("of", "in", "to", "for", "with", "on"))
        or (SUBJECT in forward and kind in ("of", "by", "from", "with", "'s", "in"))
        or (bool(forward & {CLAUSE, RELATIVE}) and kind in ("to", "for", "by", "with", "since"))
        or (bool(backward & {"of", "with"}) and kind in ("of", "with"))
    )
