"""Records of one paper are merged into one, and the same whatever the order in which they were read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.paper import Paper, title_key
from rag.sources.agreement import SAME_AUTHORS, SAME_TEXT, contradict, identifiers, ids_by_kind, same_paper

_MAX_NAMESAKES = 100  # papers of one title that are compared; among more, only equal abstracts make one paper
_MAX_RECORDS = 20  # of one paper, that a further one may not contradict


@dataclass(frozen=True, slots=True)
class Merge:
    """A record that was merged into another: their titles and the files they came from, and why they are one paper."""

    title: str
    source: str
    into_title: str
    into_source: str
    reason: str


@dataclass(frozen=True, slots=True)
class SharedId:
    """An identifier that several papers have, which is a mistake in the files: their titles, and where they are."""

    id: str
    papers: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        named = " and ".join(f"“{title}” ({source})" for title, source in self.papers)
        return f"{self.id} is given to different papers, {named}: correct it where it is wrong"


def deduplicate(papers: Iterable[Paper]) -> tuple[list[Paper], list[Merge]]:
    """`papers` with the records of each paper merged, in order of first appearance, and what was merged.

    Which records become one depends on what they are, and not on their order.
    """
    distinct, merges = _Distinct(), []
    for first, paper in sorted(enumerate(papers), key=lambda pair: (pair[1].key, _poverty(pair[1]), pair[0])):
        merges += distinct.add(first, paper)
    return distinct.in_order(), merges


def shared_ids(papers: Iterable[Paper]) -> list[SharedId]:
    """The identifiers that several of `papers`, all distinct, have, with the first three that have each."""
    by_id = defaultdict(list)
    for paper in papers:
        for one in identifiers(paper):
            by_id[one].append((paper.title, paper.source))
    return [SharedId(one, tuple(named[:3])) for one, named in by_id.items() if len(named) > 1]


def merge(first: Paper, second: Paper) -> Paper:
    """Two records of one paper as one, each field from the record that says more, whichever is `first`.

    The authors' own abstract is preferred to a digest, and then the longer one; the year is that of first publication.
    """
    richer, poorer = sorted((first, second), key=_poverty)
    return replace(
        richer,
        title=min(richer.title, poorer.title, key=_flaws),
        authors=max(richer.authors, poorer.authors, key=_length),
        year=min(filter(None, (richer.year, poorer.year)), default=None),
        ids=_merged_ids(richer, poorer),
        url=richer.url or poorer.url,
    )


def _merged_ids(richer: Paper, poorer: Paper) -> tuple[str, ...]:
    """The identifiers of both; of a kind in which they differ, only that of the `richer` record."""
    known = ids_by_kind(richer)
    refused = {
        one for kind, ids in ids_by_kind(poorer).items() for one in ids if not known.get(kind, ids).intersection(ids)
    }
    preprints = {one for paper in (richer, poorer) for one in ids_by_kind(paper).get("preprint", ())}
    return tuple(sorted({*richer.ids, *poorer.ids} - refused, key=lambda one: (one in preprints, one)))


def _poverty(paper: Paper) -> tuple[Any, ...]:
    """A key that sorts records by how much they say, the richest first; only equal ones have the same."""
    sizes = paper.digest, -len(paper.abstract), -len(paper.authors), -len(paper.ids), not paper.year, not paper.url
    texts = paper.abstract, paper.title, paper.authors, paper.ids, paper.year or 0, paper.url, paper.source
    return *sizes, *texts


def _length(authors: tuple[str, ...]) -> tuple[Any, ...]:
    return len(authors), sum(map(len, authors)), authors


def _flaws(title: str) -> tuple[Any, ...]:
    """Less for a title that is not in capitals, has more words, less punctuation around them, and its accents."""
    return title.isupper(), -len(title_key(title)), len(title), title.isascii(), title


@dataclass(slots=True)
class _Entry:
    """A paper, the place of its first record in what was read, and its distinct records, as far as _MAX_RECORDS."""

    first: int
    paper: Paper
    records: list[Paper]

    def absorb(self, other: _Entry, reason: str) -> Merge:
        earlier, later = (self, other) if self.first < other.first else (other, self)
        told = Merge(later.paper.title, later.paper.source, earlier.paper.title, earlier.paper.source, reason)
        self.first, self.paper = earlier.first, merge(self.paper, other.paper)
        distinct = {replace(record, source=""): record for record in (*self.records, *other.records)}
        self.records = list(distinct.values())[:_MAX_RECORDS]
        return told

    def contradicts(self, other: _Entry) -> bool:
        return any(contradict(one, another) for one in self.records for another in other.records)


class _Distinct:
    """Distinct papers, found by identifier and title. No two of them are the same paper."""

    def __init__(self) -> None:
        self._entries: list[_Entry | None] = []
        self._places: dict[str | bytes, dict[int, None]] = defaultdict(dict)

    def add(self, first: int, paper: Paper) -> list[Merge]:
        """Adds `paper`, the record at place `first`, or merges it with what it is the same as, perhaps several."""
        entry, merges = _Entry(first, paper, [paper]), []
        while found := self._same_as(entry):
            merges.append(entry.absorb(*found))
        for name in _names(entry.paper):
            self._places[name][len(self._entries)] = None
        self._entries.append(entry)
        return merges

    def in_order(self) -> list[Paper]:
        """The papers in order of first appearance."""
        return [entry.paper for entry in sorted(filter(None, self._entries), key=lambda entry: entry.first)]

    def _same_as(self, entry: _Entry) -> tuple[_Entry, str] | None:
        """What is most surely the same as `entry`, which is removed, and why."""
        found = []
        for place in self._candidates(entry.paper):
            other = self._entries[place]
            reason = same_paper(other.paper, entry.paper) if other else ""
            if other and reason and not entry.contradicts(other):
                found.append((reason == SAME_AUTHORS, reason == SAME_TEXT, place, reason, other))
        if not found:
            return None
        *_, place, reason, other = min(found, key=lambda one: one[:3])
        self._entries[place] = None
        for name in _names(other.paper):
            del self._places[name][place]
        return other, reason

    def _candidates(self, paper: Paper) -> set[int]:
        named = (self._places.get(name, {}) for name in _names(paper))
        return {place for places in named if len(places) <= _MAX_NAMESAKES for place in places}


def _names(paper: Paper) -> Sequence[str | bytes]:
    """What records of one paper are found by."""
    return list(dict.fromkeys([paper.key, paper.content, *identifiers(paper)]))
