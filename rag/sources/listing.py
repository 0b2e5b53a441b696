"""Listing pages such as Hugging Face "papers", saved as text: titles and abstracts by turns, among page chrome.

They come in two layouts: blocks set apart by blank lines, whose own lines may be wrapped; or one title or one
whole abstract a line. `read` finds out which, drops the chrome, and gives each title the prose that follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

from rag.paper import Paper
from rag.sources import chrome
from rag.sources.skipped import Skipped, rejection
from rag.text import clean_line, one_line

PROSE = 30  # words: no title is that long
SENTENCE = 5  # words: from here on, what ends in a period is a sentence
HEADLINE = 3  # words: from here on, a title that lacks its abstract is named; below, it is mostly chrome
NARROWEST = 40  # characters: a line is at least as long where a text is wrapped
ARXIV = 1920  # characters: arXiv admits no longer abstract, so paragraphs that exceed it are not of one paper

LINK = re.compile(r"https?://\S+")
PAPER_LINK = re.compile(r"https?://(?:www\.)?(?:arxiv\.org/(?:abs|pdf)|huggingface\.co/papers)/(\d{4}\.\d{4,5})\S*")


class Block(NamedTuple):
    """A title, a paragraph or a link, and the number of the line where it starts."""

    line: int
    text: str


@dataclass(slots=True)
class Entry:
    """A paper in the making: its title or its abstract may be missing."""

    line: int
    title: str = ""
    abstract: str = ""
    url: str = ""


def read(lines: Sequence[str], path: Path) -> Iterator[Paper | Skipped]:
    """A `Paper` for each title with an abstract in `lines`; a `Skipped` for either without the other."""
    runs = _runs(lines)
    paragraphs = _has_paragraphs(runs)
    entries = _without_chrome(_mend_end(_entries(_blocks(runs, paragraphs), paragraphs)))
    if not entries:
        yield Skipped(path, 0, "no papers in it: neither titles with abstracts nor one JSON object a line")
    for entry in entries:
        reason = _fault(entry)
        yield Skipped(path, entry.line, reason) if reason else _paper(entry, clean_line(path.name))


def _runs(lines: Sequence[str]) -> list[list[Block]]:
    """The lines with text of their own, in runs that neither a blank line nor chrome interrupts."""
    blocks: list[Block] = []
    before = ""
    for number, line in enumerate(map(one_line, lines), 1):
        unfinished = len(before) >= NARROWEST and not before.endswith(".")
        before = line if unfinished and chrome.AMBIGUOUS.fullmatch(line) else chrome.strip(line)
        blocks.append(Block(number, before))
    return [list(run) for has_text, run in groupby(blocks, lambda block: block.text != "") if has_text]


def _has_paragraphs(runs: list[list[Block]]) -> bool:
    """Whether each run is one paragraph, rather than each line: few lines follow another, or they go on with it."""
    followers = [block.text.split()[0] for run in runs for block in run[1:]]
    going_on = [word for word in followers if word.islower() and not LINK.match(word)]
    return len(runs) > 2 * len(followers) or 3 * len(going_on) > len(followers)


def _blocks(runs: list[list[Block]], paragraphs: bool) -> list[Block]:
    if paragraphs:
        return [Block(run[0].line, " ".join(block.text for block in run)) for run in runs]
    return [block for run in runs for block in run if not chrome.AMBIGUOUS.fullmatch(block.text)]


def _entries(blocks: list[Block], paragraphs: bool) -> list[Entry]:
    """Titles paired with the prose after them."""
    entries: list[Entry] = []
    last = Entry(0)
    for (line, text), (_, after) in pairwise([*blocks, Block(0, "")]):
        pending = last.title and not last.abstract
        if LINK.fullmatch(text):
            if pending and PAPER_LINK.fullmatch(text):  # elsewhere it may belong to either neighbour
                last.url = text
        elif not _is_prose(text) or (not pending and not _is_long(text) and _is_long(after)):
            entries.append(last := Entry(line, title=text))
        elif pending:
            last.abstract = text
        elif paragraphs and last.abstract and len(last.abstract) + len(text) < ARXIV:
            last.abstract += " " + text
        else:
            entries.append(last := Entry(line, abstract=text))
    return entries


def _mend_end(entries: list[Entry]) -> list[Entry]:
    """The entries, with a last line that is no title given to the title before it: an abstract that was cut off."""
    if len(entries) < 2 or not any(map(_is_whole, entries)):
        return entries
    title, tail = entries[-2:]
    if title.abstract or tail.abstract or _is_headline(tail.title):
        return entries
    if max(len(title.title.split()) - HEADLINE, len(tail.title.split()) - SENTENCE) < 0:
        return entries
    title.abstract = tail.title
    return entries[:-1]


def _without_chrome(entries: list[Entry]) -> list[Entry]:
    """The entries without short texts before the first paper, a page's heading, and very short ones after it."""
    first = next((i for i, entry in enumerate(entries) if _is_whole(entry)), len(entries))
    heading = [entry for entry in entries[:first] if _is_long(entry.abstract)]
    return heading + [entry for entry in entries[first:] if entry.abstract or len(entry.title.split()) >= HEADLINE]


def _fault(entry: Entry) -> str:
    if not entry.title:
        return f"abstract without a title: {entry.abstract[:80]}"
    if entry.abstract and len(entry.abstract.split()) < SENTENCE:
        return f"abstract cut off: {entry.title[:80]}"
    return rejection(entry.title, entry.abstract)


def _paper(entry: Entry, source: str) -> Paper:
    link = PAPER_LINK.fullmatch(entry.url)
    ids = (f"arxiv:{link[1]}",) if link else ()
    return Paper(entry.title, entry.abstract, ids=ids, url=entry.url, source=source)


def _is_whole(entry: Entry) -> bool:
    return bool(entry.title and entry.abstract)


def _is_long(text: str) -> bool:
    return len(text.split()) >= PROSE


def _is_prose(text: str) -> bool:
    is_sentence = text.rstrip("\"')]”’").endswith((".", "…")) and len(text.split()) >= SENTENCE
    return is_sentence or _is_long(text)


def _is_headline(text: str) -> bool:
    """Whether most of the longer words of `text` are capitalised, as in many titles and in no sentence."""
    words = [word for word in text.split() if len(word) > 3]
    return 2 * sum(not word.islower() for word in words) > len(words)
