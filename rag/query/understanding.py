"""Turns a question and its history into a query: what to search for, and among which papers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from rag.errors import QuestionError
from rag.index.filters import NameFilter, YearFilter
from rag.language.tokens import content_terms
from rag.paper import Paper
from rag.query.filters import MAX_FILTER_CHARS, parse_filters
from rag.query.followups import refers_back, rewrites
from rag.query.intent import Intent, cited_scope, compared_items, compares_unnamed, intent_of
from rag.text import normalize

if TYPE_CHECKING:
    from rag.index.store import Store
    from rag.query.batch import BatchQuestion

MAX_COMPARED_CITED = 4  # papers of the last answer, the best, to compare if the question names none


@dataclass(frozen=True, slots=True)
class History:
    """A conversation before a question.

    `earlier` are the user's questions, oldest first; `cited` are the papers that the last answer with citations cited,
    in order; `numbered` are all papers that have a citation number.
    """

    earlier: tuple[str, ...] = ()
    cited: tuple[Paper, ...] = ()
    numbered: Mapping[int, Paper] = field(default_factory=dict)


def batch_history(question: BatchQuestion, store: Store) -> History:
    """The history of a question of a file. Its last answer cites the papers whose full titles it contains."""
    cited = _papers_named_in(question.last_answer, store) if refers_back(question.question) else ()
    return History(question.earlier, cited, dict(enumerate(cited, 1)))


@dataclass(frozen=True, slots=True)
class Query:
    """A question, understood.

    `question` is the user's wording; `rewrites` are the texts to search with, of which the first makes sense alone.
    `filters` are the applied filters as written, "of those" among them; `among` are the numbers of the papers that pass
    them, None without filters; `searched` counts the papers to search. `compared_items` are what a comparison sets side
    by side. `notice` says which filters were ignored, or is "".
    """

    question: str
    rewrites: tuple[str, ...]
    filters: tuple[str, ...]
    among: frozenset[int] | None
    searched: int
    intent: Intent = "fact"
    compared_items: tuple[str, ...] = ()
    notice: str = ""


def understand(question: str, store: Store, history: History = History(), without: Collection[str] = ()) -> Query:
    """The query for `question` after `history`, for the papers in `store`.

    Ignored are the filters of earlier questions, filters written as one of `without`, and filters on fields that none
    of the papers has. Raises QuestionError for a malformed filter, and for a question that consists of filters only and
    follows no other.
    """
    subject, filters = parse_filters(question, without)
    unusable = [each for each in filters if not store.has_field(each.field)]
    if unusable:
        subject, filters = parse_filters(question, {*without, *(each.written for each in unusable)})
    earlier = [parse_filters(text)[0] for text in history.earlier[-1:]]
    if (filters or unusable) and not content_terms(subject):  # "and since 2023?" repeats the question before
        subject = _earlier_subject(earlier, [*filters, *unusable])
    among, written = store.matching(filters), [each.written for each in filters]
    texts = rewrites(subject, earlier, history.cited, history.numbered)
    if history.cited and (scope := cited_scope(subject)) and scope not in without:
        cited = store.numbers_of(history.cited)
        among, written = cited if among is None else among & cited, [scope, *written]
        texts = [subject] if content_terms(subject) else texts  # all cited papers match the question before
    return Query(
        question,
        tuple(texts),
        tuple(written),
        among,
        store.paper_count if among is None else len(among),
        intent_of(subject),
        _compared(subject, earlier, history),
        _notice(unusable),
    )


def written_filters(question: str) -> set[str]:
    """All restrictions in `question`, as written. Raises QuestionError for a malformed filter."""
    subject, filters = parse_filters(question)
    return {*(each.written for each in filters), cited_scope(subject)} - {""}


def _compared(subject: str, earlier: Sequence[str], history: History) -> tuple[str, ...]:
    """What a comparison sets side by side: the items it names, or else the titles that the last answer cited."""
    if items := compared_items(subject):
        return tuple(rewrites(item, earlier, history.cited, history.numbered)[0] for item in items)
    if intent_of(subject) == "comparison" and compares_unnamed(subject):
        return tuple(paper.title for paper in history.cited[:MAX_COMPARED_CITED])
    return ()


def _papers_named_in(text: str, store: Store) -> tuple[Paper, ...]:
    """The papers whose titles occur in `text` as whole words, in order, leaving out titles within longer ones."""
    words = f" {normalize(text)} "
    numbers_by_key: dict[str, list[int]] = {}
    for number, title in enumerate(store.titles() if text else (), 1):
        numbers_by_key.setdefault(normalize(title), []).append(number)
    matches = sorted((words.find(f" {key} "), -len(key), numbers) for key, numbers in numbers_by_key.items())
    found: list[int] = []
    end = 0
    for start, negative_length, numbers in matches:
        if start >= end:  # it occurs, and not within the match before
            found += numbers
            end = start - negative_length + 1
    return tuple(map(store.paper, found))


def _earlier_subject(earlier: Sequence[str], filters: Sequence[YearFilter | NameFilter]) -> str:
    """The subject of the question before. Raises QuestionError, showing `filters`, if there is none."""
    if earlier and content_terms(earlier[-1]):
        return earlier[-1]
    written = " ".join(each.written for each in filters)[:MAX_FILTER_CHARS]
    raise QuestionError(f"“{written}” only selects papers. Add what to look for, for example: diffusion {written}")


def _notice(unusable: Sequence[YearFilter | NameFilter]) -> str:
    """Which filters were ignored because none of the papers has the field."""
    sentences = []
    for name, filters in groupby(unusable, key=lambda each: each.field):
        written = [f"“{each.written}”" for each in filters]
        article, were = "an" if name == "author" else "a", "was" if len(written) == 1 else "were"
        sentences.append(f"None of these papers has {article} {name}, so {' and '.join(written)} {were} not applied.")
    return " ".join(sentences)
