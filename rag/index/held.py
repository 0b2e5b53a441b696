"""What the current generation holds, even if its vectors are damaged or an older version of rag built it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from rag.errors import StoreError
from rag.index import generations, integrity, manifest, merges_file, papers_database
from rag.index.contents import Contents, Removal


def held(index_dir: Path) -> Contents | None:
    """The contents of the current generation in `index_dir`; None if there is none, or its papers are damaged.

    The vectors are not opened.
    """
    try:
        folder = generations.current(index_dir)
    except StoreError:
        return None
    return of(folder) if folder else None


def required(index_dir: Path) -> Contents:
    """As `held`. Raises NoIndexError if there is none, and StoreError if its papers are damaged."""
    contents = held(index_dir)
    if contents is None and generations.current(index_dir):
        raise generations.damage(index_dir, "its papers cannot be read")
    if contents is None:
        raise generations.missing(index_dir)
    return contents


def of(folder: Path) -> Contents | None:
    """The contents of the generation in `folder`; None if its papers are damaged."""
    try:
        return _read(folder)
    except (StoreError, sqlite3.Error, ValueError, KeyError, IndexError, TypeError, AttributeError, OSError):
        return None


def _read(folder: Path) -> Contents | None:
    about = manifest.read_unchecked(folder)
    _check(folder, about.get("files", {}))
    papers = papers_database.read_papers(folder)
    if not papers:
        return None
    return Contents(
        papers,
        [Path(path) for path in about.get("paths", [])],
        about.get("columns", {}),
        merges_file.read(folder),
        [Removal(removed["title"], tuple(removed["ids"])) for removed in about.get("removed", [])],
    )


def _check(folder: Path, files: integrity.Files) -> None:
    """Raises ValueError if the papers are not those that were indexed, as far as `files` of the manifest say."""
    name = papers_database.PAPERS_FILE
    integrity.check(folder, {name: files[name]} if name in files else {}, thorough=True)
