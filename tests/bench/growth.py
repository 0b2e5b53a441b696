"""What far more papers would cost: on the line through what the two largest collections that were measured cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tests.bench.measures import BUILD, DISK, OURS, QUERY, SERVING, Measure

LARGER = (1_000_000, 10_000_000)  # papers


class _Cost(NamedTuple):
    """What grows, and in which `unit` it is shown; `total` of a figure and a number of papers is in that unit."""

    what: str
    unit: str
    total: Callable[[float, int], float]


_COSTS = (
    _Cost(BUILD, "h", lambda milliseconds, papers: milliseconds * papers / 3.6e6),
    _Cost(QUERY, "ms", lambda milliseconds, _: milliseconds),
    _Cost(SERVING, "GB", lambda megabytes, _: megabytes / 1e3),
    _Cost(DISK, "GB", lambda megabytes, papers: megabytes * papers / 1e6),
)


def computed(measures: Sequence[Measure]) -> list[Measure]:
    """Our costs with as many papers as in LARGER, of each kind that was measured with at least two collections."""
    return [found for papers in LARGER for cost in _COSTS if (found := _computed(cost, papers, measures))]


def _computed(cost: _Cost, papers: int, measures: Sequence[Measure]) -> Measure | None:
    totals = {  # by size, as an index of a user may be as large as a collection of ours
        one.papers: cost.total(figure, one.papers)
        for one in measures
        if one.what == cost.what and (figure := one.median(OURS)) is not None
    }
    if len(totals) < 2:
        return None
    (small, before), (large, after) = sorted(totals.items())[-2:]
    measure = Measure(f"computed: {cost.what}", cost.unit, papers)
    measure.add(OURS, after + (papers - large) * (after - before) / (large - small))
    return measure
