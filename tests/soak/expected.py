"""What a user must see: their conversations as they were last confirmed, and what else they may be after a failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.soak.shown import ShownTurn


@dataclass(frozen=True)
class Turn:
    """A turn as it must be shown. `answer` is None where its user has not seen the end of it."""

    question: str
    answer: str | None = None
    rated: str = ""
    note: str = ""

    def allows(self, shown: ShownTurn) -> bool:
        """Whether it may look like this."""
        seen = (shown.question, shown.rated, shown.note)
        return (self.question, self.rated, self.note) == seen and self.answer in (None, shown.answer)


Turns = tuple[Turn, ...]


@dataclass
class Talk:
    """A conversation. `possible` are the ways it may be, without turns if it may be gone; one unless a request failed.

    `exports` are the files that were saved of it, by their addresses and the turns they were made of.
    """

    name: str = ""
    possible: list[Turns] = field(default_factory=lambda: [()])
    exports: dict[tuple[str, Turns], str] = field(default_factory=dict)

    @property
    def turns(self) -> Turns:
        return self.possible[0]

    @property
    def is_certain(self) -> bool:
        """Whether it is known how it must be, to the last answer."""
        return len(self.possible) == 1 and all(turn.answer is not None for turn in self.turns)

    def confirm(self, *possible: Turns) -> None:
        """From now on it is one of `possible`."""
        self.possible = list(possible)

    def take(self, shown: Sequence[ShownTurn]) -> str:
        """Compares it with a page that shows it; from then on it must stay so. What differs, "" if nothing does."""
        differences = [_difference(turns, shown) for turns in self.possible]
        self.possible = [tuple(Turn(one.question, one.answer, one.rated, one.note) for one in shown)]
        return "" if "" in differences else differences[0]


def _difference(turns: Turns, shown: Sequence[ShownTurn]) -> str:
    if len(turns) != len(shown):
        return f"{len(turns)} turns expected, {len(shown)} shown"
    for n, (turn, seen) in enumerate(zip(turns, shown, strict=True)):
        if not turn.allows(seen):
            return f"turn {n}: {turn} expected, {seen} shown"
    return ""
