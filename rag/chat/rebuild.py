"""Builds the index: from files, with files added, or with papers removed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import StoreError
from rag.index import changes, generations, publishing, recovery, uploads
from rag.index.changes import Planned
from rag.index.differing import told
from rag.paper import Paper
from rag.progress import Progress
from rag.text import count

if TYPE_CHECKING:
    from rag.index.build import Cluster
    from rag.index.calibration import Curve
    from rag.index.chroma_server import ChromaServer
    from rag.index.store import Store
    from rag.models.encoding import Embedding


@dataclass(frozen=True)
class BuildReport:
    """What a build did. `seconds` is the time from planning it to making the new index current.

    It is not `built` if the index holds exactly this already, and is whole. `published` tells of its Chroma server,
    if it has one.
    """

    built: bool
    planned: Planned = field(repr=False)  # it holds all papers
    seconds: float
    published: str = ""

    @property
    def papers(self) -> int:
        """The number of papers in the index."""
        return len(self.planned.contents.papers)

    def __str__(self) -> str:
        """What was done in a line, then a line for each record that was added and not taken, up to a few."""
        done = str(self.planned.changes) if self.built else "nothing has changed"
        read = f" {self.planned.reading}." if self.planned.files else ""
        first = f"{count(self.papers, 'paper')}: {done}, {self.seconds:.1f} seconds.{read}"
        return "\n".join([first, *told(self.planned.differing), *filter(None, [self.published])])


def rebuild(
    paths: Sequence[Path],
    index_dir: Path,
    embedding_name: str,
    progress: Progress,
    columns: Mapping[str, str] | None = None,
    added: Sequence[Path] = (),
    server: ChromaServer | None = None,
) -> BuildReport:
    """Builds an index of the papers in `paths` (files and folders) and makes it current, unless nothing has changed.

    `columns` and `added` are as in `changes.rebuilt`. The previous index stays in use until the new one is complete.
    Raises SourceError if no paper can be read, ModelError if the embedding cannot be loaded, StoreError if another
    build is running.
    """
    with generations.changing(index_dir):
        planned = changes.rebuilt(index_dir, paths, columns or {}, progress, added)
        return carry_out(planned, index_dir, embedding_name, progress, server=server)


def sources(index_dir: Path) -> tuple[list[Path], Mapping[str, str]]:
    """What a rebuild of `index_dir` without explicit paths reads, and the columns that its tables are read by.

    Raises StoreError if there is an index of which that is not known: others would replace its papers.
    """
    if generations.current(index_dir) and not generations.built_from(index_dir):
        remedy = generations.rebuild_hint(index_dir, ["PATH"])
        raise StoreError(f"The index in {index_dir} does not tell from which files it was built. {remedy}")
    return uploads.paths(index_dir), generations.read_with(index_dir)


def carry_out(
    planned: Planned,
    index_dir: Path,
    embedding_name: str,
    progress: Progress,
    full: bool = False,
    cluster: Cluster | None = None,
    server: ChromaServer | None = None,
) -> BuildReport:
    """Builds the index that is `planned` and makes it current, unless it is already; raises as `rebuild` does.

    Plan it within the same `generations.changing`, or it undoes what others have changed since. Only what changed is
    embedded, unless the build is to be `full`; a `cluster` does it, if there is one. The Chroma `server`, if there is
    one, gets what it does not have.
    """
    from rag.index.build import build
    from rag.index.opening import open_unchecked
    from rag.index.previous import is_current
    from rag.models import embedding

    start = time.monotonic()
    model = embedding.load(embedding_name)
    changed = full or bool(planned.changes) or not is_current(index_dir, planned.contents, model)
    published = ""
    if changed:
        published = build(planned.contents, index_dir, model, calibrate, progress, full, cluster, server)
    elif server:
        with closing(open_unchecked(index_dir)) as store:
            published = publishing.published(store, server, progress)
    return BuildReport(changed, planned, time.monotonic() - start, published)


def build_index(
    papers: list[Paper], paths: list[Path], index_dir: Path, embedding_name: str, progress: Progress
) -> None:
    """Builds a calibrated index of `papers`, at least one, without merging any, and makes it current.

    `paths` are recorded as what it was built from. Raises ModelError and StoreError as `rebuild` does.
    """
    from rag.index.build import build
    from rag.index.contents import Contents
    from rag.models import embedding

    recovery.restore(index_dir)  # which a build would refuse to do without
    build(Contents(papers, paths), index_dir, embedding.load(embedding_name), calibrate, progress)


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
