"""Groups of papers → a name for each: the terms that its titles hold and those of the other groups do not."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from rag.language.tokens import is_content_word, stem

TERMS, WORDS, LETTERS = 3, 3, 40  # the most of a name, the words of a term and its letters
RARE = 0.04  # share of a group's titles below which a term says nothing of it
GIVES_WAY = 0.4  # share of the titles with a term that have a longer one with it, from which that stands for it
TELLS = 0.1  # of what the first term of a name tells, the least that another must

_BETWEEN = re.compile(r"[^\w\s‐‑–-]+|_+")  # what ends a phrase
_WORD = re.compile(r"[^\W_]+(?:[-‐‑–][^\W_]+)*")

Term = tuple[str, ...]  # the stems of its words
Told = tuple[float, float, Term]  # how much a term tells of a group, its share of the titles there, and itself


def name_clusters(groups: Sequence[int], titles: Sequence[str]) -> tuple[str, ...]:
    """A name for each group, of up to TERMS terms as they are mostly written, such as "point clouds, 3D".

    `groups` tells of each title its group; they are numbered from 0 without a gap. No term is in two names and no word
    twice in one. Words hold letters, digits and hyphens only. A group whose titles have no term is named "papers N".
    """
    chosen = _chosen(groups, titles)
    shown = _shown({term for terms in chosen for term in terms}, titles)
    return tuple(", ".join(shown[term] for term in terms) or f"papers {n}" for n, terms in enumerate(chosen, 1))


def _terms(title: str) -> Iterator[tuple[Term, str]]:
    """The terms of `title`, words that stand together and all tell something, each by its stems and as written."""
    for phrase in _BETWEEN.split(unicodedata.normalize("NFKC", title)):
        written = _WORD.findall(phrase)
        stems = [stem(re.sub(r"\W", "", word.lower())) for word in written]
        for first in range(len(written)):
            for end in range(first + 1, min(first + WORDS, len(written)) + 1):
                term = " ".join(written[first:end])
                if not _tells(written[end - 1]) or len(term) > LETTERS:
                    break
                yield tuple(stems[first:end]), term


def _tells(word: str) -> bool:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    small = word.lower()  # the words of ours are those of questions: "against" is none
    return is_content_word(small) and small not in ENGLISH_STOP_WORDS and not word.isdigit()


def _chosen(groups: Sequence[int], titles: Sequence[str]) -> list[list[Term]]:
    """The terms of each group's name: those that tell most are given first, each to the group it tells most of."""
    found: list[list[Told]] = [[] for _ in set(groups)]
    taken: set[Term] = set()
    for told, group in sorted(_telling(groups, titles), key=_first):
        mine, term = found[group], told[2]
        alike = any(not set(term).isdisjoint(other) for _, _, other in mine)
        if term in taken or alike or len(mine) == TERMS or (mine and told[0] < TELLS * mine[0][0]):
            continue
        taken.add(term)
        mine.append(told)
    return [[term for _, _, term in mine] for mine in found]


def _first(entry: tuple[Told, int]) -> tuple[float, float, Term, int]:
    (told, share, term), group = entry
    return -told, -share, term, group


def _telling(groups: Sequence[int], titles: Sequence[str]) -> Iterator[tuple[Told, int]]:
    """What each term tells of each group: its share of the group's titles, times how much more that is than elsewhere.

    That is counted in squared logarithms: words that papers of any topic use are frequent, but only a little more so
    here than there. A term of several words tells more than one.
    """
    held: defaultdict[int, Counter[Term]] = defaultdict(Counter)
    for group, title in zip(groups, titles, strict=True):
        held[group].update({term for term, _ in _terms(title)})
    sizes = Counter(groups)
    everywhere = Counter[Term]()
    for counts in held.values():
        everywhere.update(counts)
    for group, counts in held.items():
        for term, count in _kept(counts, RARE * sizes[group]).items():
            share = count / sizes[group]
            more = math.log(count * len(titles) / (sizes[group] * everywhere[term]))
            if more >= 0:  # and 0 where all papers are one group
                yield (share * more**2 * len(term) ** 0.5, share, term), group


def _kept(counts: Mapping[Term, int], least: float) -> dict[Term, int]:
    """Those of at least this count, without what gives way to a longer one: "monocular" to "monocular depth"."""
    often = {term: count for term, count in counts.items() if count >= least}
    shorter = {
        part
        for term, count in often.items()
        for first in range(len(term))
        for end in range(first + 1, len(term) + 1)
        if (part := term[first:end]) != term and count >= GIVES_WAY * often[part]
    }
    return {term: count for term, count in often.items() if term not in shorter}


def _shown(terms: Collection[Term], titles: Sequence[str]) -> dict[Term, str]:
    """Each of `terms` as most of the titles that hold it have it."""
    written: defaultdict[Term, Counter[str]] = defaultdict(Counter)
    for title in titles:
        for term, form in _terms(title):
            if term in terms:
                written[term][form] += 1
    return {term: forms.most_common(1)[0][0] for term, forms in written.items()}
