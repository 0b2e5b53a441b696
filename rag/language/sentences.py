"""Abstract → sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktTokenizer

# Abbreviations in scientific prose that punkt would mistake for the end of a sentence.
ABBREVIATIONS = "e.g i.e et al etc vs cf fig figs eq eqs sec resp approx w.r.t a.k.a i.i.d viz ref refs tab thm".split()
# What never ends a sentence: abbreviations after which punkt still splits if a capitalised word that often opens a
# sentence follows, and list numbering such as "i.)".
_NEVER_LAST = re.compile(
    r"\b(e\.g|i\.e|vs|cf|viz|w\.r\.t|a\.k\.a)\.$|(?:^|[\s(])(?:[ivx]{1,9}|[a-h]|\d)\.\)$", re.IGNORECASE
)

_LONGEST_LAST = 15  # characters that the expression above needs
_MAX_PART = 1_000  # characters that punkt is given at once: its time grows with the square of them, or of a word


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of an abstract: ``abstract[start:end]``."""

    start: int
    end: int


@cache
def _punkt() -> PunktTokenizer:
    """NLTK's English sentence model, from the copy inside llama-index-core, so that nothing is downloaded."""
    import nltk
    from nltk.tokenize.punkt import PunktTokenizer

    core = find_spec("llama_index.core")  # not imported, which would take seconds
    if core and core.origin:
        nltk.data.path.insert(0, str(Path(core.origin).parent / "_static" / "nltk_cache"))
    tokenizer = PunktTokenizer("english")
    tokenizer._params.abbrev_types |= set(ABBREVIATIONS)
    return tokenizer


def split_sentences(abstract: str) -> list[Span]:
    """The sentences of `abstract`, in order; together they cover all of it except the white space between them."""
    spans: list[Span] = []
    for start, end in _offsets(abstract):
        if spans and _NEVER_LAST.search(abstract, max(spans[-1].start, spans[-1].end - _LONGEST_LAST), spans[-1].end):
            start = spans.pop().start
        spans.append(Span(start, end))
    return spans


def _offsets(text: str) -> Iterator[tuple[int, int]]:
    """Where punkt's sentences start and end in `text`, of which it is given a part at a time.

    Each part starts where a sentence does, so that what is decided is the same: punkt looks at neighbouring words.
    """
    part, begun = 0, -1  # where the part starts, and the sentence that fills parts before it, if any does
    while part < len(text):
        end = _part_end(text, part)
        found = [(part + start, part + stop) for start, stop in _punkt().span_tokenize(text[part:end])]
        if begun >= 0 and found:
            found[0] = (begun, found[0][1])
        if end == len(text):
            yield from found
            return
        yield from found[:-1]
        is_filled = len(found) < 2  # one sentence is as long as the part, or longer
        begun = found[0][0] if is_filled and found else -1
        part = end if is_filled else found[-1][0]


def _part_end(text: str, start: int) -> int:
    """Where the part of `text` from `start` ends: at its end, or between two of its words, if it has any."""
    if len(text) - start <= _MAX_PART:
        return len(text)
    end = text.rfind(" ", start + 1, start + _MAX_PART)
    return start + _MAX_PART if end < 0 else end


def span_texts(abstract: str, spans: Iterable[Span]) -> list[str]:
    """The text of each of `spans` of `abstract`."""
    return [abstract[span.start : span.end] for span in spans]
