"""Abstract → sentences, and overlapping passages of three sentences that fit the embedding model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktTokenizer

SENTENCES = 3  # in a passage: enough context to be understood alone, short enough to be about one thing
SHARED = 1  # sentence of consecutive passages, so that no pair of neighbours is torn apart
# Abbreviations of scientific prose after which punkt would wrongly end a sentence.
ABBREVIATIONS = "e.g i.e et al etc vs cf fig figs eq eqs sec resp approx w.r.t a.k.a i.i.d viz ref refs tab thm".split()
# Those that never end one; punkt, for all its abbreviations, breaks before a capital that often opens a sentence.
_NEVER_LAST = re.compile(r"\b(e\.g|i\.e|vs|cf|viz|w\.r\.t|a\.k\.a)\.$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of an abstract: characters `start` to `end`, end excluded."""

    start: int
    end: int


@cache
def _punkt() -> PunktTokenizer:
    """NLTK's English sentence model, from the copy that llama-index-core carries, so that nothing is downloaded."""
    import llama_index.core
    import nltk
    from nltk.tokenize.punkt import PunktTokenizer

    nltk.data.path.insert(0, str(Path(llama_index.core.__file__).parent / "_static" / "nltk_cache"))
    tokenizer = PunktTokenizer("english")
    tokenizer._params.abbrev_types |= set(ABBREVIATIONS)
    return tokenizer


def sentences(abstract: str) -> list[Span]:
    """The sentences of `abstract`, in order; together they cover all of it but the white space between them."""
    spans: list[Span] = []
    for start, end in _punkt().span_tokenize(abstract):
        if spans and _NEVER_LAST.search(abstract, spans[-1].start, spans[-1].end):
            start = spans.pop().start
        spans.append(Span(start, end))
    return spans


def texts(abstract: str, spans: Iterable[Span]) -> list[str]:
    """The pieces of `abstract` that `spans` name, as strings."""
    return [abstract[span.start : span.end] for span in spans]


def places(pieces: Iterable[str]) -> dict[str, int]:
    """Each distinct piece with the place, from 0, where it stands first.

    Only these are embedded: many equal vectors would hide from Chroma's graph whatever lies near them.
    """
    first: dict[str, int] = {}
    for place, piece in enumerate(pieces):
        first.setdefault(piece, place)
    return first


def passages(title: str, abstract: str, count: Callable[[str], int], limit: int) -> list[str]:
    """Overlapping passages of `abstract`, each led by `title`, none longer than `limit` tokens by `count`.

    Three sentences make a passage where they fit, fewer where they do not; a single sentence that is too long
    alone is cut into runs of words. A title that takes more than half of the limit is left out.
    """
    lead = led(title, "") if count(title) <= limit // 2 else ""
    pieces = [part for sentence in texts(abstract, sentences(abstract)) for part in _fit(lead, sentence, count, limit)]
    found, first = [], 0
    while first < len(pieces):
        last = first + 1
        while last < min(first + SENTENCES, len(pieces)) and count(_join(lead, pieces[first : last + 1])) <= limit:
            last += 1
        found.append(_join(lead, pieces[first:last]))
        if last == len(pieces):
            break
        first = max(first + 1, last - SHARED)
    return found


def led(title: str, text: str) -> str:
    """`text` behind `title` as a sentence of its own."""
    return f"{title}{'' if title[-1:] in '.?!' else '.'} {text}"


def _join(lead: str, pieces: list[str]) -> str:
    return lead + " ".join(pieces)


def _fit(lead: str, sentence: str, count: Callable[[str], int], limit: int) -> list[str]:
    """`sentence` whole where it fits behind `lead`, otherwise in halves that do."""
    words = sentence.split()
    if len(words) < 2 or count(lead + sentence) <= limit:
        return [sentence]
    middle = len(words) // 2
    return [part for half in (words[:middle], words[middle:]) for part in _fit(lead, " ".join(half), count, limit)]
