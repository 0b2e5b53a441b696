"""Test cases made by rule from sentences of abstracts, the same ones in each run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from rag.answer.types import Citation
from rag.language.cues import is_first_person
from rag.language.sentences import Span, split_sentences
from rag.paper import Paper

SEED = 7
MAX_CASES = 60  # of each kind
MAX_LENGTH = 600  # characters of a written sentence
LENGTHS = range(40, 400)  # characters of a sentence from which cases are made


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an abstract that could be part of an answer."""

    paper: Paper
    span: Span

    @property
    def text(self) -> str:
        return self.paper.abstract[self.span.start : self.span.end]

    def cited(self, n: int = 1) -> Citation:
        return Citation(n, self.paper, self.span.start, self.span.end)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a case is made from: a sentence, another of the same paper, one of another paper, and random numbers."""

    sentence: Sentence
    sibling: Sentence
    stranger: Sentence
    rng: Random

    @property
    def text(self) -> str:
        return self.sentence.text


@dataclass(frozen=True, slots=True)
class Case:
    """A written sentence, and what it cites."""

    written: str
    citations: tuple[Citation, ...]

    def __str__(self) -> str:
        return f"{self.written} ← {' / '.join(citation.quote for citation in self.citations)}"


Make = Callable[[Origin], Case | None]


def make_cases(kinds: Mapping[str, Make], papers: Sequence[Paper]) -> dict[str, list[Case]]:
    """Up to MAX_CASES distinct cases of each of `kinds`, from random sentences of `papers`."""
    rng = Random(SEED)
    origins = list(_origins(papers, rng))
    found = {}
    for kind, make in kinds.items():
        made = (make(origin) for origin in rng.sample(origins, len(origins)))
        found[kind] = list(dict.fromkeys(case for case in made if case and len(case.written) <= MAX_LENGTH))[:MAX_CASES]
    return found


def _origins(papers: Sequence[Paper], rng: Random) -> Iterator[Origin]:
    by_paper = [found for found in map(_sentences, rng.sample(papers, len(papers))) if len(found) > 1]
    for i, sentences in enumerate(by_paper):
        for n, sentence in enumerate(sentences):
            yield Origin(sentence, sentences[n - 1], rng.choice(by_paper[i - 1]), rng)


def _sentences(paper: Paper) -> list[Sentence]:
    found = (Sentence(paper, span) for span in split_sentences(paper.abstract))
    return [s for s in found if len(s.text) in LENGTHS and not ("http" in s.text or is_first_person(s.text))]


def changed(origin: Origin, written: str) -> Case | None:
    """`written` citing the sentence that it was made from, unless it is that sentence."""
    return Case(written, (origin.sentence.cited(),)) if written != origin.text else None


def replaced(text: str, pairs: Mapping[str, str], count: int = 0) -> str:
    """`text` with the first `count` words that are keys of `pairs` replaced by their values, or all if it is 0."""
    either = "|".join(map(re.escape, pairs))
    return re.sub(rf"(?<![\w.-])(?:{either})(?![\w-])", lambda found: pairs[found[0]], text, count=count)


def pairs(words: Sequence[str]) -> dict[str, str]:
    """Each word at an even position with the one after it."""
    return dict(zip(words[::2], words[1::2], strict=True))
