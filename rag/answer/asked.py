"""What a reader asks for beside the question."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from rag.query.history import History


@dataclass(frozen=True, slots=True)
class Asked:
    """How an answer is to be made.

    An answer to a question with less than `min_probability` of having one is a refusal. At most `max_papers`, from 1,
    are used; None uses all relevant papers. Filters written as one of `without` are not applied. `history` is what was
    said before.
    """

    min_probability: float
    max_papers: int | None = None
    without: Collection[str] = ()
    history: History = History()  # noqa: RUF009 - it is immutable
