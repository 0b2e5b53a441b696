"""Builds a generation: writes papers, vectors, words and map, then verifies and calibrates what it wrote."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.index import bm25, generations, manifest, opening, projection, vector_arrays, vectors, vocabulary
from rag.index.calibration import Curve
from rag.index.checkpoint import Checkpoint
from rag.index.embedder import Embedder
from rag.index.paper_writer import Chunk, PaperWriter
from rag.index.previous import Previous, taken_over
from rag.index.store import Store
from rag.language.tokens import surface_forms
from rag.models import embedding
from rag.paper import Paper
from rag.progress import Progress

if TYPE_CHECKING:
    from rag.models.encoding import Embedding

Calibrate = Callable[[Store, "Embedding", Progress], Curve]

_MANY = 1_000  # new papers from which on loading torch pays, where it is faster
_CHUNK = 128  # papers embedded and written at a time: bounds memory, and lets progress show


def build(
    papers: Sequence[Paper],
    paths: Sequence[Path],
    index_dir: Path,
    model: Embedding,
    calibrate: Calibrate,
    progress: Progress,
) -> None:
    """Builds an index of `papers`, at least one, exactly as given, and makes it current.

    `paths` are what the papers were read from, for the next rebuild; `calibrate` fits the curve of probabilities to
    the finished index. What the current index holds of these papers is taken over, and so is what a build that did not
    end has embedded. Raises StoreError if another build is running or the folder cannot be written.
    """
    with generations.building(index_dir) as folder:
        with taken_over(index_dir, papers, model) as previous:
            saved = Checkpoint(index_dir, manifest.made_with(model), previous.basis if previous else None)
            with closing(saved):
                counts = _write(folder, papers, model, previous, saved, progress)
        contents = manifest.describe(folder, counts, papers, paths, model)
        _seal(folder, contents, model, calibrate, progress)
    saved.discard()


def _write(
    folder: Path,
    papers: Sequence[Paper],
    model: Embedding,
    previous: Previous | None,
    saved: Checkpoint,
    progress: Progress,
) -> dict[str, int]:
    """Writes everything but the manifest, and returns the numbers of papers, vectors and words."""
    new = sum(previous is None or not previous.has(paper) for paper in papers)
    embedder = Embedder(embedding.for_many(model) if new >= _MANY else model, previous, saved)
    vector_count = _write_papers(folder, papers, embedder, progress)
    forms = surface_forms(f"{paper.title} {paper.abstract}" for paper in papers)
    bm25.write(folder, (bm25.term_frequencies(paper.title, paper.abstract) for paper in papers), forms)
    words = vocabulary.write(folder, forms, model, previous.vocabulary if previous else None, progress)
    _write_projection(folder, papers, model.dimensions, progress)
    return {"papers": len(papers), "vectors": vector_count, "words": words}


def _write_papers(folder: Path, papers: Sequence[Paper], embedder: Embedder, progress: Progress) -> int:
    """Writes the papers with their vectors, each chunk while the next one is embedded; returns how many vectors."""
    embedded = _embedded(papers, embedder, progress)
    first = next(embedded)  # which determines the basis
    with PaperWriter(folder, len(papers), embedder.basis) as writer, ThreadPoolExecutor(1) as thread:
        writing = thread.submit(writer.add, *first)
        for chunk, of_chunk in embedded:
            writing.result()  # raises what went wrong
            writing = thread.submit(writer.add, chunk, of_chunk)
        writing.result()
    return writer.vector_count


def _embedded(
    papers: Sequence[Paper], embedder: Embedder, progress: Progress
) -> Iterator[tuple[Chunk, list[tuple[int, vectors.PaperVectors]]]]:
    """The numbered papers in chunks, with their vectors."""
    for done, chunk in enumerate(_chunks(papers)):
        progress("embedding", done * _CHUNK, len(papers))
        numbers, of_chunk = zip(*chunk, strict=True)
        yield chunk, list(zip(numbers, embedder.vectors(of_chunk), strict=True))
    progress("embedding", len(papers), len(papers))


def _chunks(papers: Sequence[Paper]) -> Iterator[Chunk]:
    """The papers with their numbers, from 1, in chunks that each step through the whole collection.

    The first chunk is thus a sample of it, as the Embedder needs for its basis.
    """
    count = math.ceil(len(papers) / _CHUNK)
    for start in range(count):
        yield [(n + 1, papers[n]) for n in range(start, len(papers), count)]


def _write_projection(folder: Path, papers: Sequence[Paper], dimensions: int, progress: Progress) -> None:
    import numpy as np

    progress("map", 0, len(papers))
    paper_vectors = vector_arrays.load(folder, dimensions).papers(np.arange(1, len(papers) + 1))
    projection.save(folder, projection.project(paper_vectors, [paper.title for paper in papers]))
    progress("map", len(papers), len(papers))


def _seal(folder: Path, contents: dict[str, Any], model: Embedding, calibrate: Calibrate, progress: Progress) -> None:
    """Verifies and calibrates what was written, then writes its manifest `contents`, which completes it."""
    with closing(Store(folder, contents)) as written:
        opening.verify(written)
        contents["calibration"] = asdict(calibrate(written, model, progress))
    manifest.write(folder, contents)
