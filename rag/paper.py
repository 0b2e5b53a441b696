"""The record of a paper, and when two records are the same paper."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rag.text import normalize

MAX_TITLE = 500  # characters; a longer "title" is other text that a reader mistook for one
MAX_ABSTRACT = 20_000  # characters; about ten times the longest abstract that arXiv accepts (1,920)
MAX_NAME_WORDS = 3  # before the colon of a title; what is longer is a phrase, not the name of a method


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. `title` and `abstract` are non-empty plain text on a single line.

    `ids` are namespaced identifiers such as ``arxiv:2409.09144`` or ``doi:10.1000/182``; `source` is the name of the
    file that the record came from; `digest` is true if the abstract is a summary and not the authors' own text.
    """

    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    ids: tuple[str, ...] = ()
    url: str = ""
    source: str = ""
    digest: bool = False

    @property
    def key(self) -> str:
        """The identity of the paper: its title, case-folded and without accents or punctuation."""
        return normalize(self.title)

    @property
    def content(self) -> bytes:
        """A fingerprint, 16 bytes, of the text that is embedded: title and abstract."""
        return hashlib.blake2b(f"{self.title}\n{self.abstract}".encode(), digest_size=16).digest()

    @property
    def short_name(self) -> str:
        """The name of the method, which precedes the colon of the title ("OwlNet: Hearing in the Dark"), or ""."""
        name, colon, _ = self.title.partition(":")
        return name if colon and len(name.split()) <= MAX_NAME_WORDS else ""


def merge(first: Paper, second: Paper) -> Paper:
    """Two records of the same paper as one: the longer abstract, and each field from whichever record has it."""
    longer, other = (second, first) if len(second.abstract) > len(first.abstract) else (first, second)
    return replace(
        longer,
        authors=longer.authors or other.authors,
        year=longer.year or other.year,
        ids=tuple(dict.fromkeys(first.ids + second.ids)),
        url=longer.url or other.url,
    )


def deduplicate(papers: Iterable[Paper]) -> list[Paper]:
    """`papers` with the records of each paper merged, in order of first appearance."""
    merged: dict[str, Paper] = {}
    for paper in papers:
        merged[paper.key] = merge(merged[paper.key], paper) if paper.key in merged else paper
    return list(merged.values())
