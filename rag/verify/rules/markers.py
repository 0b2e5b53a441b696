"""Words that say how far a sentence holds: hedges, quantifiers, negation, cause, condition and order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from rag.verify.rules.alignment import Alignment
from rag.verify.rules.closed_class import DENIALS, NEGATIVES
from rag.verify.rules.fault import Fault
from rag.verify.rules.relations import CLAUSE, LISTED, OBJECT
from rag.verify.rules.sentence import Sentence
from rag.verify.rules.text import Text


class _Group(NamedTuple):
    """Words that mark the same thing.

    A sentence may not add one unless its source has one, or one of `justified_by`, and must keep one, or have one of
    `kept_by`.
    """

    words: frozenset[str]
    justified_by: frozenset[str] = frozenset()
    kept_by: frozenset[str] = frozenset()
    may_add: bool = False
    may_drop: bool = False


def _group(
    words: str, justified_by: str = "", kept_by: str = "", may_add: bool = False, may_drop: bool = False
) -> _Group:
    marks, justifying, keeping = (frozenset(text.split()) for text in (words, justified_by, kept_by))
    return _Group(marks, justifying, keeping, may_add, may_drop)


_GROUPS = (
    _group("may might could can possibly perhaps potentially probably able possible capable likely", may_add=True),
    _group("sometimes occasionally"),
    _group(
        "often frequently typically usually generally mostly largely commonly normally mainly primarily chiefly",
        justified_by="general",
        kept_by="general",
    ),
    _group("nearly almost"),
    _group("all every each any always"),
    _group("whichever whatever whenever wherever regardless irrespective", justified_by="independent independently"),
    _group("most majority"),
    _group("some certain", may_add=True),
    _group("suggest suggests suggested suggesting hint hints", kept_by="indicate indicates", may_add=True),
    _group(
        "hypothesize hypothesis hypotheses conjecture believe hypothesise believes hypothesizes conjectures "
        "hypothesized conjectured believed think"
    ),
    _group(
        "aim aims aimed aiming hope hopes hoping hoped attempt attempts attempted try tries tried trying seek seeks "
        "sought plan plans planned intend intended intends meant goal goals objective designed",
        may_add=True,
    ),
    _group("assume assumed assumes assuming suppose supposed presume presumes presumed", justified_by="assumption"),
    _group(
        "inevitably necessarily certainly invariably definitely guaranteed guarantees guarantee",
        justified_by="ensure ensures ensured ensuring provably must",
        may_drop=True,
    ),
    _group("seem seems seemed appear appears appeared apparently seemingly", may_add=True),
    _group("up_to"),
    _group("at_least"),
    _group("first firstly initially", justified_by="then", may_drop=True),
    _group("before", justified_by="prior then until", may_drop=True),
    _group("once after", justified_by="then when following", may_drop=True),
    _group("except", kept_by="besides without"),
    _group("if unless", justified_by="when", kept_by="when provided only where for under"),
    _group("whether", justified_by="if", kept_by="if"),
    _group("because because_of", justified_by="because?", may_drop=True),
)
_QUANTIFIERS = frozenset("all every each any some".split())
# Labels of quantifiers that belong to a noun: "all methods", but not "they are all".
_QUANTIFYING = frozenset("det det:predet predet nsubj nsubjpass dobj amod nmod conj".split())
_CAUSES, _EFFECTS = (
    frozenset(("because", "because_of", "since", "as")),
    frozenset("so therefore thus hence thereby consequently".split()),
)
_LATER = frozenset("then next subsequently afterwards finally lastly later".split())
_PREDICATES = frozenset("ROOT conj ccomp advcl parataxis xcomp".split())
_CAUSAL = {"as": "because?", "since": "because"}  # before a clause
_SYMBOLS = frozenset("√≪≫<>≤≥±=∝≈")


def marker_faults(alignment: Alignment) -> Iterator[Fault]:
    """What the sentence says with more, or less, reserve than its source, negates, or puts in another order."""
    marks, source = _marks(alignment.written), _marks(alignment.source)
    for group in _GROUPS:
        here, there = group.words & marks, group.words & source
        if here and not there and not group.may_add and group.justified_by.isdisjoint(source):
            yield Fault("marker", f"the evidence does not say “{min(here)}”", refutes=True)
        if there and not here and not group.may_drop and group.kept_by.isdisjoint(marks):
            yield Fault("marker", f"it leaves out “{min(there)}”", refutes=True)
    yield from _negation_faults(alignment)
    yield from _order_faults(alignment)
    if set("".join(alignment.written.tokens)) & _SYMBOLS - set("".join(alignment.source.tokens)):
        yield Fault("symbol", "the evidence has other symbols", refutes=True)


def _marks(text: Text) -> set[str]:
    """The tokens of `text`, without quantifiers of no noun; "since" before a clause is "because", "as" may be."""
    found = set[str]()
    for sentence in text.sentences:
        for token, arc in zip(sentence.tokens, sentence.arcs, strict=True):
            if token in _QUANTIFIERS and arc.label not in _QUANTIFYING:
                continue
            if token == "any" and not NEGATIVES.isdisjoint(sentence.tokens):
                continue  # "without any" is "without"
            found.add(_CAUSAL.get(token, token) if arc.label == "mark" else token)
    return found


def _negation_faults(alignment: Alignment) -> Iterator[Fault]:
    """Negations of the sentence that none of the source is, and those of the source that it leaves out."""
    here, there = list(_scopes(alignment.written)), list(_scopes(alignment.source))
    negated = {target for scope in here for word in scope for target in alignment.choice[word]}
    denied = set(chain.from_iterable(there))
    for scope in here:
        if not denied.intersection(target for word in scope for target in alignment.choice[word]):
            yield Fault("negation", "it negates what the evidence does not")
    for scope in there:
        used = [word for word in scope if word in alignment.used]
        if used and negated.isdisjoint(used):
            yield Fault("negation", "it leaves out a negation")


def _scopes(text: Text) -> Iterator[set[int]]:
    """The words that each negation of `text` may apply to: its own, the objects of that, and what is listed with it."""
    between = text.relations.between
    yield from ({i} for i, word in enumerate(text.words) if word.is_denied)
    deniers = [i for i, word in enumerate(text.words) if word.text in DENIALS]
    for word in [*_words_with(text, NEGATIVES), *deniers]:
        found = {end: kinds for (head, end), kinds in between.items() if head == word}
        kinds = {OBJECT, CLAUSE, "to", "of"} if word in deniers else {OBJECT}
        scope = {word} | {end for end, others in found.items() if others & kinds}
        scope |= {end for (head, end), kinds in between.items() if head in scope and LISTED in kinds}
        yield scope


def _order_faults(alignment: Alignment) -> Iterator[Fault]:
    """Faults of cause and effect, and of what comes first."""
    causes, source = set(_causes(alignment.written)), set(_causes(alignment.source))
    targets = [target for word in causes for target in alignment.choice[word]]
    if source and 2 * len(source.intersection(targets)) < len(set(targets)):
        yield Fault("cause", "it takes a cause for an effect", refutes=True)
    written, choice = alignment.written, alignment.choice
    for later in _words_with(written, _LATER):
        for earlier in _predicates(written.sentences[0]):
            precedes = written.words[earlier].token < written.words[later].token
            if precedes and choice[earlier] and choice[later] and min(choice[earlier]) > max(choice[later]):
                yield Fault("order", "the evidence has another order")
                return


def _causes(text: Text) -> Iterator[int]:
    """The words of `text` that say why: those after "because" up to a comma, and those before "therefore"."""
    start = 0
    for sentence in text.sentences:
        tokens = sentence.tokens
        for place, token in enumerate(tokens):
            is_clause = token in _CAUSES and (token not in _CAUSAL or sentence.arcs[place].label == "mark")
            is_effect = token in _EFFECTS and tokens[place + 1 : place + 2] != ["that"]  # "so that" says what for
            if is_clause or is_effect:
                end = tokens.index(",", place) if "," in tokens[place:] else len(tokens)
                reach = range(place, end) if is_clause else range(place)
                yield from (start + i for i, word in enumerate(sentence.words) if word.token in reach)
        start += len(sentence.words)


def _predicates(sentence: Sentence) -> Iterable[int]:
    return (word for token, word in sentence.word_at.items() if sentence.arcs[token].label in _PREDICATES)


def _words_with(text: Text, marks: frozenset[str]) -> list[int]:
    """The words that one of `marks` depends on."""
    found, start = list[int](), 0
    for sentence in text.sentences:
        for token, arc in zip(sentence.tokens, sentence.arcs, strict=True):
            content = sentence.content_head(arc.head) if token in marks else None
            if content is not None:
                found.append(start + sentence.word_at[content])
        start += len(sentence.words)
    return found
