"""The pointer, `CURRENT`: a file that names the current generation, and the one before it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from rag.index.manifest import MANIFEST_FILE

POINTER = "CURRENT"  # two lines: the current generation, and the one before it
_GENERATION = re.compile(r"g\d{14}-[0-9a-f]{6}")
_MAX_POINTER = 1_000  # characters


def named(index_dir: Path) -> list[str]:
    """The generations that the pointer names, the current one first; none if it is missing or unreadable."""
    try:
        with (index_dir / POINTER).open(encoding="utf-8") as file:
            names = file.read(_MAX_POINTER).split()
    except (OSError, UnicodeDecodeError):
        return []
    return names if all(_GENERATION.fullmatch(name) for name in names) else []


def point(index_dir: Path, names: Sequence[str]) -> None:
    """Makes the pointer name these generations, the current one first: before or after a kill, never in between."""
    new_pointer = index_dir / f"{POINTER}.new"
    with new_pointer.open("w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in names))
        file.flush()
        os.fsync(file.fileno())
    new_pointer.replace(index_dir / POINTER)
    sync_folder(index_dir)


def sync_folder(folder: Path) -> None:
    """Has the system write the names in `folder` to the disk. Windows has no such call."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def folders(index_dir: Path) -> list[Path]:
    """The folders of all generations in `index_dir`, also of those that a killed build left incomplete."""
    try:
        return [path for path in index_dir.iterdir() if _GENERATION.fullmatch(path.name)]
    except OSError:  # there is no such folder, or it cannot be read
        return []


def complete(index_dir: Path) -> list[Path]:
    """The folders of the generations that were built to their end, whether they are sound or not."""
    return [folder for folder in folders(index_dir) if (folder / MANIFEST_FILE).is_file()]


def loss(index_dir: Path) -> str:
    """Why the pointer tells nothing although there are complete generations: ``CURRENT is missing``. "" if it does."""
    names = named(index_dir)
    if (names and (index_dir / names[0]).is_dir()) or not complete(index_dir):
        return ""
    if named(index_dir) != names:  # a build ended meanwhile
        return loss(index_dir)
    if names:
        return f"{POINTER} names {names[0]}, which is gone"
    return f"{POINTER} is {'unreadable' if (index_dir / POINTER).exists() else 'missing'}"
