"""A written sentence laid over the sentences that it cites, word by word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import product

from rag.verify.rules.candidates import candidates, likeness
from rag.verify.rules.closed_class import (
    DETERMINERS,
    FLOATING,
    light_roots,
    opposite_prepositions,
    ornament_roots,
)
from rag.verify.rules.compatible import states
from rag.verify.rules.lexicon import root
from rag.verify.rules.relations import CLAUSE, EQUAL, LINKS, LISTED, MODIFIER, NAMED, RELATIVE, ROLES, SUBJECT
from rag.verify.rules.sentence import Sentence
from rag.verify.rules.text import Text

_ROUNDS = 2  # of choosing among the words that occur more than once in the source
_SKIPPED = DETERMINERS | frozenset(",()")


class Alignment:
    """Which word of `source` each word of `written` stands for; `context` defines abbreviations.

    `candidates` are all possible ones, `choice` the one that agrees best with the words around it. Hedges and
    quantifiers are free: their relations are not compared. So are words that stand for nothing, if they say little or
    have a root of the paper's `names`.
    """

    def __init__(self, written: Text, source: Text, context: str, names: frozenset[str]) -> None:
        self.written, self.source, self.names = written, source, names
        free = light_roots() | ornament_roots() | names
        self.candidates, self._units = candidates(written, source, context)
        self.is_free = [
            word.text in FLOATING or (not found and word.root in free)
            for word, found in zip(written.words, self.candidates, strict=True)
        ]
        self.choice = self._chosen()

    @cached_property
    def used(self) -> dict[int, int]:
        """The words of the source that are taken up, each with the written word that stands for it."""
        found: dict[int, int] = {}
        for index in filter(self.is_compared, range(len(self.choice))):
            for target in self.choice[index]:
                found.setdefault(target, index)
        return found

    def is_compared(self, word: int) -> bool:
        """Whether the relations of this written word must be those of the source."""
        return bool(self.choice[word]) and not self.is_free[word]

    def kinds(self, head: int, dependent: int) -> frozenset[str]:
        """The relations from the written word `head` to `dependent` that the source must have."""
        return self.written.kinds(head, dependent) - {LISTED, RELATIVE}

    def in_same_order(self, *words: int) -> bool:
        """Whether written words are in the order of what they stand for: then parsers may read the same differently."""
        targets = [min(self.choice[word]) for word in sorted(words)]
        return targets == sorted(targets)

    def heads_of(self, word: int) -> Iterator[tuple[int, frozenset[str]]]:
        """The words of the source that what `word` stands for depends on, and how."""
        for target in self.choice[word]:
            yield from ((head, self.source.kinds(head, target)) for head in self.source.stated_heads.get(target, ()))

    def dependents_of(self, word: int) -> Iterator[tuple[int, frozenset[str]]]:
        """The words of the source that depend on what `word` stands for, and how."""
        for target in self.choice[word]:
            yield from ((end, self.source.kinds(target, end)) for end in self.source.stated_dependents.get(target, ()))

    def support(self, head: int, dependent: int, heads: Sequence[int], dependents: Sequence[int]) -> int:
        """How far the source has one of the written relations from `head` to `dependent`.

        `heads` and `dependents` are the words of the source that may stand for them. 2: it has it. 1: it attaches the
        dependent to a word that is itself related to the head, or has a single word for both. 0: it does not have it.
        """
        kinds = self.kinds(head, dependent)
        best = 0
        for one, other in product(heads, dependents):
            if one == other:
                best = 1
            elif kinds and (self._relates(kinds, one, other) or self._same_wording(head, dependent, one, other)):
                return 2
            elif best == 0 and any(self._reattaches(kind, head, dependent, one, other) for kind in kinds):
                best = 1
        return best

    def _chosen(self) -> list[list[int]]:
        """For each written word the candidate that most of its relations and its neighbours speak for."""
        choice = [list(found) for found in self.candidates]
        related = defaultdict[int, list[tuple[int, bool]]](list)
        for head, dependent in self.written.relations.between:
            related[head].append((dependent, True))
            related[dependent].append((head, False))
        for _ in range(_ROUNDS):
            for index in sorted(range(len(choice)), key=lambda i: len(choice[i])):
                if len(choice[index]) > 1 and index not in self._units:
                    choice[index] = [
                        max(choice[index], key=lambda c: self._agreement(index, c, choice, related[index]))
                    ]
        return choice

    def _agreement(
        self, index: int, candidate: int, choice: Sequence[Sequence[int]], related: Iterable[tuple[int, bool]]
    ) -> tuple[float, float]:
        score = 0.2 * likeness(self.written.words[index], self.source.words[candidate])
        for other, is_head in related:
            if is_head:
                score += self.support(index, other, [candidate], choice[other])
            else:
                score += self.support(other, index, choice[other], [candidate])
        if index and candidate - 1 in choice[index - 1]:
            score += 0.5
        if index + 1 < len(choice) and candidate + 1 in choice[index + 1]:
            score += 0.5
        distance = abs(candidate / len(self.source.words) - index / len(choice))
        return score, -distance

    def _relates(self, kinds: AbstractSet[str], head: int, dependent: int) -> bool:
        forward, backward = self.source.kinds(head, dependent), self.source.kinds(dependent, head)
        return bool(forward or backward) and any(states(kind, forward, backward) for kind in kinds)

    def _same_wording(self, first: int, second: int, one: int, other: int) -> bool:
        """Whether the same words stand between two written words as between two of the source, in the same order."""
        if self.source.sentence_of[one] != self.source.sentence_of[other]:
            return False
        prepositions = product(self.kinds(first, second) - NAMED, self.source.kinds(one, other) - NAMED)
        if any(opposite_prepositions(here, there) for here, there in prepositions):
            return False  # "like earlier ones, it hears" has the same words between as "unlike earlier ones, it hears"
        sentence = self.source.sentences[self.source.sentence_of[one]]
        ends = self.written.words[first].token, self.written.words[second].token
        other_ends = self.source.words[one].token, self.source.words[other].token
        if ends[0] != ends[1] and (ends[0] < ends[1]) != (other_ends[0] < other_ends[1]):
            return False
        return _between(self.written.sentences[0], ends) == _between(sentence, other_ends)

    def _reattaches(self, kind: str, head: int, dependent: int, one: int, other: int) -> bool:
        """Whether the source attaches `other` in the same way, but to a word that is related to `one`.

        To what a phrase belongs is a matter of the parser's taste, for all but arguments, modifiers and clauses that
        say why, when or what for.
        """
        if kind in LINKS or (kind == CLAUSE and self.is_purpose(dependent)):
            return False
        is_relative = RELATIVE in self.written.kinds(dependent, head)
        if kind in ROLES and not (kind == SUBJECT and is_relative):
            return False
        if kind == EQUAL or (kind == MODIFIER and not self.written.words[dependent].text.endswith("ly")):
            return False
        for middle in self.source.neighbours.get(other, ()):
            found = self.source.kinds(middle, other)
            if one in self.source.neighbours.get(middle, ()) and (
                states(kind, found, set()) or (kind == SUBJECT and CLAUSE in found)
            ):
                return True
        return False

    def is_purpose(self, word: int) -> bool:
        """Whether this written word is a verb after "to" or "by": what something is done for, or how."""
        sentence = self.written.sentences[0]
        return any(
            sentence.tokens[mark] in ("to", "by")
            for mark in sentence.dependents(self.written.words[word].token, "mark")
        )


def _between(sentence: Sentence, ends: tuple[int, int]) -> list[str]:
    """The roots of the tokens between two tokens, without determiners and ornament."""
    tokens = sentence.tokens[min(ends) + 1 : max(ends)]
    return [stem for token in tokens if token not in _SKIPPED and (stem := root(token)) not in ornament_roots()]
