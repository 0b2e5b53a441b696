"""Records that are added for a paper that is there already, whose abstract is another, and is not taken."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.paper import Paper
from rag.sources.agreement import identifiers, same_paper
from rag.text import in_quotes, normalize

MAX_DIFFERING = 5  # records; the rest are counted


class Places:
    """Finds the paper of the index that a record became: by its text, else by an identifier, else by its title."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._places: dict[Hashable, int] = {}
        for place, paper in enumerate(papers):
            for name in _names(paper):
                self._places.setdefault(name, place)

    def of(self, paper: Paper) -> int | None:
        """The place of the paper among all, None if it is not there."""
        return next((self._places[name] for name in _names(paper) if name in self._places), None)


@dataclass(frozen=True, slots=True)
class Differing:
    """A record that differs from the paper called `title`, which was read from the file `source`."""

    title: str
    source: str


def differing(records: Iterable[Paper], before: Sequence[Paper], after: Sequence[Paper]) -> tuple[Differing, ...]:
    """What of `records`, which are added, says something else than its paper, which stays as it was `before`.

    The index then holds the papers `after`. A record that repeats a part of the abstract says nothing else.
    """
    places, abstracts = Places(after), {paper.abstract for paper in before}
    found: dict[Differing, None] = {}
    for record in records:
        place = places.of(record)
        paper = None if place is None else after[place]
        if paper and paper.abstract in abstracts and _says_else(record, paper):
            found[Differing(paper.title, paper.source)] = None
    return tuple(found)


def told(found: Sequence[Differing]) -> list[str]:
    """What is `differing`, a line each, and how to take it."""
    lines = [
        f"1 differs from the paper already here and was not taken: {in_quotes(one.title)}. "
        f"To take it, replace the record in {one.source or 'its file'} and run: rag rebuild"
        for one in found[:MAX_DIFFERING]
    ]
    more = len(found) - MAX_DIFFERING
    return [*lines, f"{more:,} more differ from papers already here and were not taken."] if more > 0 else lines


def _says_else(record: Paper, paper: Paper) -> bool:
    """Whether the abstract of `record` has something that the one of `paper` has not; a digest is but a retelling."""
    if record.digest > paper.digest or normalize(record.abstract) in normalize(paper.abstract):
        return False
    return bool(same_paper(record, paper))


def _names(paper: Paper) -> Iterator[Hashable]:
    yield paper.content
    yield from identifiers(paper)
    if paper.key:
        yield "title", paper.key
