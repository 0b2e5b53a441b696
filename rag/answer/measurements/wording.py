"""Words that say how a value is meant: how exact it is, that it is a difference, or that it is no fact."""

from __future__ import annotations

import re

from rag.language.cues import METHOD_NOUNS, NEGATIONS, PUBLICATION_NOUNS
from rag.language.tokens import stem_set

# How exact a value is, or that it is a bound; articles and the like stand among these.
APPROXIMATE = frozenset(
    "about approximately around roughly nearly almost only just over above under below up to at least most more less "
    "than as much many little high low well some a an the ~ - – ca close further additional another whopping mere "
    "even exactly".split()
)
# Nouns before "of" that say of a value no more than such words: "by a margin of 3 %", "a total of 52 objects".
MEASURES = frozenset("average margin total maximum minimum mean factor amount".split())
_CHANGES = tuple(
    "increase decrease reduce reduction improve improvement gain drop raise rise rose lower boost save saving "
    "decline cut fall fell grow growth enhance enhancement accelerate acceleration speed speedup speed-up speed-ups "
    "speedups shrink degrade degradation diminish shorten outperform surpass exceed beat overhead loss advantage "
    "elevate deteriorate widen narrow compress compression".split()
)
# Of the nouns among these, those that say "in" of what the difference is: "a gain in recall".
_DIFFERENCES = tuple(
    "increase decrease reduction improvement gain drop raise rise decline growth loss saving cut fall".split()
)
_SURPASSES = tuple("outperform surpass exceed beat".split())
_STATES = tuple("reach attain hit equal average total range amount vary exceed".split())
_COMPARATIVE = re.compile(r"(?:more|less|fewer|better|worse|faster|slower|[a-z]{2,}(?:ier|[^aeiou]er))")
_NOT_COMPARATIVE = frozenset(
    "other over under after layer layers parameter number paper later order transformer power computer user water "
    "together either former inner outer upper rather ever never per her cluster filter marker center meter".split()
)
# Plurals without the letter s.
PLURALS = frozenset("people men women children mice rats cattle data criteria phenomena feet teeth species".split())
# Comparatives that do not say of which quantity.
UNSPECIFIC = frozenset("more less fewer higher lower better worse greater".split())
# Who has a value, or has measured it, rather than what it is the value of.
AGENTS = frozenset(
    "we it they which that this these those who i you he she them us its their our his her results result "
    "experiments experiment one ones respectively there what and or both total average mean maximum minimum kind "
    "kinds order overall".split()
).union(METHOD_NOUNS, PUBLICATION_NOUNS, (f"{noun}s" for noun in METHOD_NOUNS))
# With these, a sentence does not state that a value was measured.
NO_FACT = NEGATIONS | frozenset("would could might may should if unless whether wish hope assume suppose".split())
BEGINS_PHRASE = frozenset("of in on at for with by to from under over within between per across among".split())


def is_change(stem: str) -> bool:
    """Whether a word with this `stem` says that a value is a difference."""
    return stem in stem_set(_CHANGES)


def is_difference(stem: str) -> bool:
    """Whether a word with this `stem` is a noun after which "in" says of what the difference is."""
    return stem in stem_set(_DIFFERENCES)


def is_surpassing(stem: str) -> bool:
    """Whether a verb with this `stem` has for its object what is worse."""
    return stem in stem_set(_SURPASSES)


def is_stating(stem: str) -> bool:
    """Whether a verb with this `stem` gives its subject a value: "the error reaches 3 %"."""
    return stem in stem_set(_STATES)


def is_comparative(word: str) -> bool:
    """Whether `word`, in lower case, is an adjective like "faster"."""
    return word not in _NOT_COMPARATIVE and bool(_COMPARATIVE.fullmatch(word))
