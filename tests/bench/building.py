"""Building an index, from the start of the process to its end, and rebuilding one."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

from rag.progress import silent
from rag.sources.gather import gather
from tests.bench import measures, papers, processes, sides
from tests.bench.measures import Measure
from tests.bench.sides import SIDES, Collection

KEPT = 10_000  # papers from which an index is built once and kept
_REPEATED = 1_000  # papers up to which a build is repeated
_REPEATS = 3
_PER_PAPER = 0.15  # seconds, at worst, for saying how long a build may take


def prepare(size: int) -> Collection:
    """Writes `size` papers and questions about them."""
    collection = Collection(size, sides.FOLDER / str(size))
    collection.folder.mkdir(parents=True, exist_ok=True)
    made = papers.collection(size)
    papers.write(made, collection.papers)
    collection.questions.write_text(json.dumps(papers.questions(made)), encoding="utf-8")
    return collection


def compare(collection: Collection) -> list[Measure]:
    """Builds on both sides, and of ours the rebuilds; none of it with a collection whose indexes are kept."""
    if collection.size >= KEPT:
        _keep(collection)
        return []
    repeats = _REPEATS if collection.size <= _REPEATED else 1
    return [*_builds(collection, repeats), *_rebuilds(collection, repeats)]


def _builds(collection: Collection, repeats: int) -> list[Measure]:
    size = collection.size
    seconds, peak = Measure(measures.BUILD, "ms per abstract", size), Measure("memory, build", "MB", size)
    for _ in range(repeats):
        for side in SIDES:
            run = sides.build(side, collection)
            seconds.add(side.name, run.seconds / size * 1e3)
            peak.add(side.name, run.peak / 1e6)
        floor = processes.run(f"{size:,} papers, floor", sides.floor(collection.papers))
        seconds.add(measures.FLOOR, float(floor.output) / size * 1e3)
    return [seconds, peak]


def _rebuilds(collection: Collection, repeats: int) -> list[Measure]:
    """Of a copy of the index, from the file that it was built from."""
    unchanged = Measure("rebuild, nothing changed", "s", collection.size)
    changed = Measure("rebuild, one paper changed", "s", collection.size)
    made = gather([collection.papers], silent).papers
    revised = [*made[:-1], replace(made[-1], abstract=f"{made[-1].abstract} A later version corrects one figure.")]
    copy = collection.folder / "copy"
    for _ in range(repeats):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(SIDES[0].index(collection), copy)
        for measure, content in ((unchanged, made), (changed, revised)):
            papers.write(content, collection.papers)
            label = f"{collection.size:,} papers, ours: {measure.what}"
            measure.add(
                measures.OURS, processes.run(label, sides.rag("rebuild", collection.papers, "--index", copy)).seconds
            )
        papers.write(made, collection.papers)
    shutil.rmtree(copy)
    return [unchanged, changed]


def _keep(collection: Collection) -> None:
    """Builds the indexes that are not there yet."""
    for side in SIDES:
        if not side.index(collection).exists():
            minutes = collection.size * _PER_PAPER / 60
            print(f"Indexing {collection.size:,} papers once, to keep; this may take up to {minutes:.0f} minutes.")
            sides.build(side, collection)
