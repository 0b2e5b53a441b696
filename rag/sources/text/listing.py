"""Listing pages such as Hugging Face "papers", saved as text: titles and abstracts alternate, amid page chrome.

There are two layouts: blocks separated by blank lines, whose lines may be wrapped; or one title or one whole abstract
per line. Names of authors may stand between a title and its abstract. `matches` takes only text in which nearly all is
titles and abstracts, since any letter or manual has short lines before longer ones; `read` detects the layout, drops
the chrome, and pairs each title with the prose that follows it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from rag.paper import Paper
from rag.sources.author_lists import authors_in
from rag.sources.record import Record
from rag.sources.skipped import Skipped
from rag.sources.text import wording
from rag.sources.text.listing_layout import LINK, Block, Layout, blocks_of, layout_of, runs_of
from rag.sources.text.paperlike import Candidate, are_papers
from rag.sources.text_file import TextFile

_HEADLINE_WORDS = 3  # a title without an abstract is reported from this length on; shorter ones are mostly chrome
_STRAY_WORDS = 2  # a short text that goes with nothing counts against the page from this length on; user names do not
_ARXIV_CHARACTERS = 1920  # arXiv's limit for an abstract: longer paragraphs together do not belong to one paper

_PAPER_LINK = re.compile(r"https?://(?:www\.)?(?:arxiv\.org/(?:abs|pdf)|huggingface\.co/papers)/(\d{4}\.\d{4,5})\S*")


@dataclass(slots=True)
class Entry:
    """A paper under construction, whose title or abstract may be missing; the abstract has so many `parts`."""

    line: int
    title: str = ""
    abstract: str = ""
    parts: int = 0
    authors: str = ""
    url: str = ""


def matches(head: str) -> bool:
    """Whether titles and abstracts alternate in `head`, and little else is in it."""
    runs = list(runs_of(enumerate(head.split("\n"), 1)))
    layout = layout_of(runs)
    return _are_papers(list(_entries(blocks_of(runs, layout), layout)))


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each title with an abstract in `file`; a `Skipped` for either without the other."""
    layout = layout_of(list(runs_of(enumerate(file.head.split("\n"), 1))))
    entries = _without_chrome(_attach_truncated(_entries(blocks_of(runs_of(file.lines()), layout), layout)))
    for entry in entries:
        if reason := _rejection(entry):
            yield Skipped(file.path, entry.line, reason)
        else:
            yield _record(entry).finished(file)


def _entries(blocks: Iterable[Block], layout: Layout) -> Iterator[Entry]:
    """Pairs each title with the prose that follows it."""
    last = Entry(0)
    for (line, text), following in pairwise(_ended(blocks)):
        pending = last.title and not last.abstract
        if LINK.fullmatch(text):
            if pending and _PAPER_LINK.fullmatch(text):  # between two papers, it may belong to either
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
        elif layout.paragraphs and last.abstract and len(last.abstract) + len(text) < _ARXIV_CHARACTERS:
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


def _are_papers(entries: list[Entry]) -> bool:
    pairs = [Candidate(entry.title, entry.abstract, entry.parts) for entry in entries if _is_complete(entry)]
    others = [entry for entry in entries if not _is_complete(entry)]
    return are_papers(pairs, len(others) if len(pairs) == 1 else sum(map(_is_stray, others)))


def _is_stray(entry: Entry) -> bool:
    return bool(entry.abstract) or len(entry.title.split()) >= _STRAY_WORDS


def _attach_truncated(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries, after a last one that is really a truncated abstract is attached to the title before it."""
    held: deque[Entry] = deque()
    any_complete = False
    for entry in entries:
        any_complete |= _is_complete(entry)
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


def _without_chrome(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Drops short texts before the first paper, which are the page's heading, and very short ones after it."""
    after_first = False
    for entry in entries:
        after_first |= _is_complete(entry)
        if (entry.abstract or _is_reportable(entry.title)) if after_first else wording.is_long(entry.abstract):
            yield entry


def _rejection(entry: Entry) -> str:
    if not entry.title:
        return f"abstract without a title: {entry.abstract[:80]}"
    if entry.abstract and len(entry.abstract.split()) < wording.SENTENCE_WORDS:
        return f"abstract cut off: {entry.title[:80]}"
    return ""


def _record(entry: Entry) -> Record:
    link = _PAPER_LINK.fullmatch(entry.url)
    ids = (f"arxiv:{link[1]}",) if link else ()
    return Record(entry.line, entry.title, entry.abstract, authors_in(entry.authors), ids=ids, url=entry.url)


def _is_complete(entry: Entry) -> bool:
    return bool(entry.title and entry.abstract)


def _is_reportable(title: str) -> bool:
    return len(title.split()) >= _HEADLINE_WORDS


def _is_headline(text: str) -> bool:
    """Whether most of the longer words of `text` are capitalized, as in many titles but in no sentence."""
    words = [word for word in text.split() if len(word) > 3]
    return 2 * sum(not word.islower() for word in words) > len(words)
