"""How long-running work reports its progress, and how long it still takes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

# Called with the stage as one word ("reading"), the number of items done, and their total.
Progress = Callable[[str, int, int], None]

_MEASURED_SECONDS, _MEASURED_ITEMS = 3.0, 30  # of a stage before its rate tells anything
_NEWS = 0.3  # of an estimate that a new one changes: readers are not to see it jump
# How many papers are embedded in the time that what follows takes.
_PER_WORD, _PER_LAID_OUT, _CALIBRATION = 1 / 26, 0.2, 30.0
_MAX_WORDS, _MAX_LAID_OUT = 30_000, 5_000


def silent(stage: str, done: int, total: int) -> None:
    """A `Progress` that reports nothing."""


class TimeLeft:
    """Estimates how long a build still takes from how fast it embeds papers, by far the longest stage.

    `clock` gives the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stage, self._began, self._first = "", 0.0, 0
        self._per_paper, self._papers = 0.0, 0  # seconds for each that is embedded, and how many are
        self._ends: float | None = None

    def take(self, stage: str, done: int, total: int) -> None:
        """Notes a report of progress."""
        now = self._clock()
        if stage != self._stage:
            self._stage, self._began, self._first = stage, now, done
        if now - self._began < _MEASURED_SECONDS or done - self._first < _MEASURED_ITEMS:
            return
        per_item = (now - self._began) / (done - self._first)
        if stage == "embedding":
            self._per_paper, self._papers = per_item, total
        ends = now + per_item * (total - done) + self._per_paper * _papers_after(stage, self._papers)
        self._ends = ends if self._ends is None else self._ends + _NEWS * (ends - self._ends)

    @property
    def seconds(self) -> float | None:
        """The seconds left, at least 1; None if that is not known yet."""
        return None if self._ends is None else max(1.0, self._ends - self._clock())


def _papers_after(stage: str, papers: int) -> float:
    """What comes after a stage of embedding `papers` or their vocabulary, in papers: words, map and calibration."""
    if stage not in ("embedding", "vocabulary"):
        return 0.0
    words = min(_MAX_WORDS, 200 * math.sqrt(papers)) if stage == "embedding" else 0.0  # Heaps' law
    return words * _PER_WORD + min(papers, _MAX_LAID_OUT) * _PER_LAID_OUT + _CALIBRATION


def about(seconds: float) -> str:
    """A time left in words: "about 2 minutes left"."""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 50:
        return f"about {10 * math.ceil(seconds / 10)} seconds left"
    if seconds < 90:
        return "about a minute left"
    if seconds < 5_400:
        return f"about {round(seconds / 60)} minutes left"
    return f"about {round(seconds / 3_600)} hours left"
