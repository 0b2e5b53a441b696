"""Cost against the number of papers, as an SVG drawing with logarithmic axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader

from tests.bench.measures import BUILD, DISK, NAMES, QUERY, SERVING, Measure

WIDTH, HEIGHT = 300, 200  # of a panel's axes, in pixels
_TITLES = {
    BUILD: "build: ms per abstract",
    QUERY: "query, p50: ms",
    SERVING: "memory while answering queries: MB",
    DISK: "disk: MB per 1,000 papers",
}
_TICKS = [float(f"{step}e{power}") for power in range(-6, 10) for step in (1, 2, 5)]


class Axis(NamedTuple):
    """A logarithmic axis of `length` pixels, between two figures."""

    low: float
    high: float
    length: float

    def at(self, figure: float) -> float:
        return math.log(figure / self.low) / math.log(self.high / self.low) * self.length


def draw(measures: Sequence[Measure]) -> str:
    """The SVG with a panel for each kind of cost."""
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    panels = [_panel(what, [one for one in measures if one.what == what]) for what in _TITLES]
    return environment.get_template("plot.svg").render(panels=panels, names=NAMES, width=WIDTH, height=HEIGHT)


def _panel(what: str, measures: Sequence[Measure]) -> dict[str, object]:
    """Where the ticks are, from the lower left, and the points of each name with the figures' spread."""
    measures = sorted(measures, key=lambda one: one.papers)
    sizes = [one.papers for one in measures]
    figures = [figure for one in measures for group in one.figures.values() for figure in group]
    across = Axis(min(sizes, default=1) / 1.5, max(sizes, default=1) * 1.5, WIDTH)
    low, high = min(figures, default=1) / 1.1, max(figures, default=1) * 1.1
    up = Axis(max(tick for tick in _TICKS if tick <= low), min(tick for tick in _TICKS if tick >= high), HEIGHT)
    return {
        "title": _TITLES[what],
        "sizes": [(across.at(size), f"{size:,}") for size in dict.fromkeys(sizes)],
        "ticks": [(up.at(tick), f"{tick:,g}") for tick in _TICKS if up.low <= tick <= up.high],
        "lines": {name: _points(name, measures, across, up) for name in NAMES},
    }


def _points(name: str, measures: Sequence[Measure], across: Axis, up: Axis) -> list[tuple[float, float, float, float]]:
    """For each size x, and y of the median, the minimum and the maximum."""
    return [
        (across.at(one.papers), up.at(middle), up.at(min(one.figures[name])), up.at(max(one.figures[name])))
        for one in measures
        if (middle := one.median(name)) is not None
    ]
