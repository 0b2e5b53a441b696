"""What was measured, and the lines through it: `slopes.json`, written by `python -m tests.scale.measure`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from rag.index.store import EXACT_PAPERS

FILE = Path(__file__).with_name("slopes.json")
FITTED = 20_000  # papers: what the lines through indexes up to here predict is tested with a larger one
LINEAR = ("bm25", "candidates", "feedback")  # parts of a search that look at every paper
FULL = ("vocabulary.f32", "vocabulary.npz")  # files that stop growing at 30,000 words


@dataclass(frozen=True, slots=True)
class Line:
    """A cost that is `fixed`, and so much more `each` paper."""

    fixed: float
    each: float

    def __call__(self, papers: float) -> float:
        return self.fixed + self.each * papers


@dataclass(frozen=True, slots=True)
class Segments:
    """A cost that grows in another way at first: straight between `points` of papers and costs, in their order.

    Beyond the last of them, it grows along `end`, which goes through it.
    """

    points: tuple[tuple[float, float], ...]
    end: Line

    def __call__(self, papers: float) -> float:
        if papers >= self.points[-1][0]:
            return self.end(papers)
        for (before, low), (after, high) in pairwise(self.points):
            if before <= papers <= after:
                return low + (high - low) * (papers - before) / (after - before)
        return self.points[0][1]


@dataclass(frozen=True, slots=True)
class Linearithmic:
    """A cost that is `fixed`, and the higher for a paper the more there are: ``first + rise * ln n`` for the n-th.

    It never falls: papers of which that is below 0 cost nothing.
    """

    fixed: float
    first: float
    rise: float

    def __call__(self, papers: float) -> float:
        free = math.exp(-self.first / self.rise) if self.rise else 1.0
        papers = max(papers, free)
        return self.fixed + papers * (self.first + self.rise * (math.log(papers) - 1))


Growth = Callable[[float], float]  # papers → cost


@dataclass(frozen=True, slots=True)
class Power:
    """A count that grows as ``factor * papers ** exponent``, such as the words of a collection (Heaps 1978)."""

    factor: float
    exponent: float

    def __call__(self, papers: float) -> float:
        return float(self.factor * papers**self.exponent)


def line(points: Sequence[tuple[float, float]]) -> Line:
    """The line with the least relative errors through `points` of papers and costs; neither of its parts is negative.

    Relative, as otherwise only the largest index would count.
    """
    weights = [1 / cost**2 for _, cost in points]
    total = sum(weights)
    x = sum(w * papers for w, (papers, _) in zip(weights, points, strict=True)) / total
    y = sum(w * cost for w, (_, cost) in zip(weights, points, strict=True)) / total
    products = sum(w * (papers - x) * (cost - y) for w, (papers, cost) in zip(weights, points, strict=True))
    each = max(products / sum(w * (papers - x) ** 2 for w, (papers, _) in zip(weights, points, strict=True)), 0.0)
    if y < each * x:  # through the origin
        each = sum(w * papers * cost for w, (papers, cost) in zip(weights, points, strict=True)) / sum(
            w * papers**2 for w, (papers, _) in zip(weights, points, strict=True)
        )
    return Line(max(y - each * x, 0.0), each)


def segments(points: Sequence[tuple[float, float]], is_full: bool = False) -> Segments:
    """Through `points` of papers and costs, which grow no more if the last one `is_full`."""
    ordered = tuple(sorted(points))
    (before, low), (after, high) = ordered[-2:]
    each = 0.0 if is_full else max((high - low) / (after - before), 0.0)
    return Segments(ordered, Line(high - each * after, each))


def linearithmic(points: Sequence[tuple[float, float]]) -> Linearithmic:
    """The one with the least relative errors through `points` of papers and costs; a line where papers get cheaper."""
    papers, costs = np.array(points, dtype=float).T
    terms = np.array([np.ones_like(papers), papers, papers * (np.log(papers) - 1)])
    fixed, first, rise = np.linalg.lstsq((terms / costs).T, np.ones_like(costs))[0].tolist()
    if rise > 0:
        return Linearithmic(fixed, first, rise)
    straight = line(points)
    return Linearithmic(straight.fixed, straight.each, 0.0)


def power(points: Sequence[tuple[float, float]]) -> Power:
    """The power law through `points`."""
    logs = [(math.log(papers), math.log(amount)) for papers, amount in points]
    x, y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    exponent = sum((a - x) * (b - y) for a, b in logs) / sum((a - x) ** 2 for a, _ in logs)
    return Power(math.exp(y - exponent * x), exponent)


class Slopes:
    """The lines through the measurements of indexes with at most `fitted` papers."""

    def __init__(self, measured: dict[str, Any], fitted: float = math.inf) -> None:
        self.measured = measured
        self._asked = [one for one in measured["asked"] if one["papers"] <= fitted]
        self._built = [one for one in measured["built"] if one["papers"] <= fitted]
        self._added = [one for one in measured["added"] if one["papers"] <= fitted]
        self.largest = max(self._asked, key=lambda one: int(one["papers"]))

    @property
    def encode(self) -> float:
        """Core seconds to encode a paper."""
        return float(self.measured["encode"]["cpu"])

    @property
    def tokens(self) -> float:
        """Tokens of a paper."""
        return float(self.measured["encode"]["tokens"])

    @property
    def characters(self) -> float:
        """Characters of the title and abstract of a paper."""
        return float(self.measured["encode"]["characters"])

    @property
    def passages(self) -> float:
        """Vectors of passages, of which a paper has several."""
        return float(self.largest["counts"]["vectors"] / self.largest["papers"])

    def files(self) -> dict[str, Growth]:
        """Bytes of each file of a generation."""
        names = sorted({name for one in self._asked for name in one["files"]})
        return {name: self._file(name) for name in names}

    def stage(self, stage: str) -> Growth:
        """CPU seconds of a stage of a build: "prepare", "read", "write", "words", "vocabulary", "map" or "calibrate".

        A vector takes the longer to insert the larger the graph is. The vocabulary is full at 30,000 words, and the map
        lays out a sample of 4,000 papers: what they cost then says nothing of what they cost before.
        """
        points = [(one["papers"], one["cpu"][stage]) for one in self._built]
        if stage == "write":
            return linearithmic(points)
        if stage in ("vocabulary", "map"):
            return segments(points, is_full=stage == "vocabulary")
        return line(points)

    def served(self, papers: float) -> float:
        """Seconds to write so many papers to a Chroma server.

        A paper takes what it took when that was measured, and as much longer as it does in the graph of an index.
        """
        found, write = self.measured["served"], self.stage("write")
        each = found["seconds"] / found["papers"]
        return float(papers * each + write(papers) - papers * write(found["papers"]) / found["papers"])

    def build_memory(self) -> Growth:
        """Bytes that a build takes at most, without pages of files."""
        return segments([(one["papers"], one["peak"]) for one in self._built])

    def own_memory(self) -> Line:
        """Bytes of a process that has answered questions, without pages of files."""
        return self._line(self._asked, lambda one: one["memory"]["asked"]["own"])

    def opening(self) -> Growth:
        """CPU seconds to open an index."""
        return segments([(one["papers"], one["open"]) for one in self._asked])

    def operation(self, name: str) -> Growth:
        """CPU seconds of something that is done now and then."""
        return segments([(one["papers"], one["operations"][name]) for one in self._asked])

    def comparing(self) -> float:
        """CPU seconds to compare a paper that passes a filter, measured with as many as are always compared."""
        found = max(
            (one for one in self._asked if one["papers"] <= 2 * EXACT_PAPERS), key=lambda one: int(one["papers"])
        )
        seconds = found["operations"]["filtered"] - found["operations"]["unfiltered"]
        return float(seconds / (found["papers"] / 2))  # as half of them passed

    def map_bytes(self) -> Line:
        """Bytes of the map that a browser loads."""
        return self._line(self._asked, lambda one: one["map_bytes"])

    def adding(self) -> Growth:
        """CPU seconds of adding one paper."""
        return segments([(one["papers"], one["cpu"]) for one in self._added])

    def searching(self) -> Segments:
        """CPU seconds of a search, on average, of no more papers than were measured."""
        return segments([(one["papers"], one["query"]["mean"]) for one in self._asked])

    def parts(self) -> dict[str, Line]:
        """CPU seconds of each part of a search; those that do not look at every paper are as in the largest index."""
        found = {}
        for part, seconds in self.largest["query"]["parts"].items():
            fixed = Line(seconds, 0.0)
            found[part] = (
                self._line(self._asked, lambda one, part=part: one["query"]["parts"][part]) if part in LINEAR else fixed
            )
        rest = self.largest["query"]["mean"] - sum(self.largest["query"]["parts"].values())
        return found | {"rest": Line(rest, 0.0)}

    def terms(self) -> Power:
        """Distinct terms of the papers."""
        return power([(one["papers"], one["terms"]) for one in self._asked])

    def ratio(self, quantile: str) -> float:
        """The "p50" or "p99" of a search relative to the mean, in the largest index."""
        return float(self.largest["query"][quantile] / self.largest["query"]["mean"])

    def _file(self, name: str) -> Growth:
        if name in FULL:
            return segments([(one["papers"], one["files"][name]) for one in self._asked], is_full=True)
        return self._line(self._asked, lambda one: one["files"].get(name, 0))

    @staticmethod
    def _line(measured: Sequence[dict[str, Any]], of: Callable[[dict[str, Any]], float]) -> Line:
        points = [(one["papers"], of(one)) for one in measured]
        return line([(papers, max(cost, 1e-9)) for papers, cost in points])


@cache
def load(fitted: float = math.inf) -> Slopes:
    """Those of `slopes.json`, of indexes with at most `fitted` papers."""
    return Slopes(json.loads(FILE.read_text(encoding="utf-8")), fitted)
