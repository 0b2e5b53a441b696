"""When two records are the same paper, and what they are merged into.

Records are one paper if they share a DOI, arXiv id or PubMed id, or if they have the same title and agree in their
authors or abstracts. Papers of one title that disagree stay two: errata, editorials, yearly reports.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from rag.paper import Paper
from rag.text import normalize

NAMESPACES = {"doi": "DOI", "arxiv": "arXiv id", "pmid": "PubMed id"}  # whose identifiers tell papers apart

# Prefixes of DOIs that preprint servers give: they do not contradict the DOI of the journal. From Crossref's list.
_PREPRINTS = tuple(
    f"doi:10.{prefix}/" for prefix in "1101 2139 20944 21203 22541 26434 31219 31234 31235 36227 48550".split()
)
_GENERIC_WORDS = 3  # a title of no more words, as "Editorial", says little
_MAX_NAMESAKES = 100  # papers of one title that are compared; among more, only equal abstracts make one paper
_SHARED_TRIGRAMS = 0.5  # of the shorter abstract, from which on two abstracts agree
_RELATED_TRIGRAMS, _RELATED_WORDS = 0.1, 0.3  # of abstracts and titles, below which a shared identifier is a mistake


@dataclass(frozen=True, slots=True)
class Merge:
    """A record that was merged into another: their titles and the files they came from, and why they are one paper."""

    title: str
    source: str
    into_title: str
    into_source: str
    reason: str


def deduplicate(papers: Iterable[Paper]) -> tuple[list[Paper], list[Merge]]:
    """`papers` with the records of each paper merged, in order of first appearance, and what was merged."""
    found, merges = _Distinct(), []
    for paper in papers:
        merges += found.add(paper)
    return [paper for paper in found.papers if paper], merges


def same_paper(first: Paper, second: Paper) -> str:
    """Why two records are the same paper, such as "same DOI"; "" if they are not."""
    shared = [one for one in identifiers(first) if one in second.ids]
    if shared and _are_related(first, second):
        return f"same {NAMESPACES[_namespace(shared[0])]}"
    if first.key != second.key or _contradict(first, second):
        return ""
    if _agree(first.abstract, second.abstract):
        return "same title and abstract"
    years_differ = first.year and second.year and first.year != second.year
    is_generic = len(first.key.split()) <= _GENERIC_WORDS
    if first.authors and second.authors and not years_differ and not is_generic:
        return "same title and authors"
    return ""


def identifiers(paper: Paper) -> list[str]:
    """The identifiers of `paper` that no other paper has."""
    return [one for one in paper.ids if _namespace(one) in NAMESPACES]


def merge(first: Paper, second: Paper) -> Paper:
    """Two records of one paper as one, each field from the record that says more; else from `first`.

    The authors' own abstract is preferred to a digest, and then the longer one.
    """
    richer = max(first, second, key=lambda paper: (not paper.digest, len(paper.abstract)))
    return replace(
        richer,
        title=second.title if first.title.isupper() and not second.title.isupper() else first.title,
        authors=max(first.authors, second.authors, key=lambda authors: (len(authors), sum(map(len, authors)))),
        year=first.year or second.year,
        ids=tuple(dict.fromkeys(first.ids + second.ids)),
        url=first.url or second.url,
    )


class _Distinct:
    """Distinct papers, found by identifier and title. One that turned out to be another leaves None in its place."""

    def __init__(self) -> None:
        self.papers: list[Paper | None] = []
        self._places: dict[str | bytes, dict[int, None]] = defaultdict(dict)

    def add(self, paper: Paper) -> list[Merge]:
        """Adds `paper`, or merges it into what it is the same as, which may be several that it brings together."""
        place, merges = None, []
        for candidate in self._candidates(paper):
            other = self.papers[candidate]
            if other and (reason := same_paper(other, paper)):
                merges.append(Merge(paper.title, paper.source, other.title, other.source, reason))
                paper = merge(other, paper) if place is None else merge(paper, other)  # the earlier one comes first
                self.papers[candidate] = None
                place = candidate if place is None else place
        if place is None:
            place = len(self.papers)
            self.papers.append(None)
        self.papers[place] = paper
        for name in _names(paper):
            self._places[name][place] = None
        return merges

    def _candidates(self, paper: Paper) -> list[int]:
        named = (self._places.get(name, {}) for name in _names(paper))
        return sorted({place for places in named if len(places) <= _MAX_NAMESAKES for place in places})


def _names(paper: Paper) -> list[str | bytes]:
    return [paper.key, paper.content, *identifiers(paper)]


def _namespace(identifier: str) -> str:
    return identifier.partition(":")[0]


def _are_related(first: Paper, second: Paper) -> bool:
    """Whether titles or abstracts have anything in common: chapters are often given the DOI of their book."""
    titles = _share(set(first.key.split()), set(second.key.split()))
    return (
        titles >= _RELATED_WORDS or _share(_trigrams(first.abstract), _trigrams(second.abstract)) >= _RELATED_TRIGRAMS
    )


def _contradict(first: Paper, second: Paper) -> bool:
    """Whether two records of one title have different authors, or different identifiers of one kind."""
    if first.authors and second.authors and not _have_common_authors(first.authors, second.authors):
        return True
    return any(_differ(_of(first, namespace), _of(second, namespace)) for namespace in NAMESPACES)


def _of(paper: Paper, namespace: str) -> set[str]:
    return {one for one in paper.ids if _namespace(one) == namespace}


def _differ(first: set[str], second: set[str]) -> bool:
    if not first or not second or first & second:
        return False
    return all(one.startswith(_PREPRINTS) for one in first) == all(one.startswith(_PREPRINTS) for one in second)


def _have_common_authors(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether at least half of the shorter list have part of a name, not just an initial, with the longer one."""
    shorter, longer = sorted((first, second), key=len)
    known = {part for name in longer for part in _parts(name)}
    return 2 * sum(bool(known & _parts(name)) for name in shorter) >= len(shorter)


def _parts(name: str) -> set[str]:
    words = normalize(name).split()
    return {word for word in words if len(word) > 1} or set(words)


def _agree(first: str, second: str) -> bool:
    return first == second or _share(_trigrams(first), _trigrams(second)) >= _SHARED_TRIGRAMS


def _trigrams(text: str) -> set[tuple[str, ...]]:
    words = normalize(text).split()
    return set(zip(words, words[1:], words[2:], strict=False))


def _share(first: set[Any], second: set[Any]) -> float:
    """How much of the smaller set is in the other, 0 to 1; 0 if one is empty."""
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 0.0
