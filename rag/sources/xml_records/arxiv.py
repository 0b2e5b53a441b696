"""Atom feeds of arXiv: what its API answers with, an entry for each paper or for an error, and announcements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.paper import Paper
from rag.sources import identifiers, latex, names
from rag.sources.author_lists import authors_in
from rag.sources.record import Record, year_in
from rag.sources.skipped import Skipped
from rag.sources.text_file import TextFile
from rag.sources.xml_records.scan import root
from rag.sources.xml_records.stream import papers
from rag.text import clean_line

# What an abstract begins with in announcements of new papers.
_ANNOUNCEMENT = re.compile(r"arXiv:\S{1,40} Announce Type: \S{1,40} (?=Abstract: )")


def matches(head: str) -> bool:
    """Whether `head` is the beginning of an Atom feed from arXiv."""
    return root(head) in ("feed", "entry") and "arxiv.org/" in head


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each entry that has a title and a summary, and a `Skipped` for each other, and for an error."""
    yield from papers(file, ("entry",), "title", _record_or_error)


def _record_or_error(entry: Element) -> Record | str:
    error = error_of(entry)
    return f"arXiv: {error}" if error else record_of(entry)


def error_of(entry: Element) -> str:
    """What arXiv says is wrong with the query, if `entry` says that and is no paper; or ""."""
    if _text(entry, "title") != "Error" or "/errors" not in _text(entry, "id"):
        return ""
    return _text(entry, "summary")[:300] or "an error without a message"


def record_of(entry: Element) -> Record:
    """The record in `entry`, whose tags may have a namespace. Its text is TeX, in which "<" and "&" are no markup."""
    address = _text(entry, "id")
    number = identifiers.arxiv(address.removeprefix("oai:"))
    return Record(
        title=latex.plain(_text(entry, "title")),
        abstract=latex.plain(_ANNOUNCEMENT.sub("", _text(entry, "summary"))),
        authors=_authors(entry),
        year=year_in(_text(entry, "published")),
        ids=[number, *_published_as(entry)],
        url=f"https://arxiv.org/abs/{number.removeprefix('arxiv:')}" if number else address,
        key=address,
    )


def _authors(entry: Element) -> Iterator[str]:
    """The names of the authors: each in an element or, in announcements of new papers, all in one."""
    yield from names.people(latex.plain(name.text or "") for name in entry.iterfind("{*}author/{*}name"))
    yield from authors_in(latex.plain(_text(entry, "creator")))


def _published_as(entry: Element) -> Iterator[str]:
    """The DOI of the version in a journal, which stands in an element, a link or both."""
    for text in (_text(entry, "doi"), *(link.get("href", "") for link in entry.iterfind("{*}link[@title='doi']"))):
        yield from identifiers.of_doi(text)


def _text(entry: Element, name: str) -> str:
    return clean_line(entry.findtext(f"{{*}}{name}", ""))
