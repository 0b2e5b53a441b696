"""Opens the current generation of an index, once all its parts are found to be whole and to agree."""

from __future__ import annotations

import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

from rag.errors import StoreError
from rag.index import generations, integrity, manifest
from rag.index.papers_database import PAPERS_FILE
from rag.index.store import Store
from rag.index.vector_database import CHROMA_FILE, CHROMA_FOLDER
from rag.text import one_line

# What reading a damaged generation may raise.
DAMAGES = (OSError, ValueError, KeyError, IndexError, TypeError, sqlite3.Error)


class OtherVersionError(StoreError):
    """The index was built by another version of rag, whose files are others; its papers can still be read."""


def open_current(index_dir: Path) -> Store:
    """The verified current generation of `index_dir`. It is kept on disk while the store is in use.

    Raises StoreError if there is none or if it is damaged, and OtherVersionError.
    """
    folder, hint = generations.current(index_dir), generations.rebuild_hint(index_dir)
    if folder is None:
        raise StoreError(f"There is no index in {index_dir}. {hint}")
    try:
        contents = manifest.read(folder)
        if contents["schema"] != manifest.SCHEMA:
            raise OtherVersionError(f"The index in {index_dir} was built by another version of rag. {hint}")
        store = Store(folder, contents)
        generations.hold(folder, store)
        verify(store)
    except DAMAGES as fault:
        repair = f"Run: {shlex.join(['rag', 'verify', '--index', str(index_dir)])}"
        raise StoreError(f"The index in {index_dir} is damaged ({_reason(fault)}). {repair}") from fault
    return store


def open_unchecked(index_dir: Path) -> Store:
    """The current generation of `index_dir`, damaged or not. Raises StoreError if its manifest cannot be read."""
    folder = generations.current(index_dir)
    if folder is None:
        raise StoreError(f"There is no index in {index_dir}. {generations.rebuild_hint(index_dir)}")
    try:
        store = Store(folder, manifest.read(folder))
        if store.manifest["schema"] != manifest.SCHEMA:
            raise OtherVersionError(f"The index in {index_dir} was built by another version of rag. Run: rag rebuild")
    except DAMAGES as fault:
        raise StoreError(f"The index in {index_dir} is damaged ({_reason(fault)}).") from fault
    generations.hold(folder, store)
    return store


def verify(store: Store) -> None:
    """Checks that all parts are whole and agree with the manifest.

    Raises one of DAMAGES if not.
    """
    _check_files(store)
    papers = store.rows("SELECT count(*) FROM papers")[0][0]
    found = {
        PAPERS_FILE: papers,
        "the word index": store.bm25.paper_count,
        "the word embeddings": len(store.maxsim.ranges) - 1,
        "the vectors": len(store.arrays.ranges) - 1,
        "the map": len(store.projection.points),
    }
    for part, count in found.items():
        if count != store.paper_count:
            raise ValueError(f"{part}: {count} papers instead of {store.paper_count}")
    if (words := len(store.vocabulary.stems)) != store.manifest["counts"]["words"]:
        raise ValueError(f"the vocabulary: {words} words instead of {store.manifest['counts']['words']}")
    _check_chroma(store)


def _check_files(store: Store) -> None:
    integrity.check(store.folder, store.manifest["files"])
    for name in (PAPERS_FILE, f"{CHROMA_FOLDER}/{CHROMA_FILE}"):
        _check_pages(store.folder / name)


def _check_pages(file: Path) -> None:
    """Raises ValueError or sqlite3.Error where a page of the SQLite `file` is damaged.

    What a killed process left half written, as Chroma may whenever it opens its file, is taken back by SQLite.
    """
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True)) as database:
        if (result := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise ValueError(f"{file.name}: {result}")


def _check_chroma(store: Store) -> None:
    """Counts the vectors in Chroma and searches them once."""
    import numpy as np
    from chromadb.errors import ChromaError

    expected, anything = store.manifest["counts"]["vectors"], np.ones(store.manifest["embedding"]["dimensions"])
    try:
        if (count := store.chroma.count()) != expected:
            raise ValueError(f"Chroma holds {count} vectors instead of {expected}")
        if not store.nearest(anything, 1):
            raise ValueError("Chroma finds nothing")
    except ChromaError as fault:
        raise ValueError(f"Chroma: {fault}") from fault


def _reason(fault: Exception) -> str:
    """`fault` in one line, without the path of the generation."""
    if isinstance(fault, OSError):
        return f"{Path(fault.filename).name}: {fault.strerror}" if fault.filename else str(fault)
    return one_line(str(fault)) or type(fault).__name__
