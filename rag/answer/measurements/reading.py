"""A sentence as its values and its dependency tree, with the offsets of the words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rag.answer.measurements.numbers import Value, values
from rag.answer.measurements.plain import plain
from rag.language.parser import Arc, parse

MAX_PARSED_CHARS = 1_000  # of a sentence; what is longer is several, or none
_WORD = re.compile(
    r"\d+\s?[×x]\s?\d+(?:\s?[×x]\s?\d+)?|\d+(?:\.\d+)+|\$[^$]{1,80}\$|['’]s\b|[^\W\d_][\w@]*(?:[-‐‑–/.&+]\w+|['’](?!s\b)\w+)*|\w+(?:[-‐‑–/]\w+)*|[^\w\s]"
)
_NESTED = re.compile(r"\([^()]*\)|\[[^\][]*\]")
NOMINAL = frozenset("nsubj nsubjpass dobj nmod conj appos iobj nmod:poss nmod:npmod nmod:tmod dep compound".split())


@dataclass(frozen=True, slots=True)
class Word:
    """A word or mark as written: ``text[start:end]``; `value` where it is part of one."""

    text: str
    start: int
    end: int
    value: Value | None = None

    @property
    def lower(self) -> str:
        return self.text.lower()


@dataclass
class Reading:
    """The sentence `text`: its `words` outside brackets with their `arcs`, and its `values` in and outside of them."""

    text: str
    words: list[Word]
    arcs: list[Arc]
    values: list[Value]
    places: dict[Value, list[int]] = field(default_factory=dict)

    @cached_property
    def children(self) -> dict[int, list[int]]:
        found = defaultdict[int, list[int]](list)
        for word, (head, _) in enumerate(self.arcs):
            if head != word:
                found[head].append(word)
        return found

    def label(self, word: int) -> str:
        return self.arcs[word].label

    def head(self, word: int) -> int:
        return self.arcs[word].head

    def dependents(self, word: int, *labels: str) -> list[int]:
        """The words that depend on `word` by one of `labels`."""
        return [child for child in self.children.get(word, ()) if self.arcs[child].label in labels]

    def ancestors(self, word: int) -> Iterator[int]:
        """The words above `word`, the nearest first."""
        for _ in range(len(self.words)):
            if self.head(word) == word:
                return
            word = self.head(word)
            yield word

    def last_below(self, word: int) -> int:
        """The last word of the subtree of `word`."""
        last = word
        while later := [child for child in self.children.get(last, ()) if child > last]:
            last = max(later)
        return last

    def node(self, value: Value) -> int:
        """The word by which `value` is tied to the rest: its number, or its unit."""
        places = self.places[value]
        return next((place for place in places if self.head(place) not in places), places[-1])

    def span(self, first: int, last: int) -> str:
        """The text from the word `first` to the word `last`."""
        return " ".join(self.text[self.words[first].start : self.words[last].end].split())


def read(text: str) -> Reading:
    """The sentence `text`, parsed without what is in brackets."""
    text = plain(text[:MAX_PARSED_CHARS])
    found = values(text)
    inside = [(match.start(), match.end()) for match in _NESTED.finditer(text)]
    words = list(_words(text, [value for value in found if not _is_in(value.start, inside)], inside))
    reading = Reading(text, words, parse([_parsed(word) for word in words]), found)
    for place, word in enumerate(words):
        if word.value:
            reading.places.setdefault(word.value, []).append(place)
    return reading


def _is_in(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= offset < end for start, end in spans)


def _words(text: str, found: Sequence[Value], inside: Sequence[tuple[int, int]]) -> Iterator[Word]:
    start = 0
    for value in found:
        yield from _plain(text, start, value.start, inside)
        yield from _of(value)
        start = value.end
    yield from _plain(text, start, len(text), inside)


def _plain(text: str, start: int, end: int, inside: Sequence[tuple[int, int]]) -> Iterator[Word]:
    for match in _WORD.finditer(text, start, end):
        if not _is_in(match.start(), inside):
            yield Word(match[0], match.start(), match.end())


def _of(value: Value) -> Iterator[Word]:
    """The words of a value: its number, and its unit if that stands for a noun."""
    if value.is_bare or value.dimension in ("factor", "money"):
        yield Word(value.text, value.start, value.end, value)
    else:
        yield Word(value.text, value.start, value.end - 1, value)
        yield Word(value.unit.name, value.end - 1, value.end, value)


def _parsed(word: Word) -> str:
    """`word` as the parser knows such words."""
    if not word.value:
        return "x" if word.text.startswith("$") else word.text.replace("’", "'")
    if word.text == word.value.unit.name:
        return "points" if word.value.dimension == "points" else word.text
    if word.value.is_word:
        return word.text.split()[0].lower()
    number = f"{abs(word.value.number):.6g}"
    return f"{number}x" if word.value.dimension == "factor" else number
