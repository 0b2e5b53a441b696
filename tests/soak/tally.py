"""What happened in a soak, counted: requests by kind, errors told in words, and every broken promise."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

LOST, CROSSED, ALLOWED, SERVER_ERROR, HUNG, DROPPED, UNTOLD, LEAKED = (
    "lost: confirmed to a user, and not there afterwards",
    "crossed: of one user, and seen or changed by another",
    "allowed: what only curators may do, done by a reader",
    "server errors: a status of 500 or more, or a traceback",
    "hung: no reply within the time limit",
    "dropped: a connection that ended early while the server was up",
    "untold: a failure without a word about it",
    "leaked: memory or handles that grew",
)
PROMISES = (LOST, CROSSED, ALLOWED, SERVER_ERROR, HUNG, DROPPED, UNTOLD, LEAKED)
_VARIABLE = re.compile(r"“[^”]*”|/[\w./-]+|\b[0-9a-f]{12,}\b|\d[\d,.]*\d|\d")


def in_general(text: str) -> str:
    """`text` without the names and numbers in it, so that like messages are counted together."""
    return _VARIABLE.sub("…", text)


@dataclass
class Tally:
    """Counts of `requests` by kind and of errors `told`, by their text; each broken promise with what was seen."""

    requests: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)  # what failed because the server was killed just then
    checks: int = 0  # comparisons of what a user sees with what they must see
    broken: dict[str, list[str]] = field(default_factory=lambda: {promise: [] for promise in PROMISES})

    def tell(self, text: str) -> None:
        """Counts an error that the user was told in words."""
        self.told[in_general(text)] += 1

    def broke(self, promise: str, what: str) -> None:
        """Notes that a promise was broken, and how."""
        self.broken[promise].append(what)

    @property
    def holds(self) -> bool:
        return not any(self.broken.values())
