"""Sentences of abstracts, out of which by rule others are made, and chance that falls the same way each time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from rag.answer.types import Citation
from rag.language.cues import is_first_person
from rag.language.sentences import Span, split_sentences
from rag.paper import Paper
from rag.verify.form import MAX_SENTENCE

SEED = 7
MOST = 150  # cases of a kind: enough to tell 95 % from 90 %
LENGTHS = range(40, 400)  # characters of a sentence that is worth telling


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of an abstract that reads as an answer."""

    paper: Paper
    span: Span

    @property
    def text(self) -> str:
        return self.paper.abstract[self.span.start : self.span.end]

    def cited(self, n: int = 1) -> Citation:
        return Citation(n, self.paper, self.span.start, self.span.end)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case is made: a sentence, one of the same paper, one of another, and chance."""

    told: Told
    sibling: Told
    stranger: Told
    chance: Random

    @property
    def text(self) -> str:
        return self.told.text


@dataclass(frozen=True, slots=True)
class Case:
    """What is written, and what it cites."""

    written: str
    citations: tuple[Citation, ...]

    def __str__(self) -> str:
        return f"{self.written} ← {' / '.join(one.quote for one in self.citations)}"


Make = Callable[[Place], Case | None]


def cases(kinds: Mapping[str, Make], papers: Sequence[Paper]) -> dict[str, list[Case]]:
    """Of each of `kinds` up to MOST cases out of `papers`, always the same ones."""
    chance = Random(SEED)
    places = list(_places(papers, chance))
    found = {}
    for kind, make in kinds.items():
        made = (make(place) for place in chance.sample(places, len(places)))
        found[kind] = list(dict.fromkeys(case for case in made if case and len(case.written) <= MAX_SENTENCE))[:MOST]
    return found


def _places(papers: Sequence[Paper], chance: Random) -> Iterator[Place]:
    told = [of_paper for of_paper in map(_told, chance.sample(papers, len(papers))) if len(of_paper) > 1]
    for at, of_paper in enumerate(told):
        for n, one in enumerate(of_paper):
            stranger = chance.choice(told[at - 1])
            yield Place(one, of_paper[n - 1], stranger, chance)


def _told(paper: Paper) -> list[Told]:
    found = (Told(paper, span) for span in split_sentences(paper.abstract))
    return [one for one in found if len(one.text) in LENGTHS and not ("http" in one.text or is_first_person(one.text))]


def changed(place: Place, written: str) -> Case | None:
    return Case(written, (place.told.cited(),)) if written != place.text else None


def replaced(text: str, pairs: Mapping[str, str], count: int = 0) -> str:
    """`text` with the words of `pairs` replaced, all at once, or the first `count` of them."""
    either = "|".join(map(re.escape, pairs))
    return re.sub(rf"(?<![\w.-])(?:{either})(?![\w-])", lambda found: pairs[found[0]], text, count=count)


def pairs(words: Sequence[str]) -> dict[str, str]:
    return dict(zip(words[::2], words[1::2], strict=True))
