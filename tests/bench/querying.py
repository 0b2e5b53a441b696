"""Queries, one after the other in an open process, the memory that it takes, and the disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tests.bench import measures, processes, sides
from tests.bench.measures import Measure, percentile
from tests.bench.sides import SIDES, Collection, Side

_REPEATS = 5


def compare(collection: Collection) -> list[Measure]:
    """Both sides, the same questions."""
    indexes = [(side, side.index(collection)) for side in SIDES]
    return _measured(collection.size, indexes, collection.questions)


def ours(index_dir: Path) -> list[Measure]:
    """The index of a user, with questions about papers that it holds."""
    questions = sides.FOLDER / "questions.json"
    count = int(processes.run(f"{index_dir}, ours: sample", sides.ours("sample", index_dir, questions)).output)
    return _measured(count, [(SIDES[0], index_dir)], questions)


def _measured(size: int, indexes: Sequence[tuple[Side, Path]], questions: Path) -> list[Measure]:
    p50, p95 = Measure(measures.QUERY, "ms", size), Measure("query, p95", "ms", size)
    peak = Measure(measures.SERVING, "MB", size)
    disk = Measure(measures.DISK, "MB per 1,000 papers", size)
    for _ in range(_REPEATS):
        for side, index in indexes:
            run = processes.run(f"{size:,} papers, {side.name}: queries", side.queries(index, questions))
            seconds = json.loads(run.output)
            p50.raw.setdefault(side.name, []).append(seconds)
            p50.add(side.name, percentile(seconds, 0.5) * 1e3)
            p95.add(side.name, percentile(seconds, 0.95) * 1e3)
            peak.add(side.name, run.peak / 1e6)
    for side, index in indexes:
        disk.add(side.name, sides.disk(side, index) / size * 1e3 / 1e6)
    return [p50, p95, peak, disk]
