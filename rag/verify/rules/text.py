"""Several sentences as one text: their words numbered throughout, and the relations between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rag.verify.rules.relations import LISTED, MODIFIER, ROLES, Relations, relations_of
from rag.verify.rules.sentence import Phrase, Sentence, Word, read


@dataclass
class Text:
    """Sentences with their relations, their words numbered throughout; `sentence_of` is the sentence of each word."""

    sentences: list[Sentence] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    sentence_of: list[int] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    relations: Relations = field(default_factory=Relations)

    @property
    def tokens(self) -> Iterator[str]:
        """The tokens of all sentences."""
        return (token for sentence in self.sentences for token in sentence.tokens)

    def kinds(self, head: int, dependent: int) -> frozenset[str]:
        """The relations from `head` to `dependent`."""
        return frozenset(self.relations.between.get((head, dependent), ()))

    def either(self, first: int, second: int) -> frozenset[str]:
        """The relations between two words, whichever depends on the other."""
        return self.kinds(first, second) | self.kinds(second, first)

    @cached_property
    def neighbours(self) -> dict[int, set[int]]:
        """The words that are related to each word, other than as items of a list."""
        found = defaultdict[int, set[int]](set)
        for (head, dependent), kinds in self.relations.between.items():
            if kinds != {LISTED}:
                found[head].add(dependent)
                found[dependent].add(head)
        return found

    @cached_property
    def heads(self) -> dict[int, set[int]]:
        """The words that each word depends on, other than as an item of a list."""
        found = defaultdict[int, set[int]](set)
        for (head, dependent), kinds in self.relations.between.items():
            if kinds != {LISTED}:
                found[dependent].add(head)
        return found

    @cached_property
    def stated_heads(self) -> dict[int, list[int]]:
        """The words that each word depends on as the tree has it."""
        found = defaultdict[int, list[int]](list)
        for head, dependent in self.relations.between:
            if frozenset((head, dependent)) in self.relations.stated:
                found[dependent].append(head)
        return found

    @cached_property
    def stated_dependents(self) -> dict[int, list[int]]:
        """The words that depend on each word as the tree has it."""
        found = defaultdict[int, list[int]](list)
        for head, dependent in self.relations.between:
            if frozenset((head, dependent)) in self.relations.stated:
                found[head].append(dependent)
        return found

    @cached_property
    def verbs(self) -> frozenset[int]:
        """The words with a subject or an object."""
        return frozenset(head for (head, _), kinds in self.relations.between.items() if kinds & ROLES)

    @cached_property
    def passive(self) -> frozenset[int]:
        """The verbs in the passive."""
        found, start = set[int](), 0
        for sentence in self.sentences:
            found |= {start + word for token, word in sentence.word_at.items() if sentence.dependents(token, "auxpass")}
            start += len(sentence.words)
        return frozenset(found)

    @cached_property
    def transitive(self) -> frozenset[int]:
        """The verbs with both a subject and an object, be they pronouns or other words without content."""
        found = defaultdict[int, set[str]](set)
        for (head, _), kinds in self.relations.between.items():
            found[head] |= kinds & ROLES
        start = 0
        for sentence in self.sentences:
            for token, word in sentence.word_at.items():
                found[start + word] |= sentence.roles(token)
            start += len(sentence.words)
        return frozenset(word for word, roles in found.items() if roles >= ROLES)

    def is_counted(self, word: int) -> bool:
        """Whether a word is a number, or has one."""
        return self.words[word].is_number or any(
            self.words[other].is_number and MODIFIER in self.kinds(word, other)
            for other in self.stated_dependents.get(word, ())
        )


def read_text(sentences: Sequence[str]) -> Text:
    """`sentences`, parsed."""
    text = Text()
    for index, sentence in enumerate(map(read, sentences)):
        start = len(text.words)
        text.sentences.append(sentence)
        text.words += sentence.words
        text.sentence_of += [index] * len(sentence.words)
        text.phrases += [Phrase(one.groups, tuple(start + i for i in one.words)) for one in sentence.phrases]
        found = relations_of(sentence)
        for (head, dependent), kinds in found.between.items():
            text.relations.between[start + head, start + dependent] |= kinds
        text.relations.stated |= {frozenset(start + i for i in pair) for pair in found.stated}
    return text
