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
from itertools import groupby, pairwise
from typing import NamedTuple

from rag.paper import Paper
from rag.sources import chrome, wording
from rag.sources.author_lists import authors_in
from rag.sources.paperlike import Candidate, are_papers
from rag.sources.record import Record
from rag.sources.skipped import Skipped
from rag.sources.text_file import TextFile
from rag.text import clean_line

_HEADLINE_WORDS = 3  # a title without an abstract is reported from this length on; shorter ones are mostly chrome
_STRAY_WORDS = (
    2  # a short text that goes with nothing counts against the page from this length on; names of users do not
)
_WRAP_CHARACTERS = 40  # lines of wrapped text are at least this long
_VERSE_LINES = (
    4  # as many lines that each begin with a capital, and none reaches _VERSE_CHARACTERS, are no wrapped text
)
_VERSE_CHARACTERS = 75
_ARXIV_CHARACTERS = 1920  # arXiv's limit for an abstract: longer paragraphs together do not belong to one paper
_LINE_COST = 100  # bytes of memory, roughly, of an empty line
_MAX_CHARACTERS = 1_000_000  # of a line or a paragraph; what is longer is cut there, and is too long for any field

_LINK = re.compile(r"https?://\S+")
_PAPER_LINK = re.compile(r"https?://(?:www\.)?(?:arxiv\.org/(?:abs|pdf)|huggingface\.co/papers)/(\d{4}\.\d{4,5})\S*")


class Block(NamedTuple):
    """A title, paragraph or link, and the number of the line where it starts."""

    line: int
    text: str


class Layout(NamedTuple):
    """Whether a run of lines, rather than each line, is a paragraph; and whether authors follow the titles."""

    paragraphs: bool
    authored: bool


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
    runs = list(_runs(enumerate(head.split("\n"), 1)))
    entries = list(_entries(_blocks(runs, layout := _layout(runs)), layout))
    return _are_papers(entries) and not (layout.paragraphs and _is_verse(runs))


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each title with an abstract in `file`; a `Skipped` for either without the other."""
    layout = _layout(list(_runs(enumerate(file.head.split("\n"), 1))))
    entries = _without_chrome(_attach_truncated(_entries(_blocks(_runs(file.lines()), layout), layout)))
    for entry in entries:
        if reason := _rejection(entry):
            yield Skipped(file.path, entry.line, reason)
        else:
            yield _record(entry).finished(file)


def _runs(lines: Iterable[tuple[int, str]]) -> Iterator[list[Block]]:
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
        line = clean_line(raw[:_MAX_CHARACTERS])
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
        if length > _MAX_CHARACTERS:
            yield piece
            piece, length = [], 0
    if piece:
        yield piece


def _layout(runs: list[list[Block]]) -> Layout:
    """The layout of `runs`. Authors follow the titles if they do so before at least half of the abstracts."""
    paragraphs = _has_paragraphs(runs)
    texts = [text for _, text in _blocks(runs, Layout(paragraphs, False))]
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
    continuing = [word for word in first_words if word.islower() and not _LINK.match(word)]
    return len(runs) > 2 * len(first_words) or 3 * len(continuing) > len(first_words)


def _blocks(runs: Iterable[list[Block]], layout: Layout) -> Iterator[Block]:
    for run in runs:
        if layout.paragraphs:
            yield Block(run[0].line, " ".join(block.text for block in run))
        else:
            yield from (block for block in run if not chrome.AMBIGUOUS.fullmatch(block.text))


def _entries(blocks: Iterable[Block], layout: Layout) -> Iterator[Entry]:
    """Pairs each title with the prose that follows it."""
    last = Entry(0)
    for (line, text), following in pairwise(_ended(blocks)):
        pending = last.title and not last.abstract
        if _LINK.fullmatch(text):
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
    return are_papers(pairs, sum(not _is_complete(entry) and _is_stray(entry) for entry in entries))


def _is_stray(entry: Entry) -> bool:
    return bool(entry.abstract) or len(entry.title.split()) >= _STRAY_WORDS


def _is_verse(runs: list[list[Block]]) -> bool:
    """Whether much of the text is verse, addresses or tables: short lines, each of which begins anew."""
    long_runs = [run for run in runs if len(run) >= _VERSE_LINES]
    verse = [
        run
        for run in long_runs
        if max(len(block.text) for block in run) < _VERSE_CHARACTERS
        and 4 * sum(not block.text[0].islower() for block in run) > 3 * len(run)
    ]
    return 3 * len(verse) > len(long_runs)


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
