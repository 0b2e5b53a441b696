"""The table, and all figures as JSON."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from tests.bench.measures import FLOOR, NAMES, QUICKSTART, Measure

_WIDTHS = (44, 24, 24, 24, 15, 10)
_HEADINGS = ("median (min–max)", *NAMES, "÷ quickstart", "÷ floor")


def table(measures: Sequence[Measure]) -> str:
    """One line for each of `measures`, in blocks by the number of papers."""
    lines = [_line(_HEADINGS)]
    for papers, block in groupby(sorted(measures, key=lambda one: one.papers), key=lambda one: one.papers):
        lines += ["", f"{papers:,} papers", *map(_row, block)]
    return "\n".join(lines)


def _row(measure: Measure) -> str:
    figures = [_spread(measure.figures.get(name, [])) for name in NAMES]
    ratios = [measure.ratio(name) for name in (QUICKSTART, FLOOR)]
    shown = ["" if ratio is None else f"{number(ratio)} ×" for ratio in ratios]
    return _line((f"  {measure.what}, {measure.unit}", *figures, *shown))


def _line(cells: Sequence[str]) -> str:
    return "".join((cells[0].ljust(_WIDTHS[0]), *map(str.rjust, cells[1:], _WIDTHS[1:]))).rstrip()


def _spread(figures: Sequence[float]) -> str:
    """The median of `figures`, and between which they lie if there are several."""
    if not figures:
        return ""
    middle = number(statistics.median(figures))
    return middle if len(figures) == 1 else f"{middle} ({number(min(figures))}–{number(max(figures))})"


def number(value: float) -> str:
    """Three significant digits."""
    digits = 2 - math.floor(math.log10(abs(value))) if value else 0
    return f"{round(value, digits):,.{max(0, digits)}f}"


def as_json(machine: dict[str, object], measures: Sequence[Measure]) -> str:
    return json.dumps({"machine": machine, "measures": [asdict(one) for one in measures]}, indent=1)
