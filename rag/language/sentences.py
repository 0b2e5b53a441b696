"""Abstract → sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    r"\b(e\.g|i\.e|vs|cf|viz|w\.r\.t|a\.k\.a)\.$|(?:^|[\s(])(?:[ivx]+|[a-h]|\d)\.\)$", re.IGNORECASE
)


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
    for start, end in _punkt().span_tokenize(abstract):
        if spans and _NEVER_LAST.search(abstract, spans[-1].start, spans[-1].end):
            start = spans.pop().start
        spans.append(Span(start, end))
    return spans


def span_texts(abstract: str, spans: Iterable[Span]) -> list[str]:
    """The text of each of `spans` of `abstract`."""
    return [abstract[span.start : span.end] for span in spans]
