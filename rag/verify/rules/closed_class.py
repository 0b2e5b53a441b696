"""The words that carry structure rather than content, and those that may be added or left out."""

from __future__ import annotations

from functools import cache

from rag.verify.rules.lexicon import root


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETERMINERS = _words(
    "a an the this that these those its their his her our such own 's it they them he she we us i ones itself "
    "themselves respectively there"
)
AUXILIARIES = _words("is are was were be been being am do does did has have had having get gets got")
MODALS = _words("can could may might must shall should will would")
PREPOSITIONS = _words(
    "of to for in on with by from between into under over at as than via through without within among against across "
    "during after before per upon about above below toward towards until since like unlike despite beyond along around "
    "near off onto out versus vs throughout except besides"
)
RELATIVE_PRONOUNS = _words("which who whose whom where that when")
CONJUNCTIONS = _words(
    "and or but nor while whereas although though plus if unless because so once whenever whether how why what "
    "whatever whereby then therefore thus hence thereby consequently"
)
FUNCTION_WORDS = (
    DETERMINERS
    | AUXILIARIES
    | MODALS
    | PREPOSITIONS
    | RELATIVE_PRONOUNS
    | CONJUNCTIONS
    | _words("also both either not no very")
)
# Verbs and nouns that say little: one that is not in the source adds nothing, and one of the source may be left out.
LIGHT = _words(
    """
    together kind one ones remain single other apart means method approach technique model framework system
    algorithm scheme strategy author show demonstrate find observe propose introduce present report paper article
    work use make result allow become serve way thing set able enable provide give bring take offer well named
    called call name study exist existing investigate describe carry perform obtain form case utilize employ
    leverage achieve reach represent exhibit get ensure conduct require need rely
    """
)
# Words of praise and connection.
ORNAMENT = _words(
    """
    however moreover furthermore additionally further specifically particular importantly notably
    experimental extensive extensively comprehensive thorough overall indeed interestingly contrast addition
    effectively efficiently successfully new novel proposed simply directly explicitly empirically recent recently
    current traditional additional too even quite still newly here now fact namely
    """
)
# Hedges and quantifiers: whether they may be added or left out is looked at for the sentence as a whole, since what
# they belong to is a matter of the parser's taste.
FLOATING = _words(
    """
    may might could can possibly perhaps potentially probably able possible capable likely often frequently typically
    usually generally mostly largely sometimes occasionally nearly almost all every each any always most some first
    firstly
    """
)
PRONOUNS = _words("it this these they its such their those that")
DEGREES = _words("more less fewer most least")
NEGATIVES = _words("not no never nor neither none without rather_than nothing")
# Words that negate what depends on them.
DENIALS = _words("unable inability impossible fail fails failed failing failure lack lacks lacked lacking")
# Prepositions that can stand for each other.
_INTERCHANGEABLE = tuple(
    map(
        _words,
        (
            "in on at for within over across during under among throughout of",
            "by with from through based as because_of",
            "of in for with 's",
            "of from",
            "versus than over to against",
            "into to as in",
            "toward towards to for",
            "like including",
            "while when during in at",
            "between of among",
            "on about",
            "per for",
            "alongside with besides and",
        ),
    )
)
# Prepositions that say the opposite, or where one names the doer and the other the goal.
_OPPOSITES = frozenset(
    map(
        _words,
        (
            "by to",
            "from to",
            "from in",
            "from into",
            "from toward",
            "from towards",
            "over under",
            "above below",
            "before after",
            "with without",
            "like unlike",
            "like from",
            "for against",
        ),
    )
)


def opposite_prepositions(first: str, second: str) -> bool:
    """Whether one preposition cannot stand for the other in any context."""
    return frozenset((first, second)) in _OPPOSITES


def same_preposition(first: str, second: str) -> bool:
    """Whether the prepositions can stand for each other."""
    return first == second or any(first in group and second in group for group in _INTERCHANGEABLE)


@cache
def light_roots() -> frozenset[str]:
    """The roots of the light words, made on first use: importing a module must not load the stemmer."""
    return frozenset(map(root, LIGHT))


@cache
def ornament_roots() -> frozenset[str]:
    """The roots of the words of praise and connection."""
    return frozenset(map(root, ORNAMENT))
