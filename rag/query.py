"""A question as the index is asked it: the ways to look for its answer, and the papers to look among."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rag.errors import QuestionError
from rag.filters import SHOWN, Named, parse
from rag.periods import Years
from rag.question import asks_for_papers, phrasings, terms

if TYPE_CHECKING:
    from rag.index.store import Store


@dataclass(frozen=True, slots=True)
class Query:
    """What a user asked, understood.

    `question` is as they put it. `phrasings` are the ways to look for it, the first understandable alone. `filters`
    are those applied, as they were written; `among` are the numbers of the papers that pass them, None where there
    are none; `searched` counts the papers to look among. `listing` is true where all papers that match are asked for.
    `notice` tells which filters were not applied, or is empty.
    """

    question: str
    phrasings: tuple[str, ...]
    filters: tuple[str, ...]
    among: frozenset[int] | None
    searched: int
    listing: bool = False
    notice: str = ""


def understand(question: str, store: Store, earlier: Sequence[str] = (), without: Collection[str] = ()) -> Query:
    """`question` as `store` is asked it, behind the user's `earlier` ones, oldest first, whose filters are not its own.

    Not applied are the filters written as one of `without`, and those on what no paper tells. Raises QuestionError for
    a malformed filter, and where filters are all there is.
    """
    subject, filters = parse(question, without)
    unknown = [one for one in filters if not store.knows(one.field)]
    if unknown:
        subject, filters = parse(question, {*without, *(one.written for one in unknown)})
    before = [parse(text)[0] for text in earlier[-1:]]
    if (filters or unknown) and not terms(subject):  # "and since 2023?" asks what was asked before
        subject = _subject_of(before, [*filters, *unknown])
    among = store.matching(filters)
    return Query(
        question,
        tuple(phrasings(subject, before)),
        tuple(one.written for one in filters),
        among,
        store.papers if among is None else len(among),
        asks_for_papers(subject),
        _notice(unknown),
    )


def _subject_of(before: Sequence[str], filters: Sequence[Years | Named]) -> str:
    if before and terms(before[-1]):
        return before[-1]
    written = " ".join(one.written for one in filters)[:SHOWN]
    raise QuestionError(f"“{written}” only chooses papers. Say what to look for too, such as: diffusion {written}")


def _notice(unknown: Sequence[Years | Named]) -> str:
    told = []
    for field, of_field in groupby(unknown, key=lambda one: one.field):
        written = [f"“{one.written}”" for one in of_field]
        were = "was" if len(written) == 1 else "were"
        told.append(f"No paper here tells its {field}, so {' and '.join(written)} {were} not applied.")
    return " ".join(told)
