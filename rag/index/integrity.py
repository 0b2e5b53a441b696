"""Whether the files of a generation are as they were written, without reading all of them each time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from rag.index.maxsim import EMBEDDINGS_FILE
from rag.index.papers_database import PAPERS_FILE
from rag.index.vector_arrays import ROWS_FILE
from rag.index.vector_database import LINKS_FILE

_GROWING = (ROWS_FILE, EMBEDDINGS_FILE)  # see rag.index.arrays.open_to_append
_CRUCIAL = (PAPERS_FILE, LINKS_FILE)  # always read: nothing wrong may be quoted, nor may the process crash
_QUICK_BYTES = 64_000_000  # of small files that are always read, which takes some 30 ms
_BLOCK_BYTES = 1 << 20
_THREADS = 4  # hashing and reading leave Python's lock

Files = Mapping[str, Mapping[str, Any]]


def describe(folder: Path) -> dict[str, dict[str, Any]]:
    """Size, time of change and hash of each file in `folder`, by its name, for `check`."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    with ThreadPoolExecutor(_THREADS) as pool:
        return dict(zip(names, pool.map(lambda name: _stamp(folder / name), names), strict=True))


def check(folder: Path, files: Files, thorough: bool = False) -> None:
    """Raises ValueError that names the first of `files`, as `describe` gave them, that is not as it was.

    All are read if `thorough`. If not, those that were touched since are, with the papers, the graph of Chroma and as
    many small ones as take no time that anybody would notice.
    """
    for fault in damaged(folder, files, thorough):
        raise ValueError(fault)


def damaged(folder: Path, files: Files, thorough: bool = False) -> Iterator[str]:
    """What is wrong with each of `files` that is not as it was: ``papers.db is missing or cut off``."""
    doubtful, always = [], set(files if thorough else _quick(files))
    for name, expected in files.items():
        file = folder / name
        if not file.is_file() or not _has_size(file, expected["size"]):
            yield f"{name} is missing or cut off"
        elif name in always or file.stat().st_mtime_ns != expected["changed"]:
            doubtful.append(name)
    with ThreadPoolExecutor(_THREADS) as pool:
        sound = pool.map(lambda name: _is_sound(folder / name, files[name]), doubtful)
        yield from (f"{name} is damaged" for name, is_sound in zip(doubtful, sound, strict=True) if not is_sound)


def decayed(folder: Path, files: Files) -> Iterator[str]:
    """As `damaged`, thoroughly, but one file after the other and in one thread, for a process that has other work."""
    for name, expected in files.items():
        if not (folder / name).is_file() or not _is_sound(folder / name, expected):
            yield f"{name} is damaged"


def _quick(files: Files) -> Iterable[str]:
    """The names of the files that are always read."""
    left = _QUICK_BYTES
    yield from (name for name in files if Path(name).name in _CRUCIAL)
    for name in sorted(files, key=lambda name: files[name]["size"]):
        left -= files[name]["size"]
        if left < 0:
            return
        yield name


def _is_sound(file: Path, expected: Mapping[str, Any]) -> bool:
    """Whether `file` has the content that is `expected`. If so, it gets the time of change of old, so that a copy of an
    index is read only once.
    """
    status = file.stat()
    if _hash(file, expected["size"]) != expected["hash"]:
        return False
    if status.st_mtime_ns != expected["changed"]:
        with suppress(OSError):  # it may belong to somebody else
            os.utime(file, ns=(status.st_atime_ns, expected["changed"]))
    return True


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
