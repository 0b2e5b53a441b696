"""Waits for files of papers to change, by looking at them every second, which works on any file system."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from rag.errors import SourceError
from rag.sources.files import find

_INTERVAL = 1.0  # seconds

_Stamps = dict[Path, tuple[int, int]]  # of each file, when it was changed, and its size


def changes_of(paths: Sequence[Path]) -> Iterator[None]:
    """Yields at once, and then after each change to one of `paths`, which are files and folders, for ever.

    A change counts once no further one follows for a second: a file may be written slowly, or replaced by another.
    """
    seen = before = _stamps(paths)
    yield
    while True:
        time.sleep(_INTERVAL)
        now = _stamps(paths)
        if now == before != seen:
            seen = now
            yield
        before = now


def _stamps(paths: Sequence[Path]) -> _Stamps:
    stamps: _Stamps = {}
    for path in paths:
        for file in _files(path):
            with suppress(OSError):  # it is gone, or a link to nothing, and may come back
                status = file.stat()
                stamps[file] = status.st_mtime_ns, status.st_size
    return stamps


def _files(path: Path) -> list[Path]:
    try:
        return find([path])
    except (SourceError, OSError):
        return []
