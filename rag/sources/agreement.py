"""Whether two records are the same paper.

A paper that appears twice does less harm than two that become one, whose authors and DOIs are then cited for each
other. So records stay two unless their titles and much else agree: errata, editorials, parts of a series, yearly
reports, and chapters that were given the DOI of their book.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rag.paper import Paper
from rag.sources.persons import authors_differ
from rag.sources.statements import disagree
from rag.text import normalize

NAMESPACES = {"doi": "DOI", "arxiv": "arXiv id", "pmid": "PubMed id"}  # whose identifiers tell papers apart
SAME_TEXT, SAME_AUTHORS = "same title and abstract", "same title and authors"

# Prefixes of DOIs that preprint servers give: they do not contradict the DOI of the journal. From Crossref's list.
_PREPRINTS = tuple(
    f"doi:10.{prefix}/" for prefix in "1101 2139 20944 21203 22541 26434 31219 31234 31235 36227 48550".split()
)
_GENERIC_WORDS = 3  # a title of no more words, as "Editorial", says little
_MAX_YEARS = 2  # from a preprint to its article; what is further apart is more often another edition or report
_RELATED, _SHARED, _SAME = 0.1, 0.5, 0.9  # of the trigrams of the shorter abstract
_FEW = 12  # trigrams; texts that share no more may share a phrase that is common where they come from
_SHARED_WORDS = 0.5  # of all words of two titles that are spellings or versions of one
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"  # scripts without spaces between words
_WORD = re.compile(rf"[{_UNSPACED}][^\w\s]*|[^\s{_UNSPACED}]+")
_NUMBER = re.compile(r"\S*\d\S*|[ivx]+")  # of a part or a year; also in Roman numerals


def same_paper(first: Paper, second: Paper) -> str:
    """Why two records are the same paper, such as "same DOI"; "" if they are not."""
    shared = [one for one in identifiers(first) if one in second.ids]
    if shared:
        return f"same {NAMESPACES[_namespace(shared[0])]}" if _may_share_id(first, second) else ""
    if first.key != second.key or _are_apart(first, second):
        return ""
    if _abstracts_agree(first, second):
        return SAME_TEXT
    is_known = first.authors and second.authors and not _is_generic(first)
    return SAME_AUTHORS if is_known and _years_between(first, second) == 0 else ""


def contradict(first: Paper, second: Paper) -> bool:
    """Whether two records cannot be one paper, even if a third is the same as each of them."""
    if any(one in second.ids for one in identifiers(first)):
        return not _may_share_id(first, second)
    return _are_apart(first, second)


def identifiers(paper: Paper) -> list[str]:
    """The identifiers of `paper` that no other paper has."""
    return [one for one in paper.ids if _namespace(one) in NAMESPACES]


def ids_by_kind(paper: Paper) -> Mapping[str, set[str]]:
    """The `identifiers` of `paper` by kind, of each of which a paper has one: its namespace, or "preprint"."""
    kinds: dict[str, set[str]] = {}
    for one in identifiers(paper):
        kinds.setdefault("preprint" if one.startswith(_PREPRINTS) else _namespace(one), set()).add(one)
    return kinds


def _namespace(identifier: str) -> str:
    return identifier.partition(":")[0]


def _may_share_id(first: Paper, second: Paper) -> bool:
    """Whether two records that share an identifier are one paper; otherwise it is a mistake in one of them."""
    differ, share = authors_differ(first.authors, second.authors), _share_of_trigrams(first, second)
    if _ids_differ(first, second):
        return first.key == second.key and share >= _SHARED and not differ
    if first.key == second.key:
        return share >= _SHARED or not (differ and _is_generic(first))
    if differ or (_numbers(first) != _numbers(second) and share < _SAME):
        return False
    return share >= (_RELATED if _titles_are_alike(first, second) else _SHARED)


def _ids_differ(first: Paper, second: Paper) -> bool:
    """Whether two records have identifiers of one kind, but none in common."""
    others = ids_by_kind(second)
    return any(kind in others and ids.isdisjoint(others[kind]) for kind, ids in ids_by_kind(first).items())


def _are_apart(first: Paper, second: Paper) -> bool:
    """Whether two records without a common identifier have other authors or identifiers, or state other things."""
    return authors_differ(first.authors, second.authors) or _ids_differ(first, second) or _disagree(first, second)


def _disagree(first: Paper, second: Paper) -> bool:
    """Whether two abstracts are on one pattern and state different things; a digest may leave out what it likes."""
    if first.digest != second.digest or first.abstract == second.abstract:
        return False
    if _share_of_trigrams(first, second) < _RELATED:
        return False
    return disagree(first.abstract, second.abstract, in_one_year=_years_between(first, second) == 0)


def _abstracts_agree(first: Paper, second: Paper) -> bool:
    """Whether two records of one title have one abstract, more or less; the years decide how much."""
    years = _years_between(first, second)
    if first.abstract == second.abstract and not years:
        return True
    texts = _trigrams(first.abstract), _trigrams(second.abstract)
    needs_more = _is_generic(first) or years > _MAX_YEARS
    enough = len(texts[0] & texts[1]) >= _FEW if needs_more else True
    return enough and _share(*texts) >= (_SAME if years > _MAX_YEARS else _SHARED)


def _years_between(first: Paper, second: Paper) -> int:
    """How many years are between two records; 0 if one has none."""
    return abs(first.year - second.year) if first.year and second.year else 0


def _is_generic(paper: Paper) -> bool:
    words = _words(paper.key)
    return sum(0.5 if re.match(f"[{_UNSPACED}]", word) else 1 for word in words) <= _GENERIC_WORDS


def _titles_are_alike(first: Paper, second: Paper) -> bool:
    words, others = set(_words(first.key)), set(_words(second.key))
    return len(words & others) >= _SHARED_WORDS * len(words | others)


def _numbers(paper: Paper) -> set[str]:
    return {word for word in paper.key.split() if _NUMBER.fullmatch(word)}


def _share_of_trigrams(first: Paper, second: Paper) -> float:
    if first.abstract == second.abstract:
        return 1.0
    return _share(_trigrams(first.abstract), _trigrams(second.abstract))


@lru_cache(maxsize=128)  # each is compared with some of its title, which are looked at one after the other
def _trigrams(text: str) -> frozenset[tuple[str, ...]]:
    words = _words(normalize(text))
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _words(text: str) -> list[str]:
    """The words of normalized `text`; in scripts that do not space them, its characters."""
    return _WORD.findall(text)


def _share(first: frozenset[Any], second: frozenset[Any]) -> float:
    """How much of the smaller set is in the other, 0 to 1; 0 if one is empty."""
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 0.0
