"""Refer, EndNote's tagged text (.enw): "%T" before a title, "%A" before each author, "%X" before the abstract."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.paper import Paper
from rag.sources import identifiers
from rag.sources.markup import plain
from rag.sources.record import Record, year_in
from rag.sources.skipped import Skipped
from rag.sources.tagged.entries import Entry, Layout, papers
from rag.sources.tagged.links import addresses_in, ids_in
from rag.sources.tagged.notices import joined
from rag.sources.tagged.people import authors
from rag.sources.text_file import TextFile

_LAYOUT = Layout(
    first=frozenset({"%0"}),
    titles=frozenset({"%T"}),
    proof=frozenset({"%A", "%X"}),
    once=frozenset({"%0", "%T"}),
)
_FIELD = re.compile(r"(%[0-9A-Z!@#$^&*()+=~<>\[\]?,./;:'\"|{}_-])(?:\s(.*))?", re.DOTALL)
_LOWER = re.compile(r"%[a-z](?:\s|$)")  # is no tag but a code for a part of a date, of which manuals have lists
_MAX_HEADER = 3  # lines before the first record
_MIN_TAGGED = 0.3  # of the lines; elsewhere, a line that begins so is a rare one


def matches(head: str) -> bool:
    """Whether `head` begins with fields of refer, a title and what goes with it among them."""
    lines = [line for line in head.split("\n") if line.strip()]
    tags = [field[0] if (field := _split(line)) else "" for line in lines]
    tagged = [tag for tag in tags if tag]
    return (
        any(tags[: _MAX_HEADER + 1])
        and "%T" in tagged
        and len({"%0", "%A", "%D", "%X", "%J", "%B", "%I", "%U"}.intersection(tagged)) > 1
        and len(tagged) >= _MIN_TAGGED * len(tags)
        and not any(map(_LOWER.match, lines))
    )


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each record that has a title and an abstract, and a `Skipped` for each other."""
    yield from papers(file, file.lines(), _split, _LAYOUT, _record)


def _split(line: str) -> tuple[str, str] | None:
    """The tag and the value, if `line` begins with a tag."""
    field = _FIELD.fullmatch(line)
    return (field[1], field[2] or "") if field else None


def _record(entry: Entry) -> Record:
    return Record(
        line=entry.line,
        title=plain(entry.first("%T")),
        abstract=plain(joined(entry.values("%X"))),
        authors=authors(entry.values("%A")),
        year=year_in(entry.first("%D")) or year_in(entry.first("%8")),
        ids=_ids(entry),
        url=next(addresses_in(entry.values("%U")), ""),
        key=entry.first("%F", "%M", "%R", "%U"),
    )


def _ids(entry: Entry) -> Iterator[str]:
    for value in entry.values("%R"):
        yield from identifiers.of_doi(value)
    if re.search("pubmed|medline|nlm", " ".join(entry.values("%~", "%W")), re.IGNORECASE):
        yield identifiers.pmid(entry.first("%M"))
    yield from ids_in(entry.values("%R", "%U", "%M", "%2", "%J", "%B"))
