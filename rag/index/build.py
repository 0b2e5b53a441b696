"""Builds a generation: read papers, embed them, index their words, write, verify, switch."""

from __future__ import annotations

import hashlib
import json
import math
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.index import bm25, generations, maxsim, projection, store, vectors
from rag.index.calibration import Curve
from rag.language.passages import OVERLAP, SENTENCES_PER_PASSAGE
from rag.language.sentences import split_sentences
from rag.language.tokens import surface_forms
from rag.models.embedding import Embedding
from rag.paper import Paper
from rag.progress import Progress
from rag.text import normalize

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client

CHUNK = 32  # papers embedded and written at a time: bounds memory, and progress shows
BATCH = 1_024  # words
MAX_VOCABULARY = 30_000  # words, the commonest: the rest are names and slips, and none is another word for them
SHORTEST = 3  # letters of a word that has a meaning to embed

TABLES = """
CREATE TABLE papers (
    id INTEGER PRIMARY KEY, title TEXT, abstract TEXT, authors TEXT, year INTEGER,
    ids TEXT, url TEXT, source TEXT, digest INTEGER
);
CREATE TABLE sentences (paper INTEGER, n INTEGER, start INTEGER, stop INTEGER, PRIMARY KEY (paper, n)) WITHOUT ROWID;
CREATE INDEX papers_in_order ON papers (year DESC, title COLLATE NOCASE);
CREATE INDEX papers_by_source ON papers (source);
CREATE TABLE sources (source TEXT PRIMARY KEY, plain TEXT) WITHOUT ROWID;
CREATE VIRTUAL TABLE authors USING fts5 (name, paper UNINDEXED, tokenize = 'unicode61');
CREATE TABLE vectors (granularity TEXT, paper INTEGER, id TEXT, PRIMARY KEY (granularity, paper, id)) WITHOUT ROWID;
"""


Calibrate = Callable[[store.Store, Embedding, Progress], Curve]


def build(
    papers: list[Paper],
    paths: list[Path],
    index_dir: Path,
    load_model: Callable[[], Embedding],
    calibrate: Calibrate,
    progress: Progress,
) -> None:
    """Builds an index of `papers`, at least one, as they are, and makes it current; `paths` are where they came from.

    `calibrate` fits the curve of probabilities on the finished index. Raises StoreError where another build is running
    or the folder cannot be written, and what `load_model` raises, which is called once the folder is there.
    """
    with generations.building(index_dir) as folder:
        model = load_model()
        counts = _write(folder, papers, model, progress)
        manifest = _manifest(folder, counts, papers, [str(path.resolve()) for path in paths], model)
        _seal(folder, manifest, model, calibrate, progress)


def _write(folder: Path, papers: list[Paper], model: Embedding, progress: Progress) -> dict[str, int]:
    """Writes everything but the manifest; how many vectors there are of each kind."""
    with (
        closing(sqlite3.connect(folder / "papers.db")) as database,
        closing(store.chroma(folder)) as client,
        maxsim.MaxSimWriter(folder, len(papers)) as words_in_context,
    ):
        database.executescript(TABLES)
        for kind in (*vectors.GRANULARITIES, store.VOCABULARY):
            client.create_collection(kind, embedding_function=None, configuration={"hnsw": {"space": "cosine"}})
        whole: dict[int, np.ndarray] = {}  # the vector of each paper, for the map
        done, chunks = 0, math.ceil(len(papers) / CHUNK)
        for n in range(chunks):
            progress("embedding", done, len(papers))
            # In steps through all papers, so that the first chunk is a sample of them.
            chunk = [(number + 1, papers[number]) for number in range(n, len(papers), chunks)]
            done += len(chunk)
            _write_rows(database, chunk)
            of_chunk, of_words = vectors.of_papers(chunk, model)
            _write_vectors(database, client, of_chunk)
            words_in_context.add(of_words)
            whole |= {int(vector.name): vector.values for vector in of_chunk if vector.kind == "papers"}
        progress("embedding", len(papers), len(papers))
        counts: dict[str, int] = dict(
            database.execute("SELECT granularity, count(*) FROM vectors GROUP BY granularity").fetchall()
        )
        database.commit()
        forms = surface_forms(f"{paper.title} {paper.abstract}" for paper in papers)
        bm25.write(folder / "bm25.npz", (bm25.term_frequencies(paper.title, paper.abstract) for paper in papers), forms)
        _write_map(folder, [whole[number] for number in sorted(whole)], papers, progress)
        return counts | {store.VOCABULARY: _write_vocabulary(client, forms, model, progress)}


def _write_map(folder: Path, vectors: list[np.ndarray], papers: list[Paper], progress: Progress) -> None:
    import numpy as np

    progress("map", 0, len(papers))
    projection.save(folder, projection.project(np.array(vectors, dtype=np.float32), [paper.title for paper in papers]))
    progress("map", len(papers), len(papers))


def _write_vocabulary(client: Client, forms: dict[str, str], model: Embedding, progress: Progress) -> int:
    """Embeds the words, so that a question finds what it calls by another name; how many."""
    told = ((stem, form) for stem, form in forms.items() if len(form) >= SHORTEST and form.isalpha())
    entries = list(islice((entry for entry in told if model.in_vocabulary(entry[1])), MAX_VOCABULARY))
    collection = client.get_collection(store.VOCABULARY, embedding_function=None)
    for first in range(0, len(entries), BATCH):
        progress("vocabulary", first, len(entries))
        batch = entries[first : first + BATCH]
        stems, texts = [stem for stem, _ in batch], [form for _, form in batch]
        collection.add(ids=stems, embeddings=model.encode(texts), documents=texts)
    progress("vocabulary", len(entries), len(entries))
    return len(entries)


def _write_rows(database: sqlite3.Connection, chunk: list[tuple[int, Paper]]) -> None:
    for number, paper in chunk:
        row = (paper.title, paper.abstract, json.dumps(paper.authors), paper.year, json.dumps(paper.ids))
        database.execute(
            "INSERT INTO papers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, *row, paper.url, paper.source, paper.digest),
        )
        database.execute("INSERT OR IGNORE INTO sources VALUES (?, ?)", (paper.source, normalize(paper.source)))
        names = [(normalize(author), number) for author in paper.authors]
        database.executemany("INSERT INTO authors VALUES (?, ?)", names)
        spans = split_sentences(paper.abstract)
        database.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?, ?)",
            [(number, n, span.start, span.end) for n, span in enumerate(spans)],
        )


def _write_vectors(database: sqlite3.Connection, client: Client, chunk: list[vectors.Vector]) -> None:
    """Writes vectors, and which of them each paper has, so that a search can keep to some papers."""
    rows = [(vector.kind, int(vector.name.split(".")[0]), vector.name) for vector in chunk]
    database.executemany("INSERT INTO vectors VALUES (?, ?, ?)", rows)
    most = client.get_max_batch_size()  # that Chroma takes at a time; very long abstracts have more sentences
    for kind in vectors.GRANULARITIES:
        of_kind = [vector for vector in chunk if vector.kind == kind]
        for batch in (of_kind[first : first + most] for first in range(0, len(of_kind), most)):
            client.get_collection(kind, embedding_function=None).add(
                ids=[vector.name for vector in batch],
                embeddings=[vector.values for vector in batch],
                documents=[vector.text for vector in batch],
            )


def _manifest(
    folder: Path, counts: dict[str, int], papers: list[Paper], paths: list[str], model: Embedding
) -> dict[str, Any]:
    """What a generation is made of."""
    # Chroma writes to its own database whenever it opens it, so that file's size says nothing.
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "chroma.sqlite3"]
    return {
        "schema": store.SCHEMA,
        "built": datetime.now(UTC).isoformat(timespec="seconds"),
        "paths": paths,
        "corpus": _digest(papers),
        "embedding": {
            "name": model.model_name,
            "fingerprint": model.fingerprint,
            "dimensions": len(model.get_text_embedding("")),
        },
        "chunking": {"sentences": SENTENCES_PER_PASSAGE, "shared": OVERLAP, "tokens": model.max_tokens},
        "counts": counts,
        "calibration": {"centre": 0.0, "slope": 1.0},  # until the finished index is asked
        "files": {path.relative_to(folder).as_posix(): path.stat().st_size for path in files},
    }


def _seal(folder: Path, manifest: dict[str, Any], model: Embedding, calibrate: Calibrate, progress: Progress) -> None:
    """Verifies and calibrates what was written, then writes its manifest; a generation without one is not complete."""
    with closing(store.Store(folder, manifest)) as written:
        store.verify(written)
        manifest["calibration"] = asdict(calibrate(written, model, progress))
    with (folder / "manifest.json").open("w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _digest(papers: list[Paper]) -> str:
    """A fingerprint of the collection: the same for the same papers in the same order."""
    text = json.dumps([asdict(paper) for paper in papers], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
