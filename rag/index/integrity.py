"""Whether the files of a generation are as they were written, without reading all of them each time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rag.index.maxsim import EMBEDDINGS_FILE
from rag.index.vector_arrays import ROWS_FILE
from rag.index.vector_database import CHROMA_FILE, CHROMA_FOLDER

_SAVED_GRAPH = "index_metadata.pickle"  # beside a graph that Chroma has saved
_GROWING = (ROWS_FILE, EMBEDDINGS_FILE)  # see rag.index.arrays.open_to_append
_BLOCK_BYTES = 1 << 20
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
        if not file.is_file() or not _has_size(file, expected["size"]):
            yield f"{name} is missing or cut off"
        elif thorough or file.stat().st_mtime_ns != expected["changed"]:
            doubtful.append(name)
    with ThreadPoolExecutor(_THREADS) as pool:
        found = zip(doubtful, pool.map(lambda name: _hash(folder / name, files[name]["size"]), doubtful), strict=True)
        yield from (f"{name} is damaged" for name, content in found if content != files[name]["hash"])


def _is_volatile(file: Path) -> bool:
    is_graph = file.parent.parent.name == CHROMA_FOLDER
    return file.name.startswith(CHROMA_FILE) or (is_graph and not (file.parent / _SAVED_GRAPH).exists())


def _has_size(file: Path, size: int) -> bool:
    """Whether `file` has `size`, or more if later generations may have appended to it."""
    found = file.stat().st_size
    return found == size or (found > size and file.name in _GROWING)


def _stamp(file: Path) -> dict[str, Any]:
    status = file.stat()
    return {"size": status.st_size, "changed": status.st_mtime_ns, "hash": _hash(file, status.st_size)}


def _hash(file: Path, size: int) -> str:
    """The SHA-256 of the first `size` bytes of `file`."""
    digest, left = hashlib.sha256(), size
    with file.open("rb") as opened:
        while left and (block := opened.read(min(left, _BLOCK_BYTES))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()
