"""What was said before a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rag.paper import Paper


@dataclass(frozen=True, slots=True)
class History:
    """A conversation before a question.

    `earlier` are the user's questions that were searched for, oldest first; `cited` are the papers that the last answer
    with citations cited, in order; `numbered` are all papers that have a citation number.
    """

    earlier: tuple[str, ...] = ()
    cited: tuple[Paper, ...] = ()
    numbered: Mapping[int, Paper] = field(default_factory=dict)
