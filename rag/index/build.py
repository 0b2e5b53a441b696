"""Builds a generation: writes papers, vectors, words and map, then verifies and calibrates what it wrote."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.index import bm25, generations, manifest, opening, papers_database, projection, vectors, vocabulary
from rag.index.calibration import Curve
from rag.index.maxsim import MaxSimWriter
from rag.index.store import Store
from rag.index.vector_database import VOCABULARY, VectorDatabase
from rag.language.tokens import surface_forms
from rag.paper import Paper
from rag.progress import Progress

if TYPE_CHECKING:
    import numpy as np

    from rag.models.embedding import Embedding

Calibrate = Callable[[Store, "Embedding", Progress], Curve]

_CHUNK = 32  # papers embedded and written at a time: bounds memory, and lets progress show


def build(
    papers: Sequence[Paper],
    paths: Sequence[Path],
    index_dir: Path,
    load_model: Callable[[], Embedding],
    calibrate: Calibrate,
    progress: Progress,
) -> None:
    """Builds an index of `papers`, at least one, exactly as given, and makes it current.

    `paths` are what the papers were read from, for the next rebuild. `load_model` is called once the folder is there;
    `calibrate` fits the curve of probabilities to the finished index. Raises StoreError if another build is running or
    the folder cannot be written, and whatever `load_model` raises.
    """
    with generations.building(index_dir) as folder:
        model = load_model()
        counts = _write(folder, papers, model, progress)
        contents = manifest.describe(folder, counts, papers, paths, model)
        _seal(folder, contents, model, calibrate, progress)


def _write(folder: Path, papers: Sequence[Paper], model: Embedding, progress: Progress) -> dict[str, int]:
    """Writes everything but the manifest, and returns the number of vectors in each collection."""
    with closing(VectorDatabase(folder)) as vector_database:
        vector_database.create_collections()
        counts, paper_vectors = _write_papers(folder, papers, vector_database, model, progress)
        forms = surface_forms(f"{paper.title} {paper.abstract}" for paper in papers)
        frequencies = (bm25.term_frequencies(paper.title, paper.abstract) for paper in papers)
        bm25.write(folder / "bm25.npz", frequencies, forms)
        _write_projection(folder, papers, paper_vectors, progress)
        return counts | {VOCABULARY: vocabulary.write(vector_database, forms, model, progress)}


def _write_papers(
    folder: Path, papers: Sequence[Paper], vector_database: VectorDatabase, model: Embedding, progress: Progress
) -> tuple[dict[str, int], np.ndarray]:
    """Writes the papers with their vectors and token embeddings.

    Returns the number of vectors of each granularity, and the vectors of whole papers: float32 of (papers, dimensions).
    """
    import numpy as np

    by_number: dict[int, np.ndarray] = {}
    with closing(papers_database.create(folder)) as database, MaxSimWriter(folder, len(papers)) as maxsim:
        for chunk in _chunks(papers):
            progress("embedding", len(by_number), len(papers))
            of_chunk, word_embeddings = vectors.of_papers(chunk, model)
            papers_database.insert_papers(database, chunk)
            papers_database.insert_vector_ids(database, of_chunk)
            _add_vectors(vector_database, of_chunk)
            maxsim.add(word_embeddings)
            by_number |= {vector.paper: vector.values for vector in of_chunk if vector.granularity == "papers"}
        progress("embedding", len(papers), len(papers))
        database.commit()
        counts = papers_database.count_vectors(database)
    return counts, np.array([by_number[number] for number in sorted(by_number)], dtype=np.float32)


def _chunks(papers: Sequence[Paper]) -> Iterator[list[tuple[int, Paper]]]:
    """The papers with their numbers, from 1, in chunks that each step through the whole collection.

    The first chunk is thus a sample of it, as MaxSimWriter needs for its basis.
    """
    count = math.ceil(len(papers) / _CHUNK)
    for start in range(count):
        yield [(n + 1, papers[n]) for n in range(start, len(papers), count)]


def _add_vectors(database: VectorDatabase, chunk: Sequence[vectors.Vector]) -> None:
    for granularity in vectors.GRANULARITIES:
        same = [vector for vector in chunk if vector.granularity == granularity]
        ids, texts = [vector.id for vector in same], [vector.text for vector in same]
        database.add(granularity, ids, [vector.values for vector in same], texts)


def _write_projection(folder: Path, papers: Sequence[Paper], paper_vectors: np.ndarray, progress: Progress) -> None:
    progress("map", 0, len(papers))
    projection.save(folder, projection.project(paper_vectors, [paper.title for paper in papers]))
    progress("map", len(papers), len(papers))


def _seal(folder: Path, contents: dict[str, Any], model: Embedding, calibrate: Calibrate, progress: Progress) -> None:
    """Verifies and calibrates what was written, then writes its manifest `contents`, which completes it."""
    with closing(Store(folder, contents)) as written:
        opening.verify(written)
        contents["calibration"] = asdict(calibrate(written, model, progress))
    manifest.write(folder, contents)
