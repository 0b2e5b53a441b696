"""The two that are compared: the commands that start them, and where their indexes are."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rag.index import generations
from rag.index.manifest import SCHEMA
from tests.bench import measures, processes
from tests.bench.processes import ROOT, BenchError, Run

FOLDER = ROOT / ".bench"
PYTHON = FOLDER / "venv" / "bin" / "python"  # of the quickstart and the floor
_HERE = Path(__file__).parent

Command = list[str | Path]


@dataclass(frozen=True)
class Collection:
    """The `folder` of a collection of `size` papers, its files and its indexes."""

    size: int
    folder: Path

    @property
    def papers(self) -> Path:
        return self.folder / "papers.jsonl"

    @property
    def questions(self) -> Path:
        return self.folder / "questions.json"


@dataclass(frozen=True)
class Side:
    """One of the two: `build` makes the command that indexes a file, `queries` the one that times questions.

    `stored` is the folder of an index that it has to keep.
    """

    name: str
    index_name: str
    build: Callable[[Path, Path], Command]
    queries: Callable[[Path, Path], Command]
    stored: Callable[[Path], Path]

    def index(self, collection: Collection) -> Path:
        return collection.folder / self.index_name


def rag(*arguments: str | Path) -> Command:
    return [sys.executable, "-m", "rag", *arguments]


def quickstart(*arguments: str | Path) -> Command:
    return [PYTHON, _HERE / "quickstart.py", *arguments]


def floor(papers: Path) -> Command:
    return [PYTHON, _HERE / "floor.py", papers]


def ours(*arguments: str | Path) -> Command:
    return [sys.executable, "-m", "tests.bench.ours", *arguments]


def _generation(index_dir: Path) -> Path:
    folder = generations.current(index_dir)
    if folder is None:
        raise BenchError(f"There is no index in {index_dir}. Give the folder that rag rebuild --index was given.")
    return folder


SIDES = (
    Side(
        measures.OURS,
        f"ours-{SCHEMA}",
        build=lambda papers, index: rag("rebuild", papers, "--index", index),
        queries=lambda index, questions: ours("queries", index, questions),
        stored=_generation,
    ),
    Side(
        measures.QUICKSTART,
        "quickstart",
        build=lambda papers, index: quickstart("build", index, papers),
        queries=lambda index, questions: quickstart("queries", index, questions),
        stored=lambda index: index,
    ),
)


def build(side: Side, collection: Collection) -> Run:
    """Indexes `collection` anew. Only a complete index gets the name of one."""
    index = side.index(collection)
    part = index.with_name(f"{index.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    run = processes.run(f"{collection.size:,} papers, {side.name}: build", side.build(collection.papers, part))
    shutil.rmtree(index, ignore_errors=True)
    part.rename(index)
    return run


def disk(side: Side, index: Path) -> int:
    """Bytes of the files of `index`."""
    return sum(file.stat().st_size for file in side.stored(index).rglob("*") if file.is_file())
