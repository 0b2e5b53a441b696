"""A sentence with its dependency tree and its content words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from rag.language.parser import Arc, parse
from rag.text import replace_surrogates
from rag.verify.rules.closed_class import FUNCTION_WORDS
from rag.verify.rules.lexicon import MAX_PHRASE_WORDS, lexicon, root
from rag.verify.rules.quantities import quantity
from rag.verify.rules.wording import JOINED, words_of

_PART = re.compile(r"[-–/]")


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: as written in lower case, its root, its lines of the lexicon, and the index of its token.

    The parts of a compound are words of their own, with one token. A number with its unit is one word, whose root is
    its value. What something is free of, as in "label-free", `is_denied`.
    """

    text: str
    root: str
    groups: frozenset[int]
    token: int
    is_number: bool = False
    is_denied: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of the lexicon: its lines, and the indexes of its content words."""

    groups: frozenset[int]
    words: tuple[int, ...]


@dataclass
class Sentence:
    """The tokens of a sentence in lower case, its tree, and its content words.

    `word_at` is the index of the last word of each token that has one.
    """

    tokens: list[str]
    arcs: list[Arc]
    words: list[Word] = field(default_factory=list)
    word_at: dict[int, int] = field(default_factory=dict)

    @cached_property
    def children(self) -> dict[int, list[int]]:
        """The tokens that depend on each token."""
        found = defaultdict[int, list[int]](list)
        for token, (head, _) in enumerate(self.arcs):
            if head != token:
                found[head].append(token)
        return found

    def dependents(self, token: int, *labels: str) -> list[int]:
        """The tokens that depend on `token` by one of `labels`."""
        return [child for child in self.children.get(token, ()) if self.arcs[child].label in labels]

    def roles(self, token: int) -> set[str]:
        """Which of "subj" and "obj" the verb `token` has, whatever its voice."""
        phrases = self.dependents(token, "nmod") if self.dependents(token, "auxpass") else []
        has_agent = any(self.tokens[case] == "by" for phrase in phrases for case in self.dependents(phrase, "case"))
        has_subject = has_agent or bool(self.dependents(token, "nsubj"))
        has_object = bool(self.dependents(token, "dobj", "nsubjpass"))
        return {role for role, has_it in (("subj", has_subject), ("obj", has_object)) if has_it}

    def content_head(self, token: int) -> int | None:
        """The nearest token with a content word above `token`, or itself; None if there is none."""
        while token not in self.word_at:
            head = self.arcs[token].head
            if head == token:
                return None
            token = head
        return token

    @cached_property
    def phrases(self) -> list[Phrase]:
        """The phrases of the lexicon in the sentence, the longest at each place."""
        return list(_phrases(self))


@lru_cache(maxsize=256)
def read(text: str) -> Sentence:
    """The sentence `text`, parsed; not to be changed, since a sentence is compared with several sources."""
    written = words_of(replace_surrogates(text))
    sentence = Sentence([token.lower() for token in written], parse(written))
    measured = 0  # where the last number ends
    for index, token in enumerate(sentence.tokens):
        if index < measured:
            sentence.word_at[index] = len(sentence.words) - 1
            continue
        number = quantity(sentence.tokens[index : index + 3])
        if number:
            sentence.words.append(Word(token, number.value, frozenset(), index, is_number=True))
            measured = index + number.length
        elif _has_content(token) or (written[index] == "A" and index):
            sentence.words.extend(_words(token, index))
        if number or (sentence.words and sentence.words[-1].token == index):
            sentence.word_at[index] = len(sentence.words) - 1
    return sentence


def _has_content(token: str) -> bool:
    return (token[0].isalnum() or token == "%") and token not in FUNCTION_WORDS | JOINED


def _words(token: str, index: int) -> Iterator[Word]:
    parts = [part for part in _PART.split(token) if part]
    is_denied = len(parts) > 1 and parts[-1] == "free"
    number = quantity(parts)
    if number and number.length == len(parts):  # "3-fold"
        yield Word(token, number.value, frozenset(), index, is_number=True)
        return
    for part in parts[:-1] if is_denied else parts:
        if len(parts) == 1 or part not in FUNCTION_WORDS:
            number = quantity([part])
            stem = number.value if number else root(part)
            yield Word(part, stem, lexicon().words.get(stem, frozenset()), index, bool(number), is_denied)


def _phrases(sentence: Sentence) -> Iterator[Phrase]:
    parts = [(root(part), index) for index, token in enumerate(sentence.tokens) for part in _PART.split(token) if part]
    for start in range(len(parts)):
        for length in range(MAX_PHRASE_WORDS, 1, -1):
            found = parts[start : start + length]
            groups = lexicon().phrases.get(tuple(stem for stem, _ in found))
            if groups and len(found) == length:
                tokens = {index for _, index in found}
                yield Phrase(groups, tuple(i for i, word in enumerate(sentence.words) if word.token in tokens))
                break
