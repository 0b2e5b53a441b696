"""The relations between the content words of a sentence, made from its dependency tree.

A relation leads from a word to what depends on it: the subject or object of a verb ("subj", "obj", whatever the voice),
a modifier ("mod"), a clause ("comp"), an apposition ("eq"), a relative clause ("rel"), an item of the same list
("conj"), or the preposition between the two.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from rag.verify.rules.closed_class import RELATIVE_PRONOUNS
from rag.verify.rules.sentence import Sentence

SUBJECT, OBJECT, MODIFIER, CLAUSE, EQUAL, RELATIVE, LISTED = "subj", "obj", "mod", "comp", "eq", "rel", "conj"
ROLES = frozenset((SUBJECT, OBJECT))
# Conjunctions that say when, or on what condition: a clause that one introduces has it for its relation.
ORDERS = frozenset(("before", "after", "until"))
LINKS = ORDERS | frozenset(("if", "unless"))
NAMED = ROLES | {MODIFIER, CLAUSE, EQUAL, RELATIVE, LISTED}  # all others are prepositions
Pair = tuple[int, int]  # a word and what depends on it, by index

_SUBJECTS = ("nsubj", "csubj")
_PASSIVE_SUBJECTS = ("nsubjpass", "csubjpass")
_MODIFIERS = frozenset(
    "amod compound nummod advmod det neg compound:prt mwe name foreign goeswith nmod:npmod nmod:tmod".split()
)
_CLAUSES = {"appos": EQUAL} | dict.fromkeys("xcomp ccomp advcl parataxis dep list discourse".split(), CLAUSE)
_PARTICIPLE = re.compile(r"(?:ed|en|own|ought|uilt|one|ade|ound|eld|ept)$")
_MAX_LIST_LENGTH = 50  # a tree that nests deeper is none


@dataclass
class Relations:
    """Between the words of a sentence.

    `stated` are the pairs of which one word is the other's head in the tree; other relations follow from these, as that
    of a shared subject.
    """

    between: dict[Pair, set[str]] = field(default_factory=lambda: defaultdict(set))
    stated: set[frozenset[int]] = field(default_factory=set)

    def add(self, head: int, dependent: int, relation: str, is_stated: bool) -> None:
        """Adds one relation; none leads from a word to itself."""
        if head != dependent:
            self.between[head, dependent].add(relation)
            if is_stated:
                self.stated.add(frozenset((head, dependent)))


def relations_of(sentence: Sentence) -> Relations:
    """The relations in `sentence`, between indexes into its words."""
    found = Relations()
    for token in range(len(sentence.tokens)):
        words = [i for i, word in enumerate(sentence.words) if word.token == token]
        for part, following in pairwise(words):  # the parts of a compound modify what follows
            found.add(words[-1], part, MODIFIER, is_stated=True)
            if following != words[-1]:
                found.add(following, part, MODIFIER, is_stated=True)
    for token, (head, label) in enumerate(sentence.arcs):
        if token in sentence.word_at and head != token:
            _add(found, sentence, token, head, label)
    _share_roles(found)
    return found


def _share_roles(found: Relations) -> None:
    """What is said of one name of a thing is said of the other: "it is a network that hears" says "it hears"."""
    for (first, second), kinds in list(found.between.items()):
        if EQUAL in kinds:
            for (verb, noun), others in list(found.between.items()):
                for role in others & ROLES if noun in (first, second) else ():
                    found.add(verb, second if noun == first else first, role, is_stated=False)


def _add(found: Relations, sentence: Sentence, token: int, head: int, label: str) -> None:
    if label == "conj":
        _add_listed(found, sentence, token, head)
        return
    for first, second, relation in _relations(sentence, token, head, label):
        _add_between(found, sentence, first, second, relation, is_stated={first, second} == {token, head})


def _add_between(
    found: Relations, sentence: Sentence, first: int, second: int, relation: str, *, is_stated: bool
) -> None:
    """Adds a relation between two tokens, or what is above them if they have no content."""
    head, dependent = sentence.content_head(first), sentence.content_head(second)
    if head is not None and dependent is not None:
        found.add(sentence.word_at[head], sentence.word_at[dependent], relation, is_stated=is_stated)


def _add_listed(found: Relations, sentence: Sentence, token: int, previous: int) -> None:
    """An item of a list is related to what the first item is related to; a verb of a list shares the subject."""
    word = sentence.word_at[token]
    first = previous
    for _ in range(_MAX_LIST_LENGTH):
        if sentence.arcs[first].label != "conj":
            break
        first = sentence.arcs[first].head
    head, label = sentence.arcs[first]
    case = _case(sentence, token)
    for one, other, relation in _relations(sentence, first, head, label) if head != first else ():
        ends = [token if end == first else end for end in (one, other)]
        if case and relation not in ROLES and ends[1] == token:
            relation = case  # "for cats and with dogs"
        _add_between(found, sentence, ends[0], ends[1], relation, is_stated=True)
    if previous in sentence.word_at:
        found.add(sentence.word_at[previous], word, LISTED, is_stated=False)
    if not sentence.dependents(token, *_SUBJECTS, *_PASSIVE_SUBJECTS):
        for subject in sentence.dependents(first, *_SUBJECTS, *_PASSIVE_SUBJECTS):
            if subject in sentence.word_at:
                role = OBJECT if _is_passive(sentence, token) else SUBJECT
                found.add(word, sentence.word_at[subject], role, is_stated=False)


def _relations(sentence: Sentence, token: int, head: int, label: str) -> Iterator[tuple[int, int, str]]:
    """The relations that the arc from `token` to its `head` stands for, between tokens."""
    case = _case(sentence, token)
    if label in _SUBJECTS:
        yield head, token, SUBJECT
        if sentence.dependents(head, "cop"):  # "the matrix is sparse": a sparse matrix; but "the matrix is a map"
            is_noun = bool(sentence.dependents(head, "det", "case", "nmod:poss", "compound"))
            yield token, head, EQUAL if is_noun else MODIFIER
    elif label in _PASSIVE_SUBJECTS or label == "dobj":
        yield head, token, OBJECT
    elif label == "iobj":
        yield head, token, "to"
    elif label == "nmod:poss":
        yield head, token, "of"
    elif label == "nmod":
        if case == "by" and _is_passive(sentence, head):
            yield head, token, SUBJECT
        yield head, token, case or MODIFIER
    elif label in _MODIFIERS:
        yield head, token, MODIFIER
    elif label == "acl":
        yield from _adnominal(sentence, token, head, case)
    elif label == "acl:relcl":
        yield from _relative(sentence, token, head)
    elif label in _CLAUSES:
        yield head, token, case if case in LINKS else _CLAUSES[label]
        yield from _controlled(sentence, token, head, label)


def _adnominal(sentence: Sentence, token: int, head: int, case: str) -> Iterator[tuple[int, int, str]]:
    """A verb after its noun: "a network to learn", "a network learning it", "a network learned from it"."""
    if case == "to":
        yield head, token, "to"
        yield token, head, SUBJECT
    elif sentence.tokens[token].endswith("ing"):
        yield token, head, SUBJECT
    elif case:
        yield head, token, case
    else:
        yield token, head, OBJECT


def _relative(sentence: Sentence, token: int, head: int) -> Iterator[tuple[int, int, str]]:
    pronouns = [child for child in sentence.children.get(token, ()) if sentence.tokens[child] in RELATIVE_PRONOUNS]
    labels = {sentence.arcs[pronoun].label for pronoun in pronouns}
    yield head, token, RELATIVE
    if sentence.dependents(token, "cop"):
        yield head, token, MODIFIER
    elif sentence.dependents(token, "auxpass"):
        yield token, head, OBJECT
    elif "nsubj" in labels or not ("nmod" in labels or sentence.dependents(token, "nsubj")):
        yield token, head, SUBJECT
    elif "nmod" in labels:
        yield token, head, "in"
    else:
        yield token, head, OBJECT


def _controlled(sentence: Sentence, token: int, head: int, label: str) -> Iterator[tuple[int, int, str]]:
    """What a clause without a subject shares with the clause above it: "it stops to rest", "it lets them rest"."""
    if label in ("advcl", "xcomp", "parataxis") and not sentence.dependents(token, "nsubj", "nsubjpass"):
        is_passive = _is_passive(sentence, token) and not sentence.tokens[token].endswith("ing")
        for subject in sentence.dependents(head, "nsubj", "nsubjpass"):
            yield token, subject, OBJECT if is_passive else SUBJECT
    if label == "xcomp":
        for thing in sentence.dependents(head, "dobj"):
            yield token, thing, SUBJECT


def _case(sentence: Sentence, token: int) -> str:
    """The preposition or conjunction that introduces `token`, or ""."""
    introducing = sentence.dependents(token, "case", "mark")
    return sentence.tokens[introducing[-1]] if introducing else ""


def _is_passive(sentence: Sentence, token: int) -> bool:
    if sentence.dependents(token, "auxpass"):
        return True
    is_finite = bool(sentence.dependents(token, "aux", "nsubj"))
    return not is_finite and bool(_PARTICIPLE.search(sentence.tokens[token]))
