"""The papers that a text names: by their titles, whole or nearly, also misspelt, or by their short names."""

from __future__ import annotations

import re
from collections.abc import Collection, Set
from typing import TYPE_CHECKING

from rag.language.tokens import HYPHEN, content_terms, scan, stem
from rag.paper import Paper, title_key
from rag.query.names import is_marked
from rag.text import normalize, one_line

if TYPE_CHECKING:
    from rag.index.store import Store

MAX_CANDIDATES_BY_WORDS = 30  # papers, those that share the most with a text, whose titles are compared with it
MIN_TITLE_SIMILARITY = 85  # per cent, normalized Levenshtein, of a text to the title that it misspells
MIN_FIRST = 60  # per cent, likewise of their first words
MIN_QUOTED_WORDS = 3  # of a title without a short name, within a longer text: shorter ones are often just words
MIN_PART_SHARE = 0.6  # of a title, in characters, that names its paper when it is written alone
_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"[\"“”]([^\"“”]++)[\"“”]")


def names_paper(question: str, paper: Paper) -> bool:
    """Whether `question` names `paper`: by its short name, or by its whole title if it has none.

    A short name that may be an ordinary word, such as "OPEN" or "Marigold", must have a capital in `question` too.
    """
    name = f" {normalize(paper.short_name or paper.title)} "
    if not content_terms(paper.title):  # "The", "What is it?"
        return normalize(question) == normalize(paper.title)
    if paper.short_name and _is_ordinary(paper.short_name) and not _has_capital(question, paper.short_name):
        return False
    text = question
    for token in reversed([*scan(question, HYPHEN, decimals=False)]):
        words = normalize(token.text)
        if " " in words and f" {words} " not in name:  # another name: "S-KAN" does not name KAN
            text = text[: token.start] + words.replace(" ", "") + text[token.end :]
    return name in f" {normalize(text)} "


def named_papers(text: str, store: Store) -> tuple[Paper, ...]:
    """The papers in `store` that `text` names: first those whose title it quotes, then those with the most of it.

    Of titles that differ in nothing but signs, those that `text` has to the letter come first.
    """
    found = [paper for paper in _similar_titles(text, store) if _names_whole(text, paper)]
    quoted, shown = {title_key(match[1]) for match in _QUOTED.finditer(text)}, one_line(text).casefold()

    def rank(paper: Paper) -> tuple[bool, int, bool]:
        return paper.key not in quoted, -_length_named(text, paper), paper.title.casefold() not in shown

    return tuple(sorted(found, key=rank))


def papers_cited_in(text: str, store: Store) -> tuple[Paper, ...]:
    """The papers whose titles occur in `text` as whole words, in order, leaving out titles within longer ones."""
    words = f" {normalize(text)} "
    distinct, numbers_by_key = set(words.split()), dict[str, list[int]]()
    for number, title in enumerate(store.titles() if text else (), 1):
        if _may_stand(title, distinct):
            numbers_by_key.setdefault(normalize(title), []).append(number)
    matches = sorted((words.find(f" {key} "), -len(key), numbers) for key, numbers in numbers_by_key.items())
    found: list[int] = []
    end = 0
    for start, negative_length, numbers in matches:
        if start >= end:  # it occurs, and not within the match before
            found += numbers
            end = start - negative_length + 1
    return tuple(map(store.paper, found))


def words_of_titles(text: str, phrases: Collection[str], store: Store) -> set[str]:
    """Which of `phrases` belong to the title of a paper in `text`: "since 2020" in "Advances in Owls since 2020".

    The title is all of `text`, or has several words besides: "Owls since 2020" may just be what a question asks for.
    """
    if not phrases:
        return set()
    key = title_key(text)
    inside = [one.key for one in named_papers(text, store) if _has(key, one.key)]
    return {phrase for phrase in phrases for title in inside if _is_part(title_key(phrase), title, title == key)}


def titled(text: str, store: Store) -> Paper | None:
    """The paper in `store` whose title is all that `text` consists of, or most of its title; it may be misspelt."""
    from rapidfuzz import fuzz

    key = title_key(text)
    candidates = _similar_titles(text, store)
    # A question may have most of its words in common with a title, but does not begin like it.
    alike = [
        (fuzz.ratio(key, one.key), one) for one in candidates if fuzz.ratio(_first(key), _first(one.key)) > MIN_FIRST
    ]
    score, paper = max(alike, key=lambda pair: pair[0], default=(0.0, None))
    if paper and score >= MIN_TITLE_SIMILARITY:
        return paper
    words = len(key.split())
    if words >= MIN_QUOTED_WORDS:  # a part of a title, or all before the colon
        parts = [one for one in candidates if key in one.key and len(key) >= MIN_PART_SHARE * len(one.key)]
        return parts[0] if len(parts) == 1 else None
    if words > 1:  # "Bayesian neural networks" is a topic, also where a title begins with it
        return None
    named = [one for one in candidates if one.short_name and normalize(one.short_name) == key]
    return named[0] if len(named) == 1 else None


def _first(key: str) -> str:
    """The first word of a normalized text."""
    return key.partition(" ")[0]


def _may_stand(title: str, words: Set[str]) -> bool:
    """Whether all words of `title`, normalized, may be among `words`; faster to tell than to normalize it."""
    if not title.isascii():
        return True
    first = _WORD.search(title)
    return first is not None and first[0].casefold() in words and words >= {*_WORD.findall(title.casefold())}


def is_long_title(paper: Paper) -> bool:
    """Whether the title of `paper`, with a short name or of several words, is more than words for a topic."""
    return bool(paper.short_name) or len(paper.title.split()) >= MIN_QUOTED_WORDS


def _is_ordinary(short_name: str) -> bool:
    return short_name.isalpha() and (short_name.isupper() or not is_marked(short_name))


def _has_capital(question: str, name: str) -> bool:
    """Whether `question` writes `name` with a capital, or in another way than letter for letter."""
    written = re.findall(re.escape(name), question, re.IGNORECASE)
    return not written or any(each != each.lower() for each in written)


def _names_whole(text: str, paper: Paper) -> bool:
    return (is_long_title(paper) and names_paper(text, paper)) or _has(title_key(text), paper.key)


def _length_named(text: str, paper: Paper) -> int:
    """How many characters of the title of `paper`, which `text` names, stand in it: all, or those of the short name."""
    return len(paper.key if _has(title_key(text), paper.key) else normalize(paper.short_name or paper.title))


def _is_part(phrase: str, title: str, is_all: bool) -> bool:
    """Whether `phrase` belongs to `title`, which is all of a text, or else must have several words besides."""
    return _has(title, phrase) and (is_all or len(title.split()) >= len(phrase.split()) + MIN_QUOTED_WORDS)


def _has(key: str, part: str) -> bool:
    """Whether the words of `part` stand in a row in `key`; both are normalized."""
    return f" {part} " in f" {key} "


def _similar_titles(text: str, store: Store) -> list[Paper]:
    """The papers that share the most with `text`; words in their titles count more."""
    import numpy as np

    scores = np.zeros(store.paper_count + 1)
    for word in content_terms(text):
        papers, weights = store.bm25.postings(stem(word))
        scores[papers] += weights
    found = np.flatnonzero(scores > 0)
    if len(found) > MAX_CANDIDATES_BY_WORDS:  # sorting all of a large collection is slow
        least = np.partition(scores[found], -MAX_CANDIDATES_BY_WORDS)[-MAX_CANDIDATES_BY_WORDS]
        found = found[scores[found] >= least]
    best = found[np.argsort(-scores[found], kind="stable")[:MAX_CANDIDATES_BY_WORDS]]
    return store.papers(best.tolist())
