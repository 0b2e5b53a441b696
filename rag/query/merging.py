"""The rules' reading of a question and a model's, merged: filters and references that the user wrote out stay."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from rag.index.filters import EARLIEST, LATEST, Filters, NameFilter, YearFilter
from rag.index.store import Store
from rag.query.filters import ALL_FILTERS
from rag.query.intent import term_to_define
from rag.query.reading import Reading
from rag.query.understanding import Query
from rag.text import normalize


def merged(query: Query, reading: Reading, store: Store, without: Collection[str] = ()) -> Query:
    """`query`, as the rules understand a question, with what `reading` adds to it.

    The model's question replaces only a guess at what a follow-up refers to. What it takes for a restriction is one
    only if the user wrote that year or name, some paper has it, the rules found none, and it is not in `without`.
    """
    filters = _filters(query, reading, store, without)
    among = store.matching(filters) if filters else query.among
    is_follow_up = len(query.rewrites) > 1 or bool(query.in_context)
    compared = query.compared_items or (reading.compared if reading.intent == "comparison" else ())
    is_vague = reading.intent is None or (reading.intent == "comparison" and len(compared) < 2)
    intent = query.intent if is_vague else reading.intent or query.intent
    return replace(
        query,
        rewrites=(reading.question, query.rewrites[-1]) if is_follow_up and reading.question else query.rewrites,
        in_context=() if reading.question else query.in_context,
        queries=reading.queries,
        intent=intent,
        compared_items=compared if intent == "comparison" else (),
        term=(term_to_define(reading.question) or query.term) if intent == "definition" else "",
        filters=(*query.filters, *(each.written for each in filters)),
        among=among,
        searched=store.paper_count if among is None else len(among),
    )


def _filters(query: Query, reading: Reading, store: Store, without: Collection[str]) -> Filters:
    """The restrictions that the model found; none if the rules found any, or if they would leave no paper."""
    if query.filters or query.among is not None or ALL_FILTERS in without:
        return Filters()
    names = tuple(
        NameFilter("author", written, normalize(author))
        for author in reading.authors
        if _is_written(author, query.question) and (written := f"author:{author}") not in without
    )
    found = Filters(years=_years(query.question, reading, without), authors=names)
    usable = all(store.has_field(each.field) for each in found)
    return found if found and usable and store.matching(found) else Filters()


def _years(question: str, reading: Reading, without: Collection[str]) -> tuple[YearFilter, ...]:
    first, last = reading.first_year, reading.last_year
    named = [str(year) for year in (first, last) if year is not None]
    if not named or not all(_is_written(year, question) for year in named):
        return ()
    written = f"year:{first or ''}..{last or ''}"
    period = YearFilter(written, first or EARLIEST, last or LATEST)
    return (period,) if period.first <= period.last and written not in without else ()


def _is_written(name: str, question: str) -> bool:
    """Whether `question` has all words of `name`."""
    words = normalize(name)
    return bool(words) and bool(re.search(rf"\b{re.escape(words)}\b", normalize(question)))
