"""Generations: each build writes a fresh folder, and one atomic rename of a pointer file makes it current.

A process killed at any moment leaves the old pointer or the new one, each naming a complete generation. The next build,
which alone holds the lock, removes what a killed one left. A generation that is being read is kept until a later
build, because Chroma reopens its files as it needs them.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import shutil
import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout

from rag.errors import StoreError

POINTER = "CURRENT"  # two lines: the current generation, and the one before it
_GENERATION = re.compile(r"g\d{14}-[0-9a-f]{6}")  # nothing else in the folder is ever removed


def current(index_dir: Path) -> Path | None:
    """The folder of the current generation, or None if nothing has been built.

    Raises StoreError if the pointer exists but names no generation.
    """
    names = _generations_in_use(index_dir)
    if not names and (index_dir / POINTER).exists():
        raise StoreError(f"The index in {index_dir} is damaged: {POINTER} is unreadable. {rebuild_hint(index_dir)}")
    return index_dir / names[0] if names else None


def built_from(index_dir: Path) -> list[Path]:
    """The paths that the current generation was built from; none if its manifest cannot be read.

    The rest of it may be damaged.
    """
    paths = _manifest(index_dir).get("paths", [])
    return [Path(path) for path in paths] if isinstance(paths, list) else []


def read_with(index_dir: Path) -> dict[str, str]:
    """The columns that the tables of the current generation were read by; see `rag.index.contents`."""
    columns = _manifest(index_dir).get("columns", {})
    return columns if isinstance(columns, dict) else {}


def _manifest(index_dir: Path) -> dict[str, Any]:
    try:
        folder = current(index_dir)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8")) if folder else {}
        return manifest if isinstance(manifest, dict) else {}
    except (StoreError, OSError, ValueError):
        return {}


def hold(folder: Path, reader: object) -> None:
    """Prevents builds, of this or any other process, from removing the generation in `folder` while `reader` exists."""
    # Not thread-local: the reader may be garbage-collected in any thread.
    lock = FileLock(folder / f"{secrets.token_hex(4)}.lock", thread_local=False)
    lock.acquire()
    weakref.finalize(reader, _release, lock)


def _release(lock: BaseFileLock) -> None:
    lock.release(force=True)
    Path(lock.lock_file).unlink(missing_ok=True)


def _is_held(file: Path) -> bool:
    """Whether the reader that made the lock `file` still exists. A killed process leaves its file, but unlocked."""
    try:
        with FileLock(file, timeout=0):
            return False
    except Timeout:
        return True


def rebuild_hint(index_dir: Path, paths: Iterable[str] = ()) -> str:
    """The command that rebuilds the index in `index_dir`, from the given `paths` or else the default ones."""
    return f"Run: {shlex.join(['rag', 'rebuild', *paths, '--index', str(index_dir)])}"


@contextmanager
def building(index_dir: Path) -> Iterator[Path]:
    """A fresh folder to build in. It becomes current when the block ends, and is removed if the block raises.

    Raises StoreError if another build holds the lock or `index_dir` cannot be written; an OSError or sqlite3.Error of
    the block becomes one.
    """
    with _cleaned(index_dir):
        generation = index_dir / f"g{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(3)}"
        generation.mkdir()
        try:
            yield generation
            _switch(index_dir, generation.name)
        except BaseException as fault:
            shutil.rmtree(generation, ignore_errors=True)  # or the next build does it
            if isinstance(fault, (OSError, sqlite3.Error)):
                raise StoreError(_unwritable(index_dir, fault)) from fault
            raise


def previous(index_dir: Path) -> Path | None:
    """The folder of the generation before the current one, or None if there is none."""
    names = _generations_in_use(index_dir)
    return index_dir / names[1] if len(names) > 1 and (index_dir / names[1]).is_dir() else None


def roll_back(index_dir: Path) -> None:
    """Makes the generation before the current one current; the next call undoes that.

    Raises StoreError if there is none, or as `building` does.
    """
    with _cleaned(index_dir):
        before = previous(index_dir)
        if before is None:
            raise StoreError(f"There is no index before the current one in {index_dir}. Build one: rag rebuild")
        _point(index_dir, [before.name, *_generations_in_use(index_dir)[:1]])


def _unwritable(index_dir: Path, fault: Exception) -> str:
    reason = getattr(fault, "strerror", None) or str(fault)
    return f"The index in {index_dir} could not be written: {reason}. Make room there, then repeat the command."


def clean(index_dir: Path) -> None:
    """Removes what a killed build left, as the next build would. Raises StoreError as `building` does."""
    with _cleaned(index_dir):
        pass


@contextmanager
def _cleaned(index_dir: Path) -> Iterator[None]:
    """Holds the lock, without what a killed build left."""
    try:
        index_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index_dir / ".lock", timeout=0)
        lock.acquire()
    except Timeout as fault:
        raise StoreError(f"Another rebuild of {index_dir} is running. Try again when it is done.") from fault
    except OSError as fault:
        raise StoreError(f"Cannot write to {index_dir}: {fault.strerror}. Choose another with --index.") from fault
    with lock:
        _remove_all_but(index_dir, _generations_in_use(index_dir))
        yield


def _switch(index_dir: Path, name: str) -> None:
    """Makes the generation `name` current and keeps the one before it."""
    names = [name, *_generations_in_use(index_dir)[:1]]
    _point(index_dir, names)
    _remove_all_but(index_dir, names)


def _point(index_dir: Path, names: Sequence[str]) -> None:
    """Makes the pointer name these generations, the current one first: before or after a kill, never in between."""
    new_pointer = index_dir / f"{POINTER}.new"
    with new_pointer.open("w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in names))
        file.flush()
        os.fsync(file.fileno())
    new_pointer.replace(index_dir / POINTER)


def _generations_in_use(index_dir: Path) -> list[str]:
    """The generations that the pointer names, the current one first; none if it is missing or unreadable."""
    try:
        names = (index_dir / POINTER).read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        return []
    return names if all(_GENERATION.fullmatch(name) for name in names) else []


def _remove_all_but(index_dir: Path, names: list[str]) -> None:
    for folder in index_dir.iterdir():
        removable = _GENERATION.fullmatch(folder.name) and folder.name not in names
        if removable and not any(map(_is_held, folder.glob("*.lock"))):
            shutil.rmtree(folder)
