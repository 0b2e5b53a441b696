"""Listing pages such as Hugging Face "papers", saved as text: titles and abstracts alternate, amid page chrome.

There are two layouts: blocks separated by blank lines, whose lines may be wrapped; or one title or one whole abstract
per line. `read` detects the layout, drops the chrome, and pairs each title with the prose that follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

from rag.paper import Paper
from rag.sources import chrome
from rag.sources.skipped import Skipped, rejection
from rag.sources.text_file import TextFile
from rag.text import one_line

_PROSE_WORDS = 30  # no title has as many words
_SENTENCE_WORDS = 5  # a text with at least as many words that ends in a period is a sentence
_HEADLINE_WORDS = 3  # a title without an abstract is reported from this length on; shorter ones are mostly chrome
_WRAP_CHARACTERS = 40  # lines of wrapped text are at least this long
_ARXIV_CHARACTERS = 1920  # arXiv's limit for an abstract: longer paragraphs together do not belong to one paper

_LINK = re.compile(r"https?://\S+")
_PAPER_LINK = re.compile(r"https?://(?:www\.)?(?:arxiv\.org/(?:abs|pdf)|huggingface\.co/papers)/(\d{4}\.\d{4,5})\S*")


class Block(NamedTuple):
    """A title, paragraph or link, and the number of the line where it starts."""

    line: int
    text: str


@dataclass(slots=True)
class Entry:
    """A paper under construction: its title or its abstract may be missing."""

    line: int
    title: str = ""
    abstract: str = ""
    url: str = ""


def matches(head: str) -> bool:
    """Whether `text` may be a listing page, which any text may."""
    return True


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each title with an abstract in `lines`; a `Skipped` for either without the other."""
    path = file.path
    runs = _runs([line for _, line in file.lines()])
    paragraphs = _has_paragraphs(runs)
    entries = _without_chrome(_attach_truncated(_entries(_blocks(runs, paragraphs), paragraphs)))
    if not entries:
        yield Skipped(path, 0, "no papers found: neither titles with abstracts nor one JSON object per line")
    for entry in entries:
        reason = _rejection(entry)
        yield Skipped(path, entry.line, reason) if reason else _paper(entry, file.name)


def _runs(lines: Sequence[str]) -> list[list[Block]]:
    """The lines without chrome, in runs of consecutive non-blank lines."""
    blocks: list[Block] = []
    previous = ""
    for number, line in enumerate(map(one_line, lines), 1):
        unfinished = len(previous) >= _WRAP_CHARACTERS and not previous.endswith(".")
        previous = line if unfinished and chrome.AMBIGUOUS.fullmatch(line) else chrome.strip(line)
        blocks.append(Block(number, previous))
    return [list(run) for has_text, run in groupby(blocks, lambda block: block.text != "") if has_text]


def _has_paragraphs(runs: list[list[Block]]) -> bool:
    """Whether each run, rather than each line, is a paragraph: few lines directly follow another, or they continue it.

    A line that starts in lower case continues the one before it.
    """
    first_words = [block.text.split()[0] for run in runs for block in run[1:]]
    continuing = [word for word in first_words if word.islower() and not _LINK.match(word)]
    return len(runs) > 2 * len(first_words) or 3 * len(continuing) > len(first_words)


def _blocks(runs: list[list[Block]], paragraphs: bool) -> list[Block]:
    if paragraphs:
        return [Block(run[0].line, " ".join(block.text for block in run)) for run in runs]
    return [block for run in runs for block in run if not chrome.AMBIGUOUS.fullmatch(block.text)]


def _entries(blocks: list[Block], paragraphs: bool) -> list[Entry]:
    """Pairs each title with the prose that follows it."""
    entries: list[Entry] = []
    last = Entry(0)
    for (line, text), (_, following) in pairwise([*blocks, Block(0, "")]):
        pending = last.title and not last.abstract
        if _LINK.fullmatch(text):
            if pending and _PAPER_LINK.fullmatch(text):  # between two papers, it may belong to either
                last.url = text
        elif not _is_prose(text) or (not pending and not _is_long(text) and _is_long(following)):
            entries.append(last := Entry(line, title=text))
        elif pending:
            last.abstract = text
        elif paragraphs and last.abstract and len(last.abstract) + len(text) < _ARXIV_CHARACTERS:
            last.abstract += " " + text
        else:
            entries.append(last := Entry(line, abstract=text))
    return entries


def _attach_truncated(entries: list[Entry]) -> list[Entry]:
    """The entries, after a last one that is really a truncated abstract is attached to the title before it."""
    if len(entries) < 2 or not any(map(_is_complete, entries)):
        return entries
    title, tail = entries[-2:]
    if title.abstract or tail.abstract or _is_headline(tail.title):
        return entries
    if not _is_reportable(title.title) and len(tail.title.split()) < _SENTENCE_WORDS:
        return entries
    title.abstract = tail.title
    return entries[:-1]


def _without_chrome(entries: list[Entry]) -> list[Entry]:
    """Drops short texts before the first paper, which are the page's heading, and very short ones after it."""
    first = next((i for i, entry in enumerate(entries) if _is_complete(entry)), len(entries))
    untitled = [entry for entry in entries[:first] if _is_long(entry.abstract)]
    return untitled + [entry for entry in entries[first:] if entry.abstract or _is_reportable(entry.title)]


def _rejection(entry: Entry) -> str:
    if not entry.title:
        return f"abstract without a title: {entry.abstract[:80]}"
    if entry.abstract and len(entry.abstract.split()) < _SENTENCE_WORDS:
        return f"abstract cut off: {entry.title[:80]}"
    return rejection(entry.title, entry.abstract)


def _paper(entry: Entry, source: str) -> Paper:
    link = _PAPER_LINK.fullmatch(entry.url)
    ids = (f"arxiv:{link[1]}",) if link else ()
    return Paper(entry.title, entry.abstract, ids=ids, url=entry.url, source=source)


def _is_complete(entry: Entry) -> bool:
    return bool(entry.title and entry.abstract)


def _is_reportable(title: str) -> bool:
    return len(title.split()) >= _HEADLINE_WORDS


def _is_long(text: str) -> bool:
    return len(text.split()) >= _PROSE_WORDS


def _is_prose(text: str) -> bool:
    is_sentence = text.rstrip("\"')]”’").endswith((".", "…")) and len(text.split()) >= _SENTENCE_WORDS
    return is_sentence or _is_long(text)


def _is_headline(text: str) -> bool:
    """Whether most of the longer words of `text` are capitalized, as in many titles but in no sentence."""
    words = [word for word in text.split() if len(word) > 3]
    return 2 * sum(not word.islower() for word in words) > len(words)
