"""Rebuilds an index from files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.paper import Paper

if TYPE_CHECKING:
    from rag.index.calibration import Curve
    from rag.index.store import Store
    from rag.models.embedding import Embedding

import time
from dataclasses import dataclass
from pathlib import Path

from rag.progress import Progress
from rag.sources.gather import gather
from rag.sources.skipped import Skipped


@dataclass(frozen=True)
class BuildReport:
    """What a rebuild did; `seconds` is from the first file read to the switch."""

    files: int
    records: int
    papers: int
    skipped: tuple[Skipped, ...]
    seconds: float

    @property
    def duplicates(self) -> int:
        return self.records - self.papers

    def __str__(self) -> str:
        return (
            f"{self.files} file{'' if self.files == 1 else 's'}, {self.records} records, {self.papers} papers, "
            f"{self.duplicates} duplicates, {len(self.skipped)} skipped, {self.seconds:.1f} seconds"
        )


def rebuild(paths: list[Path], index_dir: Path, embedding_name: str, progress: Progress) -> BuildReport:
    """Builds an index of the papers in `paths` (files and folders) and makes it current.

    The index that was there answers until the new one is complete. Raises SourceError where nothing can be
    read, ModelError where the embedding cannot be loaded, StoreError where another rebuild is running.
    """
    began = time.monotonic()
    found = gather(paths, progress)
    build_index(found.papers, paths, index_dir, embedding_name, progress)
    seconds = time.monotonic() - began
    return BuildReport(found.files, found.records, len(found.papers), found.skipped, seconds)


def build_index(
    papers: list[Paper], paths: list[Path], index_dir: Path, embedding_name: str, progress: Progress
) -> None:
    """Builds a calibrated index of `papers`, at least one, as they are, and makes it current.

    Raises ModelError and StoreError as `rebuild` does.
    """
    from rag.index.build import build
    from rag.models import embedding

    build(papers, paths, index_dir, lambda: embedding.load(embedding_name), calibrate, progress)


def calibrate(store: Store, model: Embedding, progress: Progress) -> Curve:
    """The curve of probabilities of the collection in `store`, as the retriever searches it."""
    from rag.index import calibration
    from rag.retrieval.retriever import HybridRetriever

    def signals(questions: Sequence[str]) -> Iterator[float]:
        for done, signal in enumerate(HybridRetriever(store, model).signals(questions)):
            progress("calibrating", done, len(questions))
            yield signal
        progress("calibrating", len(questions), len(questions))

    return calibration.fit(store, signals)
