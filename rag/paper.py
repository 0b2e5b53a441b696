"""What a paper is, and when two records are the same paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rag.text import normalize

MAX_TITLE = 500  # characters; longer "titles" are text that a reader took for one
MAX_ABSTRACT = 20_000  # characters; about ten times the longest abstract arXiv admits (1,920)


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. `title` and `abstract` are single-line plain text, neither empty.

    `ids` are namespaced identifiers such as ``arxiv:2409.09144`` or ``doi:10.1000/182``;
    `source` is the file the record came from; `digest` is true where the abstract is a
    retelling and not the authors' own text.
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
        """The identity: letters and digits of the title, without case, accents or punctuation."""
        return normalize(self.title)


def merge(first: Paper, second: Paper) -> Paper:
    """Two records of one paper as one: the longer abstract, and whatever either of them knows."""
    longer, other = (second, first) if len(second.abstract) > len(first.abstract) else (first, second)
    return replace(
        longer,
        authors=longer.authors or other.authors,
        year=longer.year or other.year,
        ids=tuple(dict.fromkeys(first.ids + second.ids)),
        url=longer.url or other.url,
    )


def deduplicate(papers: Iterable[Paper]) -> list[Paper]:
    """One record per paper, in order of first appearance."""
    found: dict[str, Paper] = {}
    for paper in papers:
        found[paper.key] = merge(found[paper.key], paper) if paper.key in found else paper
    return list(found.values())
