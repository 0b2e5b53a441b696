"""What a build has to write: all papers afresh, or only what changed since the index before, which is copied."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.index.previous import Previous
from rag.paper import Paper

if TYPE_CHECKING:
    import numpy as np

CHUNK = 128  # papers embedded and written at a time: bounds memory, and lets progress show
MAX_DRIFT = 0.1  # of the papers that may have come or gone before the map and the calibration are made anew

Chunk = list[tuple[int, Paper]]  # papers by their numbers


@dataclass(frozen=True)
class Plan:
    """Which numbers papers have, from 1 without gaps, and which of them must be written.

    ``kept[number]`` is the number that a paper has in the index before, 0 if it is written: int64 of (papers + 1,).
    `edited` papers are kept, but for fields that are not embedded. `removed` are numbers in the index before.
    """

    kept: np.ndarray
    written: Chunk
    edited: Chunk
    removed: tuple[int, ...]

    @property
    def papers(self) -> int:
        """The number of papers."""
        return len(self.kept) - 1

    @property
    def changes(self) -> int:
        """How many papers come or go."""
        return len(self.written) + len(self.removed)

    @property
    def moved(self) -> list[tuple[int, int]]:
        """Papers that fill a gap: their numbers in the index before, and now."""
        return [(before, now) for now, before in enumerate(self.kept.tolist()) if before and before != now]

    def chunks(self) -> Iterator[Chunk]:
        """What is written, in chunks that each step through all of it, so that the first is a sample."""
        count = math.ceil(len(self.written) / CHUNK)
        for start in range(count):
            yield self.written[start::count]


def afresh(papers: Sequence[Paper]) -> Plan:
    """The plan that writes all `papers`."""
    import numpy as np

    return Plan(np.zeros(len(papers) + 1, np.int64), list(enumerate(papers, 1)), [], ())


def update(previous: Previous, papers: Sequence[Paper]) -> Plan:
    """The plan that makes `papers` of the `previous` index: its papers keep their numbers, unless there are fewer now.

    Then those with the highest numbers fill the gaps.
    """
    import numpy as np

    unclaimed: dict[bytes, list[int]] = defaultdict(list)
    for number in range(len(previous.papers), 0, -1):
        unclaimed[previous.papers[number - 1].content].append(number)
    kept, new = {}, []
    for paper in papers:
        if numbers := unclaimed.get(paper.content):
            kept[numbers.pop()] = paper
        else:
            new.append(paper)
    free = iter(sorted(set(range(1, len(papers) + 1)) - kept.keys()))
    numbers_before = np.zeros(len(papers) + 1, np.int64)
    edited = []
    for before, paper in sorted(kept.items()):
        now = before if before <= len(papers) else next(free)
        numbers_before[now] = before
        if paper != previous.papers[before - 1]:
            edited.append((now, paper))
    removed = sorted(set(range(1, len(previous.papers) + 1)) - kept.keys())
    return Plan(numbers_before, list(zip(free, new, strict=True)), edited, tuple(removed))
