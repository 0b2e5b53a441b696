"""A question as the index is asked it: the ways to look for its answer, and the papers to look among."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from rag.errors import QuestionError
from rag.index.filters import NameFilter, YearFilter
from rag.language.tokens import content_terms
from rag.query.filters import SHOWN, parse_filters
from rag.query.followups import refers_back, rewrites
from rag.query.intent import Intent, cited_scope, compared_items, compares_unnamed, intent_of
from rag.text import normalize

if TYPE_CHECKING:
    from rag.index.store import Store
    from rag.query.batch import BatchQuestion

MAX_COMPARED_CITED = 4  # papers of the last answer, compared where a question names none: the best of them


@dataclass(frozen=True, slots=True)
class History:
    """What a conversation said before a question.

    `earlier` are the user's questions, oldest first; `cited` the titles that the last answer with any cited, in order;
    `numbered` the titles of all papers that have a citation number.
    """

    earlier: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    numbered: Mapping[int, str] = field(default_factory=dict)


def batch_history(asked: BatchQuestion, store: Store) -> History:
    """What was said before `asked`, a question of a file, whose last answer cites what it names by the full title."""
    cited = _named_in(asked.answered, store) if refers_back(asked.question) else ()
    return History(asked.earlier, cited, dict(enumerate(cited, 1)))


@dataclass(frozen=True, slots=True)
class Query:
    """What a user asked, understood.

    `question` is as they put it. `phrasings` are the ways to look for it, the first understandable alone. `filters`
    are those applied, as they were written, "of those" among them; `among` are the numbers of the papers that pass
    them, None where there are none; `searched` counts the papers to look among. `kind` is what is asked for, and
    `sides` what a comparison sets side by side. `notice` tells which filters were not applied, or is empty.
    """

    question: str
    rewrites: tuple[str, ...]
    filters: tuple[str, ...]
    among: frozenset[int] | None
    searched: int
    intent: Intent = "fact"
    compared_items: tuple[str, ...] = ()
    notice: str = ""


def understand(question: str, store: Store, past: History = History(), without: Collection[str] = ()) -> Query:
    """`question` as `store` is asked it after what is `past`; the filters of earlier questions are not its own.

    Not applied are the filters written as one of `without`, and those on what no paper tells. Raises QuestionError for
    a malformed filter, and where filters are all there is.
    """
    subject, filters = parse_filters(question, without)
    unknown = [one for one in filters if not store.has_field(one.field)]
    if unknown:
        subject, filters = parse_filters(question, {*without, *(one.written for one in unknown)})
    before = [parse_filters(text)[0] for text in past.earlier[-1:]]
    if (filters or unknown) and not content_terms(subject):  # "and since 2023?" asks what was asked before
        subject = _subject_of(before, [*filters, *unknown])
    among, written = store.matching(filters), [one.written for one in filters]
    asked = rewrites(subject, before, past.cited, past.numbered)
    if past.cited and (these := cited_scope(subject)) and these not in without:
        cited = store.numbers(past.cited)
        among, written = cited if among is None else among & cited, [these, *written]
        asked = [subject] if content_terms(subject) else asked  # what was asked before, they all answer
    return Query(
        question,
        tuple(asked),
        tuple(written),
        among,
        store.paper_count if among is None else len(among),
        intent_of(subject),
        _sides(subject, before, past),
        _notice(unknown),
    )


def written_filters(question: str) -> set[str]:
    """All in `question` that may keep it to some papers, as written. Raises QuestionError for a malformed filter."""
    subject, filters = parse_filters(question)
    return {*(one.written for one in filters), cited_scope(subject)} - {""}


def _sides(subject: str, before: Sequence[str], past: History) -> tuple[str, ...]:
    """What a comparison sets side by side: two things by name, or the papers that the last answer cited."""
    if named := compared_items(subject):
        return tuple(rewrites(side, before, past.cited, past.numbered)[0] for side in named)
    return past.cited[:MAX_COMPARED_CITED] if intent_of(subject) == "comparison" and compares_unnamed(subject) else ()


def _named_in(text: str, store: Store) -> tuple[str, ...]:
    """The titles that occur in `text` as whole words, in order; one within a longer one does not count."""
    words = f" {normalize(text)} "
    titles_by_key = {normalize(title): title for title in store.titles()} if text else {}
    places = sorted((words.find(f" {key} "), -len(key), title) for key, title in titles_by_key.items())
    titles, end = [], 0
    for start, length, title in places:
        if start >= end:
            titles.append(title)
            end = start - length + 1
    return tuple(titles)


def _subject_of(before: Sequence[str], filters: Sequence[YearFilter | NameFilter]) -> str:
    if before and content_terms(before[-1]):
        return before[-1]
    written = " ".join(one.written for one in filters)[:SHOWN]
    raise QuestionError(f"“{written}” only chooses papers. Say what to look for too, such as: diffusion {written}")


def _notice(unknown: Sequence[YearFilter | NameFilter]) -> str:
    told = []
    for told_of, of_field in groupby(unknown, key=lambda one: one.field):
        written = [f"“{one.written}”" for one in of_field]
        were = "was" if len(written) == 1 else "were"
        told.append(f"No paper here tells its {told_of}, so {' and '.join(written)} {were} not applied.")
    return " ".join(told)
