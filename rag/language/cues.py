"""Words and phrases that show how a sentence is meant: negation, conditions, and who speaks of what.

Ranking and writing take theirs from here; what the check of written sentences compares is in `rag.verify.rules`.
"""

from __future__ import annotations

import re

from rag.language.tokens import scan

NEGATIONS = frozenset(
    "not no never nor neither none cannot hardly rarely fail fails failed failing unable without lack lacks lacking "
    "impossible unlikely".split()
)
# Words of a clause that limits when, or for what, the rest of the sentence holds.
CONDITIONS = frozenset(
    "if unless except provided assuming without under when below above until contrary "
    "according ideally respectively".split()
)
PUBLICATION_NOUNS = tuple("paper work article study".split())
METHOD_NOUNS = tuple("method approach model framework network system algorithm".split())
# "We propose …": what follows is the contribution of the paper.
PROPOSAL_VERBS = tuple("propose introduce present develop design describe devise build construct".split())

_PUBLICATION, _METHOD = "|".join(PUBLICATION_NOUNS), "|".join(METHOD_NOUNS)
_PROPOSAL = "|".join(verb.removesuffix("e") for verb in PROPOSAL_VERBS)  # "propos" begins "proposes" and "proposing"
_FIRST_PERSON = re.compile(rf"\b(we|our|ours|us|this ({_PUBLICATION}))\b", re.IGNORECASE)
_OWN_WORK = re.compile(rf"\b(we|our|(this|the) ({_PUBLICATION}|thesis|book|method|approach))\b", re.IGNORECASE)
_OUR_METHOD = re.compile(rf"\bour ({_METHOD})\b", re.IGNORECASE)
_WE = re.compile(rf"\b(we|this ({_PUBLICATION}))\b", re.IGNORECASE)
_PROPOSES = re.compile(rf"\b(we|here|this ({_PUBLICATION}))\b.{{0,60}}?\b({_PROPOSAL})\w*", re.IGNORECASE)


def is_first_person(sentence: str) -> bool:
    """Whether `sentence` speaks as its authors: "we", "our", "this paper"."""
    return bool(_FIRST_PERSON.search(sentence))


def describes_own_work(sentence: str, short_name: str) -> bool:
    """Whether `sentence` is about the paper's own work: it says "we" or "the method", or has its `short_name`."""
    named = bool(short_name) and short_name.lower() in sentence.lower()
    return named or bool(_OWN_WORK.search(sentence))


def states_own_work(sentence: str) -> bool:
    """Whether `sentence` says what its authors did: it has "we", "this paper" or "our method"."""
    return bool(_WE.search(sentence) or _OUR_METHOD.search(sentence))


def proposes(sentence: str) -> bool:
    """Whether `sentence` says that its authors propose something: "we introduce", "this paper presents"."""
    return bool(_PROPOSES.search(sentence))


def states_contribution(sentence: str) -> bool:
    """Whether `sentence` proposes something, or speaks of "our method"."""
    return proposes(sentence) or bool(_OUR_METHOD.search(sentence))


def is_conditional(text: str) -> bool:
    """Whether `text` contains a condition or a negation."""
    words = {token.text for token in scan(expand_negations(text.lower()))}
    return not (CONDITIONS | NEGATIONS).isdisjoint(words)


def expand_negations(text: str) -> str:
    """`text`, in lower case, with "not" as a word of its own: "don't" → "do not", "cannot" → "can not"."""
    straight = text.replace("’", "'").replace("can't", "cannot")
    return re.sub(r"n't\b", " not", straight).replace("cannot", "can not")
