"""Builds a generation: writes papers, vectors, words and map, then verifies and calibrates what it wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.index import (
    bm25,
    checksums,
    forms,
    generations,
    manifest,
    merges_file,
    opening,
    plan,
    projection,
    publishing,
    vector_arrays,
    vocabulary,
)
from rag.index.calibration import Curve
from rag.index.checkpoint import Checkpoint
from rag.index.contents import Contents
from rag.index.embedder import Embedder, EmbedElsewhere
from rag.index.paper_writer import PaperWriter
from rag.index.plan import MAX_DRIFT, Chunk
from rag.index.previous import Previous, taken_over
from rag.index.store import Store
from rag.models import embedding
from rag.progress import Progress

if TYPE_CHECKING:
    from rag.index.chroma_server import ChromaServer
    from rag.index.vectors import PaperVectors
    from rag.models.encoding import Embedding

Calibrate = Callable[[Store, "Embedding", Progress], Curve]
# What embeds papers as a model does, or as it does for many.
Cluster = Callable[["Embedding", bool], EmbedElsewhere]

_MANY = 1_000  # new papers from which on loading torch pays, where it is faster


def build(
    contents: Contents,
    index_dir: Path,
    model: Embedding,
    calibrate: Calibrate,
    progress: Progress,
    full: bool = False,
    cluster: Cluster | None = None,
    server: ChromaServer | None = None,
) -> str:
    """Builds an index of `contents` and makes it current; its papers are embedded by the `cluster`, if there is one.

    What the current index holds of these papers is taken over, unless the build is to be `full`, and so is what a build
    that did not end has embedded. If little changes, the current index is copied and updated: it keeps its map and its
    calibration. `calibrate` fits the curve of probabilities to the finished index. A Chroma `server` gets its passages
    before it becomes current; returns what to tell of that. Raises StoreError if another build is running or the
    folder cannot be written.
    """
    with generations.building(index_dir) as folder:
        with taken_over(index_dir, contents.papers, model, full) as previous:
            saved = Checkpoint(index_dir, manifest.made_with(model), previous.basis if previous else None)
            with closing(saved):
                work = _Build(folder, contents, model, previous, progress, cluster)
                written = work.write(saved)
        _seal(folder, written, None if work.is_update else calibrate, model, progress)
        with closing(Store(folder, written)) as store:
            published = publishing.published(store, server, progress)
    saved.discard()
    if server:
        publishing.remove_unused(index_dir, server)
    return published


class _Build:
    """One build into `folder`: an update of the `previous` index if little changes, else everything afresh."""

    def __init__(
        self,
        folder: Path,
        contents: Contents,
        model: Embedding,
        previous: Previous | None,
        progress: Progress,
        cluster: Cluster | None,
    ) -> None:
        self._folder, self._contents, self._model, self._cluster = folder, contents, model, cluster
        self._previous, self._progress = previous, progress
        self._plan, self._drift = plan.afresh(contents.papers), 0
        self._base: Previous | None = None  # what is copied and updated
        if previous and previous.is_whole:
            update = plan.update(previous, contents.papers)
            drift = int(previous.store.manifest["drift"]) + update.changes
            if drift <= MAX_DRIFT * len(contents.papers):
                self._plan, self._drift, self._base = update, drift, previous

    @property
    def is_update(self) -> bool:
        """Whether the previous index is copied and updated."""
        return self._base is not None

    def write(self, saved: Checkpoint) -> dict[str, Any]:
        """Writes everything but the manifest, which it returns."""
        vectors = self._write_papers(saved)
        checksums.write(self._folder)
        merges_file.write(self._folder, self._contents.merges)
        words = self._write_words()
        self._write_projection()
        counts = {"papers": self._plan.papers, "vectors": vectors, "words": words}
        curve = self._base.store.manifest["calibration"] if self._base else None
        return manifest.describe(self._folder, counts, self._contents, self._model, self._drift, curve)

    def _write_papers(self, saved: Checkpoint) -> int:
        """Writes the papers with their vectors, each chunk while the next one is embedded; returns how many vectors."""
        known = self._previous
        new = sum(known is None or not known.has(paper) for _, paper in self._plan.written)
        is_many = new >= _MANY
        embedder = Embedder(embedding.for_many(self._model) if is_many else self._model, known, saved)
        if self._cluster:
            self._send(embedder, self._cluster(self._model, is_many), new)
        embedded = self._embedded(embedder, new)
        first = next(embedded, ([], []))  # which determines the basis
        with (
            PaperWriter(self._folder, self._plan, embedder.basis, self._base) as writer,
            ThreadPoolExecutor(1) as thread,
        ):
            writing = thread.submit(writer.add, *first)
            for chunk, of_chunk in embedded:
                writing.result()  # raises what went wrong
                writing = thread.submit(writer.add, chunk, of_chunk)
            writing.result()
        return writer.vector_count

    def _send(self, embedder: Embedder, embed_elsewhere: EmbedElsewhere, new: int) -> None:
        chunks = [[paper for _, paper in chunk] for chunk in self._plan.chunks()]
        embedder.send(chunks, embed_elsewhere, lambda left: self._progress("embedding", max(0, new - left), new))

    def _embedded(self, embedder: Embedder, new: int) -> Iterator[tuple[Chunk, list[tuple[int, PaperVectors]]]]:
        """The papers to write in chunks, with their vectors; so many are `new`, and not taken over."""
        for chunk in self._plan.chunks():
            if not self._cluster:  # which is ahead of what is written
                self._progress("embedding", embedder.new, new)
            numbers, papers = zip(*chunk, strict=True)
            yield chunk, list(zip(numbers, embedder.vectors(papers), strict=True))
        self._progress("embedding", new, new)

    def _write_words(self) -> int:
        """Writes the word index and the vocabulary; returns how many words that has."""
        base, papers = self._base, [paper for _, paper in self._plan.written]
        counts = forms.count(papers)
        if base:
            gone = forms.count(base.papers[number - 1] for number in self._plan.removed)
            counts = +(forms.load(base.store.folder) + counts - gone)
        forms.write(self._folder, counts)
        written = forms.surface_forms(counts)
        frequencies = (bm25.term_frequencies(paper.title, paper.abstract) for paper in papers)
        if base:
            bm25.update(self._folder, base.store.bm25, self._plan.kept, frequencies, written)
        else:
            bm25.write(self._folder, frequencies, written)
        known = self._previous.vocabulary if self._previous else None
        return vocabulary.write(self._folder, written, self._model, known, self._progress)

    def _write_projection(self) -> None:
        import numpy as np

        papers, kept = self._plan.papers, self._plan.kept[1:]
        self._progress("map", 0, papers)
        vectors = vector_arrays.load(self._folder, self._model.dimensions).papers(np.arange(1, papers + 1))
        if self._base:
            laid_out = projection.updated(self._base.store.projection, kept - 1, vectors)
        else:
            laid_out = projection.project(vectors, [paper.title for paper in self._contents.papers])
        projection.save(self._folder, laid_out)
        self._progress("map", papers, papers)


def _seal(
    folder: Path, contents: dict[str, Any], calibrate: Calibrate | None, model: Embedding, progress: Progress
) -> None:
    """Verifies what was written, calibrates it if asked to, then writes its manifest `contents`, which completes it."""
    with closing(Store(folder, contents)) as written:
        opening.verify(written)
        if calibrate:
            contents["calibration"] = asdict(calibrate(written, model, progress))
    manifest.write(folder, contents)
