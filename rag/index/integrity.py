"""Whether the files of a generation are as they were written, without reading all of them each time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rag.index.vector_database import CHROMA_FILE, CHROMA_FOLDER

_SAVED_GRAPH = "index_metadata.pickle"  # beside a graph that Chroma has saved
_THREADS = 4  # hashing and reading leave Python's lock


def describe(folder: Path) -> dict[str, dict[str, Any]]:
    """Size, time of change and hash of each file in `folder`, by its name, for `check`.

    What Chroma writes whenever it opens its files is left out: its own database, and graphs that it has not saved yet.
    """
    files = (path for path in folder.rglob("*") if path.is_file() and not _is_volatile(path))
    names = sorted(path.relative_to(folder).as_posix() for path in files)
    with ThreadPoolExecutor(_THREADS) as pool:
        return dict(zip(names, pool.map(lambda name: _stamp(folder / name), names), strict=True))


def check(folder: Path, files: Mapping[str, Mapping[str, Any]], thorough: bool = False) -> None:
    """Raises ValueError that names the first of `files`, as `describe` gave them, that is not as it was.

    Only a file that was touched since is read, because its content must be what it was; if `thorough`, all are.
    """
    for fault in damaged(folder, files, thorough):
        raise ValueError(fault)


def damaged(folder: Path, files: Mapping[str, Mapping[str, Any]], thorough: bool = False) -> Iterator[str]:
    """What is wrong with each of `files` that is not as it was: ``papers.db is missing or cut off``."""
    doubtful = []
    for name, expected in files.items():
        file = folder / name
        if not file.is_file() or file.stat().st_size != expected["size"]:
            yield f"{name} is missing or cut off"
        elif thorough or file.stat().st_mtime_ns != expected["changed"]:
            doubtful.append(name)
    with ThreadPoolExecutor(_THREADS) as pool:
        found = zip(doubtful, pool.map(lambda name: _hash(folder / name), doubtful), strict=True)
        yield from (f"{name} is damaged" for name, content in found if content != files[name]["hash"])


def _is_volatile(file: Path) -> bool:
    is_graph = file.parent.parent.name == CHROMA_FOLDER
    return file.name.startswith(CHROMA_FILE) or (is_graph and not (file.parent / _SAVED_GRAPH).exists())


def _stamp(file: Path) -> dict[str, Any]:
    status = file.stat()
    return {"size": status.st_size, "changed": status.st_mtime_ns, "hash": _hash(file)}


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
