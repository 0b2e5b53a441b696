"""Abstract → sentences, and overlapping passages of three sentences."""

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
SPECIAL = 8  # tokens that a model may add to a text; no less
# Abbreviations of scientific prose after which punkt would wrongly end a sentence.
ABBREVIATIONS = "e.g i.e et al etc vs cf fig figs eq eqs sec resp approx w.r.t a.k.a i.i.d viz ref refs tab thm".split()
# Those that never end one; punkt, for all its abbreviations, breaks before a capital that often opens a sentence. Nor
# does what numbers an item of a list, as "i.)".
_NEVER_LAST = re.compile(
    r"\b(e\.g|i\.e|vs|cf|viz|w\.r\.t|a\.k\.a)\.$|(?:^|[\s(])(?:[ivx]+|[a-h]|\d)\.\)$", re.IGNORECASE
)


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


def windows(count: int) -> list[range]:
    """Which of `count` sentences, from 0, make up each passage: SENTENCES in a row, SHARED of them with the one before.

    The last passage may be shorter.
    """
    step = SENTENCES - SHARED
    return [range(first, min(first + SENTENCES, count)) for first in range(0, max(count - SHARED, 1), step)]


def parts(text: str, count: Callable[[str], int], limit: int) -> list[str]:
    """`text` whole where it has no more than `limit` tokens by `count`, otherwise in runs of words that have not."""
    words = text.split()
    if len(words) < 2 or len(text) + SPECIAL <= limit or count(text) <= limit:  # a token has at least one character
        return [text]
    middle = len(words) // 2
    return [part for half in (words[:middle], words[middle:]) for part in parts(" ".join(half), count, limit)]


def led(title: str, text: str) -> str:
    """`text` behind `title` as a sentence of its own."""
    return f"{title}{'' if title[-1:] in '.?!' else '.'} {text}"
