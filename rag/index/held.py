"""What the current generation holds, even if its vectors are damaged or an older version of rag built it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from rag.errors import StoreError
from rag.index import generations, manifest, merges_file, papers_database
from rag.index.contents import Contents, Removal


def held(index_dir: Path) -> Contents | None:
    """The contents of the current generation in `index_dir`; None if there is none, or its papers cannot be read.

    The vectors are not opened.
    """
    try:
        folder = generations.current(index_dir)
        return _read(folder) if folder else None
    except (StoreError, sqlite3.Error, ValueError, IndexError, TypeError, OSError):
        return None


def _read(folder: Path) -> Contents | None:
    papers = papers_database.read_papers(folder)
    if not papers:
        return None
    about = _manifest(folder)
    return Contents(
        papers,
        [Path(path) for path in about.get("paths", [])],
        about.get("columns", {}),
        merges_file.read(folder),
        [Removal(removed["title"], tuple(removed["ids"])) for removed in about.get("removed", [])],
    )


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        about = manifest.read(folder)
        return about if isinstance(about, dict) else {}
    except (OSError, json.JSONDecodeError):
        return {}
