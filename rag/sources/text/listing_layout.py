"""How a listing page is laid out: its lines without page chrome, in runs, and these as titles and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from rag.sources.text import chrome, wording
from rag.sources.text.bounds import MAX_CHARACTERS
from rag.text import clean_line

_WRAP_CHARACTERS = 40  # lines of wrapped text are at least this long
_LINE_COST = 100  # bytes of memory, roughly, of an empty line

LINK = re.compile(r"https?://\S+")


class Block(NamedTuple):
    """A title, paragraph or link, and the number of the line where it starts."""

    line: int
    text: str


class Layout(NamedTuple):
    """Whether a run of lines, rather than each line, is a paragraph; and whether authors follow the titles."""

    paragraphs: bool
    authored: bool


def runs_of(lines: Iterable[tuple[int, str]]) -> Iterator[list[Block]]:
    """The lines without chrome, in runs of consecutive non-blank lines."""
    for has_text, run in groupby(_stripped(lines), lambda block: block.text != ""):
        if has_text:
            yield from _bounded(run)


def _stripped(lines: Iterable[tuple[int, str]]) -> Iterator[Block]:
    previous = ""
    for number, raw in lines:
        if not raw:  # at once, for there may be millions of them
            if previous:
                yield Block(number, "")
            previous = ""
            continue
        line = clean_line(raw[:MAX_CHARACTERS])
        unfinished = len(previous) >= _WRAP_CHARACTERS and not previous.endswith(".")
        previous = line if unfinished and chrome.AMBIGUOUS.fullmatch(line) else chrome.strip(line)
        yield Block(number, previous)


def _bounded(run: Iterable[Block]) -> Iterator[list[Block]]:
    """`run` in pieces that are longer than any field, so that a text without blank lines is never held whole."""
    piece: list[Block] = []
    length = 0
    for block in run:
        piece.append(block)
        length += len(block.text) + _LINE_COST
        if length > MAX_CHARACTERS:
            yield piece
            piece, length = [], 0
    if piece:
        yield piece


def layout_of(runs: list[list[Block]]) -> Layout:
    """The layout of `runs`. Authors follow the titles if they do so before at least half of the abstracts."""
    paragraphs = _has_paragraphs(runs)
    texts = [text for _, text in blocks_of(runs, Layout(paragraphs, False))]
    abstracts = sum(map(wording.is_prose, texts))
    authored = sum(
        wording.is_names(names) and not wording.is_prose(title) and wording.is_prose(abstract)
        for title, names, abstract in zip(texts, texts[1:], texts[2:], strict=False)
    )
    return Layout(paragraphs, authored > 0 and 2 * authored >= abstracts)


def _has_paragraphs(runs: list[list[Block]]) -> bool:
    """Whether each run, rather than each line, is a paragraph: few lines directly follow another, or they continue it.

    A line that starts in lower case continues the one before it.
    """
    first_words = [block.text.split()[0] for run in runs for block in run[1:]]
    continuing = [word for word in first_words if word.islower() and not LINK.match(word)]
    return len(runs) > 2 * len(first_words) or 3 * len(continuing) > len(first_words)


def blocks_of(runs: Iterable[list[Block]], layout: Layout) -> Iterator[Block]:
    """The titles, paragraphs and links that `runs` are, or consist of."""
    for run in runs:
        if layout.paragraphs:
            yield Block(run[0].line, " ".join(block.text for block in run))
        else:
            yield from (block for block in run if not chrome.AMBIGUOUS.fullmatch(block.text))
