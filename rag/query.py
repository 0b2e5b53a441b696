"""A question as the index is asked it: the ways to look for its answer, and the papers to look among."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from rag.errors import QuestionError
from rag.filters import SHOWN, Named, parse
from rag.kinds import Kind, kind, of_several, of_these, sides
from rag.papers import plain
from rag.periods import Years
from rag.question import phrasings, points_back, terms

if TYPE_CHECKING:
    from rag.batch import Asked
    from rag.index.store import Store

MOST_COMPARED = 4  # papers of the last answer, compared where a question names none: the best of them


@dataclass(frozen=True, slots=True)
class Past:
    """What a conversation said before a question.

    `earlier` are the user's questions, oldest first; `cited` the titles that the last answer with any cited, in order;
    `numbered` the titles of all papers that have a citation number.
    """

    earlier: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    numbered: Mapping[int, str] = field(default_factory=dict)


def past(asked: Asked, store: Store) -> Past:
    """What was said before `asked`, a question of a file, whose last answer cites what it names by the full title."""
    cited = _named_in(asked.answered, store) if points_back(asked.question) else ()
    return Past(asked.earlier, cited, dict(enumerate(cited, 1)))


@dataclass(frozen=True, slots=True)
class Query:
    """What a user asked, understood.

    `question` is as they put it. `phrasings` are the ways to look for it, the first understandable alone. `filters`
    are those applied, as they were written, "of those" among them; `among` are the numbers of the papers that pass
    them, None where there are none; `searched` counts the papers to look among. `kind` is what is asked for, and
    `sides` what a comparison sets side by side. `notice` tells which filters were not applied, or is empty.
    """

    question: str
    phrasings: tuple[str, ...]
    filters: tuple[str, ...]
    among: frozenset[int] | None
    searched: int
    kind: Kind = "fact"
    sides: tuple[str, ...] = ()
    notice: str = ""


def understand(question: str, store: Store, past: Past = Past(), without: Collection[str] = ()) -> Query:
    """`question` as `store` is asked it after what is `past`; the filters of earlier questions are not its own.

    Not applied are the filters written as one of `without`, and those on what no paper tells. Raises QuestionError for
    a malformed filter, and where filters are all there is.
    """
    subject, filters = parse(question, without)
    unknown = [one for one in filters if not store.knows(one.field)]
    if unknown:
        subject, filters = parse(question, {*without, *(one.written for one in unknown)})
    before = [parse(text)[0] for text in past.earlier[-1:]]
    if (filters or unknown) and not terms(subject):  # "and since 2023?" asks what was asked before
        subject = _subject_of(before, [*filters, *unknown])
    among, written = store.matching(filters), [one.written for one in filters]
    asked = phrasings(subject, before, past.cited, past.numbered)
    if past.cited and (these := of_these(subject)) and these not in without:
        cited = store.numbers(past.cited)
        among, written = cited if among is None else among & cited, [these, *written]
        asked = [subject] if terms(subject) else asked  # what was asked before, they all answer
    return Query(
        question,
        tuple(asked),
        tuple(written),
        among,
        store.papers if among is None else len(among),
        kind(subject),
        _sides(subject, before, past),
        _notice(unknown),
    )


def narrowing(question: str) -> set[str]:
    """All in `question` that may keep it to some papers, as written. Raises QuestionError for a malformed filter."""
    subject, filters = parse(question)
    return {*(one.written for one in filters), of_these(subject)} - {""}


def _sides(subject: str, before: Sequence[str], past: Past) -> tuple[str, ...]:
    """What a comparison sets side by side: two things by name, or the papers that the last answer cited."""
    if named := sides(subject):
        return tuple(phrasings(side, before, past.cited, past.numbered)[0] for side in named)
    return past.cited[:MOST_COMPARED] if kind(subject) == "comparison" and of_several(subject) else ()


def _named_in(text: str, store: Store) -> tuple[str, ...]:
    """The titles that occur in `text` as whole words, in order; one within a longer one does not count."""
    words = f" {plain(text)} "
    titles_by_key = {plain(title): title for title in store.titles()} if text else {}
    places = sorted((words.find(f" {key} "), -len(key), title) for key, title in titles_by_key.items())
    titles, end = [], 0
    for start, length, title in places:
        if start >= end:
            titles.append(title)
            end = start - length + 1
    return tuple(titles)


def _subject_of(before: Sequence[str], filters: Sequence[Years | Named]) -> str:
    if before and terms(before[-1]):
        return before[-1]
    written = " ".join(one.written for one in filters)[:SHOWN]
    raise QuestionError(f"“{written}” only chooses papers. Say what to look for too, such as: diffusion {written}")


def _notice(unknown: Sequence[Years | Named]) -> str:
    told = []
    for told_of, of_field in groupby(unknown, key=lambda one: one.field):
        written = [f"“{one.written}”" for one in of_field]
        were = "was" if len(written) == 1 else "were"
        told.append(f"No paper here tells its {told_of}, so {' and '.join(written)} {were} not applied.")
    return " ".join(told)
