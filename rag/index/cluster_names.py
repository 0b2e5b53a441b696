"""Names groups of papers by the terms that their titles have and those of the other groups lack."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from rag.language.tokens import HYPHEN, HYPHENS, is_content_word, scan, stem

TERMS_PER_NAME = 3
MAX_TERM_CHARS = 40
_MAX_TERM_WORDS = 3
_MIN_SHARE = 0.04  # of a group's titles: rarer terms do not describe it
_ABSORBED_SHARE = 0.4  # of a term's titles: a longer term that contains it and is in so many of them replaces it
_MIN_RELATIVE_SCORE = 0.1  # of the score of a name's first term: weaker terms are not added to it

Term = tuple[str, ...]  # the stems of its words


class _Candidate(NamedTuple):
    """A term for the name of a group. `share` is the share of the group's titles that have it."""

    score: float
    share: float
    term: Term
    group: int


def name_clusters(groups: Sequence[int], titles: Sequence[str]) -> tuple[str, ...]:
    """A name for each group: up to TERMS_PER_NAME terms in their most frequent spelling, such as "point clouds, 3D".

    `groups` holds the group of each title, numbered from 0 without gaps. No two names share a term, and no name repeats
    a word. Words consist of letters, digits and hyphens. A group whose titles have no term is named "papers N".
    """
    names = _choose(groups, titles)
    spellings = _spellings({term for terms in names for term in terms}, titles)
    return tuple(", ".join(spellings[term] for term in terms) or f"papers {n}" for n, terms in enumerate(names, 1))


def _terms(title: str) -> Iterator[tuple[Term, str]]:
    """The terms of `title`, runs of adjacent meaningful words, each as stems and as spelled."""
    for words in _phrases(unicodedata.normalize("NFKC", title)):
        stems = [stem("".join(filter(str.isalnum, word.lower()))) for word in words]
        for start in range(len(words)):
            for end in range(start + 1, min(start + _MAX_TERM_WORDS, len(words)) + 1):
                spelling = " ".join(words[start:end])
                if not _is_meaningful(words[end - 1]) or len(spelling) > MAX_TERM_CHARS:
                    break
                yield tuple(stems[start:end]), spelling


def _phrases(title: str) -> Iterator[list[str]]:
    """The words of `title` between punctuation marks; hyphens and spaces do not end a phrase."""
    phrase: list[str] = []
    for token in scan(title.replace("_", "|"), HYPHEN, decimals=False):
        if token.kind != "mark":
            phrase.append(token.text)
        elif token.text not in HYPHENS:
            yield phrase
            phrase = []
    yield phrase


def _is_meaningful(word: str) -> bool:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    lower = word.lower()  # our stop words come from questions, and lack "against" and others
    return is_content_word(lower) and lower not in ENGLISH_STOP_WORDS and not word.isdigit()


def _choose(groups: Sequence[int], titles: Sequence[str]) -> list[list[Term]]:
    """The terms of each group's name: candidates are taken by descending score, each by one group only."""
    names: list[list[_Candidate]] = [[] for _ in set(groups)]
    taken: set[Term] = set()
    for candidate in sorted(_candidates(groups, titles), key=lambda each: (-each.score, -each.share, *each[2:])):
        name, term = names[candidate.group], candidate.term
        repeats_word = any(not set(term).isdisjoint(other.term) for other in name)
        is_weak = bool(name) and candidate.score < _MIN_RELATIVE_SCORE * name[0].score
        if not (term in taken or repeats_word or is_weak or len(name) == TERMS_PER_NAME):
            taken.add(term)
            name.append(candidate)
    return [[candidate.term for candidate in name] for name in names]


def _candidates(groups: Sequence[int], titles: Sequence[str]) -> Iterator[_Candidate]:
    """The terms that are at least as frequent in a group as elsewhere.

    The score is the share of the group's titles with the term, times the squared log-ratio of that share to the share
    in all titles, times the root of the number of words. Squaring demotes words that are frequent in papers on any
    topic and only a little more so here.
    """
    by_group: defaultdict[int, Counter[Term]] = defaultdict(Counter)
    for group, title in zip(groups, titles, strict=True):
        by_group[group].update({term for term, _ in _terms(title)})
    sizes = Counter(groups)
    in_all = Counter[Term]()
    for counts in by_group.values():
        in_all.update(counts)
    for group, counts in by_group.items():
        for term, count in _without_absorbed(counts, _MIN_SHARE * sizes[group]).items():
            share = count / sizes[group]
            log_ratio = math.log(count * len(titles) / (sizes[group] * in_all[term]))
            if log_ratio >= 0:  # and 0 for every term if all papers are in one group
                yield _Candidate(share * log_ratio**2 * len(term) ** 0.5, share, term, group)


def _without_absorbed(counts: Mapping[Term, int], min_count: float) -> dict[Term, int]:
    """The terms with at least `min_count`, without those absorbed by a longer one: "monocular" in "monocular depth"."""
    frequent = {term: count for term, count in counts.items() if count >= min_count}
    absorbed = {
        part
        for term, count in frequent.items()
        for start in range(len(term))
        for end in range(start + 1, len(term) + 1)
        if (part := term[start:end]) != term and count >= _ABSORBED_SHARE * frequent[part]
    }
    return {term: count for term, count in frequent.items() if term not in absorbed}


def _spellings(terms: Collection[Term], titles: Sequence[str]) -> dict[Term, str]:
    """The most frequent spelling of each of `terms`."""
    counts: defaultdict[Term, Counter[str]] = defaultdict(Counter)
    for title in titles:
        for term, spelling in _terms(title):
            if term in terms:
                counts[term][spelling] += 1
    return {term: spellings.most_common(1)[0][0] for term, spellings in counts.items()}
