"""Opens the current generation of an index, once all its parts are found to be whole and to agree."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import StoreError
from rag.index import generations, integrity, manifest
from rag.index.disk import FULL, REFUSED
from rag.index.papers_database import PAPERS_FILE
from rag.index.store import Store
from rag.index.vector_database import CHROMA_FILE, CHROMA_FOLDER
from rag.text import one_line

if TYPE_CHECKING:
    from rag.index.chroma_server import ChromaServer

# What reading a damaged generation may raise.
DAMAGES = (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, sqlite3.Error)

# What else may be wrong where a sound generation cannot be opened.
_NO_RIGHT = "Ask its owner for the right to read it, or build your own: rag rebuild --index FOLDER"
_NO_ROOM = "Make room for temporary files, or set TMPDIR to a folder that has some, then repeat the command."
_BUSY = "Close other programs, then repeat the command."
_REMEDIES = {
    **dict.fromkeys(REFUSED, _NO_RIGHT),
    **dict.fromkeys(FULL, _NO_ROOM),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE, errno.ENOMEM), _BUSY),
}


class OtherVersionError(StoreError):
    """The index was built by another version of rag, whose files are others; its papers can still be read."""


def open_current(index_dir: Path, thorough: bool = False, server: ChromaServer | None = None) -> Store:
    """The verified current generation of `index_dir`, all of it read if `thorough`. It is kept while it is in use.

    Its passages are searched on the Chroma `server`, if there is one; where that fails, in the generation's own copy.
    The folder may be read-only; then builds do not know of the reader. Raises StoreError if there is none, if it cannot
    be read or if it is damaged, and OtherVersionError.
    """
    folder = _current(index_dir)
    try:
        store = Store(folder, _manifest(index_dir, folder), server)
        generations.hold(folder, store)
        _verified(store, thorough)
    except DAMAGES as fault:
        if _current(index_dir) != folder:  # two builds ended meanwhile, which removed it
            return open_current(index_dir, thorough, server)
        raise _not_opened(index_dir, fault) from fault
    return store


def open_unchecked(index_dir: Path) -> Store:
    """The current generation of `index_dir`, damaged or not. Raises StoreError if its manifest cannot be read."""
    folder = _current(index_dir)
    try:
        store = Store(folder, _manifest(index_dir, folder))
    except DAMAGES as fault:
        raise _not_opened(index_dir, fault) from fault
    generations.hold(folder, store)
    return store


def is_of_another_version(index_dir: Path) -> bool:
    """Whether there is an index in `index_dir` that another version of rag built."""
    try:
        folder = generations.current(index_dir)
        return folder is not None and bool(manifest.read(folder)["schema"] != manifest.SCHEMA)
    except (StoreError, *DAMAGES):
        return False


def _current(index_dir: Path) -> Path:
    folder = generations.current(index_dir)
    if folder is None:
        raise generations.missing(index_dir)
    return folder


def _manifest(index_dir: Path, folder: Path) -> dict[str, Any]:
    contents = manifest.read(folder)
    if contents["schema"] != manifest.SCHEMA:
        hint = generations.rebuild_hint(index_dir)
        raise OtherVersionError(f"The index in {index_dir} was built by another version of rag. {hint}")
    return contents


def _verified(store: Store, thorough: bool) -> None:
    try:
        verify(store, thorough)
    except BaseException:
        store.close()
        raise


def _not_opened(index_dir: Path, fault: Exception) -> StoreError:
    """What to say of the `fault` with which opening the index in `index_dir` ended: damage only where it is some."""
    remedy = _REMEDIES.get(fault.errno or 0) if isinstance(fault, OSError) else None
    if remedy is None:
        return generations.damage(index_dir, _reason(fault))
    return StoreError(f"The index in {index_dir} cannot be opened ({_reason(fault)}). {remedy}")


def verify(store: Store, thorough: bool = False) -> None:
    """Checks that all parts are whole and agree with the manifest; see `integrity.check` for `thorough`.

    Raises one of DAMAGES if not.
    """
    _check_files(store, thorough)
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


def _check_files(store: Store, thorough: bool) -> None:
    files = store.manifest["files"]
    integrity.check(store.folder, files, thorough)
    chroma = f"{CHROMA_FOLDER}/{CHROMA_FILE}"
    if chroma not in files:  # older versions let Chroma change it whenever it was opened
        _check_pages(store.folder / chroma)


def _check_pages(file: Path) -> None:
    """Raises ValueError or sqlite3.Error where a page of the SQLite `file` is damaged.

    What a killed process left half written is taken back by SQLite.
    """
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True)) as database:
        if (result := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise ValueError(f"{file.name}: {result}")


def _check_chroma(store: Store) -> None:
    """Counts the vectors in Chroma, unless a server is to be asked, and searches them once."""
    import numpy as np

    expected, anything = store.manifest["counts"]["vectors"], np.ones(store.manifest["embedding"]["dimensions"])
    if not store.server and (count := store.chroma.count()) != expected:
        raise ValueError(f"Chroma holds {count} vectors instead of {expected}")
    if not store.nearest(anything, 1):
        raise ValueError("Chroma finds nothing")


def _reason(fault: Exception) -> str:
    """`fault` in one line, without the path of the generation."""
    if isinstance(fault, OSError):
        return f"{Path(fault.filename).name}: {fault.strerror}" if fault.filename else str(fault)
    return one_line(str(fault)) or type(fault).__name__
