"""The papers of a listing page: pairs each title with the prose that follows it, and drops the chrome around them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from rag.sources.text import wording
from rag.sources.text.bounds import MAX_JOINED_ABSTRACT
from rag.sources.text.listing_layout import LINK, Block, Layout

_HEADLINE_WORDS = 3  # a title without an abstract is reported from this length on; shorter ones are mostly chrome
PAPER_LINK = re.compile(r"https?://(?:www\.)?(?:arxiv\.org/(?:abs|pdf)|huggingface\.co/papers)/(\d{4}\.\d{4,5})\S*")


@dataclass(slots=True)
class Entry:
    """A paper under construction, whose title or abstract may be missing; the abstract has so many `parts`."""

    line: int
    title: str = ""
    abstract: str = ""
    parts: int = 0
    authors: str = ""
    url: str = ""

    @property
    def is_complete(self) -> bool:
        return bool(self.title and self.abstract)


def entries_of(blocks: Iterable[Block], layout: Layout) -> Iterator[Entry]:
    """Pairs each title with the prose that follows it."""
    last = Entry(0)
    for (line, text), following in pairwise(_ended(blocks)):
        pending = last.title and not last.abstract
        if LINK.fullmatch(text):
            if pending and PAPER_LINK.fullmatch(text):  # between two papers, it may belong to either
                last.url = text
        elif pending and layout.authored and _is_authors(text) and wording.is_prose(following.text):
            last.authors = text
        elif not wording.is_prose(text) or (
            not pending and not wording.is_long(text) and wording.is_long(following.text)
        ):
            yield from _begun(last)
            last = Entry(line, title=text)
        elif pending:
            last.abstract, last.parts = text, 1
        elif layout.paragraphs and last.abstract and len(last.abstract) + len(text) < MAX_JOINED_ABSTRACT:
            last.abstract += " " + text
            last.parts += 1
        else:
            yield from _begun(last)
            last = Entry(line, abstract=text, parts=1)
    yield from _begun(last)


def _begun(entry: Entry) -> Iterator[Entry]:
    if entry.line:
        yield entry


def _ended(blocks: Iterable[Block]) -> Iterator[Block]:
    yield from blocks
    yield Block(0, "")


def _is_authors(text: str) -> bool:
    return wording.is_names(text) or wording.is_name(text)


def attach_truncated(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries, after a last one that is really a truncated abstract is attached to the title before it."""
    held: deque[Entry] = deque()
    any_complete = False
    for entry in entries:
        any_complete |= entry.is_complete
        held.append(entry)
        if len(held) > 2:
            yield held.popleft()
    if any_complete and len(held) == 2 and _is_truncated(*held):
        held[0].abstract = held.pop().title
    yield from held


def _is_truncated(title: Entry, tail: Entry) -> bool:
    if title.abstract or tail.abstract or _is_headline(tail.title):
        return False
    return _is_reportable(title.title) or len(tail.title.split()) >= wording.SENTENCE_WORDS


def without_chrome(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Drops short texts before the first paper, which are the page's heading, and very short ones after it."""
    after_first = False
    for entry in entries:
        after_first |= entry.is_complete
        if (entry.abstract or _is_reportable(entry.title)) if after_first else wording.is_long(entry.abstract):
            yield entry


def _is_reportable(title: str) -> bool:
    return len(title.split()) >= _HEADLINE_WORDS


def _is_headline(text: str) -> bool:
    """Whether most of the longer words of `text` are capitalized, as in many titles but in no sentence."""
    words = [word for word in text.split() if len(word) > 3]
    return 2 * sum(not word.islower() for word in words) > len(words)
