"""Listing pages such as Hugging Face "papers", saved as text: titles and abstracts alternate, amid page chrome.

There are two layouts: blocks separated by blank lines, whose lines may be wrapped; or one title or one whole abstract
per line. Names of authors may stand between a title and its abstract. `matches` takes only text in which nearly all is
titles and abstracts, since any letter or manual has short lines before longer ones; `read` detects the layout, drops
the chrome, and pairs each title with the prose that follows it.
"""

from __future__ import annotations

from collections.abc import Iterator

from rag.paper import Paper
from rag.sources.author_lists import authors_in
from rag.sources.record import Record
from rag.sources.skipped import Skipped
from rag.sources.text import wording
from rag.sources.text.listing_entries import PAPER_LINK, Entry, attach_truncated, entries_of, without_chrome
from rag.sources.text.listing_layout import blocks_of, layout_of, runs_of
from rag.sources.text.paperlike import Candidate, are_papers
from rag.sources.text_file import TextFile

_STRAY_WORDS = 2  # a short text that goes with nothing counts against the page from this length on; user names do not


def matches(head: str) -> bool:
    """Whether titles and abstracts alternate in `head`, and little else is in it."""
    runs = list(runs_of(enumerate(head.split("\n"), 1)))
    layout = layout_of(runs)
    return _are_papers(list(entries_of(blocks_of(runs, layout), layout)))


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each title with an abstract in `file`; a `Skipped` for either without the other."""
    layout = layout_of(list(runs_of(enumerate(file.head.split("\n"), 1))))
    entries = without_chrome(attach_truncated(entries_of(blocks_of(runs_of(file.lines()), layout), layout)))
    for entry in entries:
        if reason := _rejection(entry):
            yield Skipped(file.path, entry.line, reason)
        else:
            yield _record(entry).finished(file)


def _are_papers(entries: list[Entry]) -> bool:
    pairs = [Candidate(entry.title, entry.abstract, entry.parts) for entry in entries if entry.is_complete]
    others = [entry for entry in entries if not entry.is_complete]
    return are_papers(pairs, len(others) if len(pairs) == 1 else sum(map(_is_stray, others)))


def _is_stray(entry: Entry) -> bool:
    return bool(entry.abstract) or len(entry.title.split()) >= _STRAY_WORDS


def _rejection(entry: Entry) -> str:
    if not entry.title:
        return f"abstract without a title: {entry.abstract[:80]}"
    if entry.abstract and len(entry.abstract.split()) < wording.SENTENCE_WORDS:
        return f"abstract cut off: {entry.title[:80]}"
    return ""


def _record(entry: Entry) -> Record:
    link = PAPER_LINK.fullmatch(entry.url)
    ids = (f"arxiv:{link[1]}",) if link else ()
    return Record(entry.line, entry.title, entry.abstract, authors_in(entry.authors), ids=ids, url=entry.url)
