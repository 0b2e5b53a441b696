"""Builds a generation: writes papers, vectors, words and map, then verifies and calibrates what it wrote."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.index import bm25, generations, manifest, opening, projection, vector_arrays, vectors, vocabulary
from rag.index.calibration import Curve
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
    the finished index. What the current index holds of these papers is taken over. Raises StoreError if another build
    is running or the folder cannot be written.
    """
    with generations.building(index_dir) as folder:
        with taken_over(index_dir, papers, model) as previous:
            counts = _write(folder, papers, model, previous, progress)
        contents = manifest.describe(folder, counts, papers, paths, model)
        _seal(folder, contents, model, calibrate, progress)


def _write(
    folder: Path, papers: Sequence[Paper], model: Embedding, previous: Previous | None, progress: Progress
) -> dict[str, int]:
    """Writes everything but the manifest, and returns the numbers of papers, vectors and words."""
    vector_count = _write_papers(folder, papers, model, previous, progress)
    forms = surface_forms(f"{paper.title} {paper.abstract}" for paper in papers)
    bm25.write(folder, (bm25.term_frequencies(paper.title, paper.abstract) for paper in papers), forms)
    words = vocabulary.write(folder, forms, model, previous.vocabulary if previous else None, progress)
    _write_projection(folder, papers, model.dimensions, progress)
    return {"papers": len(papers), "vectors": vector_count, "words": words}


def _write_papers(
    folder: Path, papers: Sequence[Paper], model: Embedding, previous: Previous | None, progress: Progress
) -> int:
    """Writes the papers with their vectors, each chunk while the next one is embedded; returns how many vectors."""
    new = sum(previous is None or not previous.has(paper) for paper in papers)
    encoder = embedding.for_many(model) if new >= _MANY else model
    with PaperWriter(folder, len(papers), previous) as writer, ThreadPoolExecutor(1) as thread:
        writing: Future[None] | None = None
        for done, chunk in enumerate(_chunks(papers)):
            progress("embedding", done * _CHUNK, len(papers))
            of_chunk = _vectors(chunk, encoder, previous)
            if writing:
                writing.result()  # raises what went wrong
            writing = thread.submit(writer.add, chunk, of_chunk)
        if writing:
            writing.result()
        progress("embedding", len(papers), len(papers))
    return writer.vector_count


def _vectors(chunk: Chunk, model: Embedding, previous: Previous | None) -> list[tuple[int, vectors.PaperVectors]]:
    """The vectors of these papers by their numbers, taken over from the `previous` index where it has them."""
    new = [paper for _, paper in chunk if not (previous and previous.has(paper))]
    embedded = iter(vectors.of_papers(new, model))
    return [
        (number, previous.vectors(paper) if previous and previous.has(paper) else next(embedded))
        for number, paper in chunk
    ]


def _chunks(papers: Sequence[Paper]) -> Iterator[Chunk]:
    """The papers with their numbers, from 1, in chunks that each step through the whole collection.

    The first chunk is thus a sample of it, as MaxSimWriter needs for its basis.
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
