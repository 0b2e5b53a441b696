"""Rebuilds an index from files."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.paper import Paper
from rag.progress import Progress
from rag.sources.gather import gather
from rag.sources.skipped import Skipped
from rag.text import count

if TYPE_CHECKING:
    from rag.index.calibration import Curve
    from rag.index.store import Store
    from rag.models.encoding import Embedding


@dataclass(frozen=True)
class BuildReport:
    """What a rebuild did. `seconds` is the time from reading the first file to making the new index current.

    It is not `built` if the index was made from the same papers already, and whole.
    """

    built: bool
    files: int
    records: int
    papers: int
    skipped: tuple[Skipped, ...]
    seconds: float

    @property
    def duplicates(self) -> int:
        return self.records - self.papers

    def __str__(self) -> str:
        return ("" if self.built else "Nothing has changed, the index stays as it is: ") + (
            f"{count(self.files, 'file')}, {count(self.records, 'record')}, {count(self.papers, 'paper')}, "
            f"{count(self.duplicates, 'duplicate')}, {len(self.skipped):,} skipped, {self.seconds:.1f} seconds"
        )


def rebuild(paths: list[Path], index_dir: Path, embedding_name: str, progress: Progress) -> BuildReport:
    """Builds an index of the papers in `paths` (files and folders) and makes it current, unless nothing has changed.

    The previous index stays in use until the new one is complete. Raises SourceError if no paper can be read,
    ModelError if the embedding cannot be loaded, StoreError if another rebuild is running.
    """
    from rag.index import generations
    from rag.index.build import build
    from rag.index.previous import is_current
    from rag.models import embedding

    start = time.monotonic()
    found = gather(paths, progress)
    model = embedding.load(embedding_name)
    changed = not is_current(index_dir, found.papers, paths, model)
    if changed:
        build(found.papers, paths, index_dir, model, calibrate, progress)
    else:
        generations.clean(index_dir)
    seconds = time.monotonic() - start
    return BuildReport(changed, found.files, found.records, len(found.papers), found.skipped, seconds)


def build_index(
    papers: list[Paper], paths: list[Path], index_dir: Path, embedding_name: str, progress: Progress
) -> None:
    """Builds a calibrated index of `papers`, at least one, without merging any, and makes it current.

    `paths` are recorded as what it was built from. Raises ModelError and StoreError as `rebuild` does.
    """
    from rag.index.build import build
    from rag.models import embedding

    build(papers, paths, index_dir, embedding.load(embedding_name), calibrate, progress)


def calibrate(store: Store, model: Embedding, progress: Progress) -> Curve:
    """The calibration curve of the collection in `store`, from the signals of the retriever that will search it."""
    from rag.index import calibration
    from rag.retrieval.retriever import HybridRetriever

    def signals(questions: Sequence[str]) -> Iterator[float]:
        for done, signal in enumerate(HybridRetriever(store, model).signals(questions)):
            progress("calibrating", done, len(questions))
            yield signal
        progress("calibrating", len(questions), len(questions))

    return calibration.fit(store, signals)
