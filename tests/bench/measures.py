"""What was measured: figures of each side, and their ratios."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

OURS, QUICKSTART, FLOOR = "ours", "quickstart", "floor"
NAMES = (OURS, QUICKSTART, FLOOR)
# What the plot shows over the number of papers.
BUILD, QUERY, SERVING, DISK = "build", "query, p50", "memory, queries", "disk"


@dataclass(frozen=True)
class Measure:
    """One line of the table: what was measured with how many papers, and the figures by name, one of each repeat.

    `raw` has what each figure was computed from, where that is more than one number.
    """

    what: str
    unit: str
    papers: int
    figures: dict[str, list[float]] = field(default_factory=dict)
    raw: dict[str, list[list[float]]] = field(default_factory=dict)

    def add(self, name: str, figure: float) -> None:
        self.figures.setdefault(name, []).append(figure)

    def median(self, name: str) -> float | None:
        return statistics.median(self.figures[name]) if name in self.figures else None

    def ratio(self, name: str) -> float | None:
        """Ours to that of `name`."""
        ours, other = self.median(OURS), self.median(name)
        return ours / other if ours is not None and other else None


def percentile(figures: Sequence[float], share: float) -> float:
    """The figure that `share` of `figures` do not exceed."""
    return sorted(figures)[round(share * len(figures)) - 1]


def per_further(small: Measure, large: Measure, what: str) -> Measure:
    """How much more `large` took for each paper that `small` did not have: the cost without that of starting up."""
    measure = Measure(what, small.unit, large.papers)
    for name in NAMES:
        before, after = small.median(name), large.median(name)
        if before is not None and after is not None:
            measure.add(name, (after * large.papers - before * small.papers) / (large.papers - small.papers))
    return measure
