"""Arrays in files that may be damaged, and ranges of their rows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from zipfile import BadZipFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import DTypeLike

_SEPARATOR = "\n"  # which no term has


def load(file: Path) -> dict[str, np.ndarray]:
    """The arrays in the .npz `file`, by name. Raises OSError or ValueError if it is missing or damaged."""
    import numpy as np

    try:
        with file.open("rb") as opened, np.load(opened) as arrays:
            return dict(arrays)
    except (BadZipFile, EOFError, RuntimeError) as fault:  # a .npz is a zip file with checksums
        raise ValueError(f"{file.name}: {fault}") from fault


def save_columns(folder: Path, columns: Mapping[str, np.ndarray]) -> None:
    """Writes `columns`, arrays by name, into a new `folder`, for `load_columns`."""
    import numpy as np

    folder.mkdir()
    for name, column in columns.items():
        np.save(folder / f"{name}.npy", column)


def load_columns(folder: Path) -> dict[str, np.ndarray]:
    """The arrays in `folder` by name, read as they are needed. Raises OSError or ValueError if one is damaged."""
    import numpy as np

    try:
        return {file.stem: np.load(file, mmap_mode="r").view(np.ndarray) for file in folder.glob("*.npy")}
    except EOFError as fault:  # an empty file
        raise ValueError(f"{folder.name}: {fault}") from fault


def memory_map(file: Path, dtype: DTypeLike, rows: int, columns: int) -> np.ndarray:
    """The first rows in `file`, of (rows, columns), read as needed. Raises OSError or ValueError if it has fewer."""
    import numpy as np

    if not rows:
        return np.zeros((0, columns), dtype)  # which cannot be mapped
    if not 0 < rows * columns * np.dtype(dtype).itemsize <= file.stat().st_size:
        raise ValueError(f"{file.name}: it does not have {rows} rows of {columns}")
    mapped: np.ndarray = np.memmap(file, dtype, "r", shape=(rows, columns))
    return mapped.view(np.ndarray)  # a plain array is faster to take rows of


def open_to_append(file: Path, size: int = 0, old: Path | None = None) -> BinaryIO:
    """A new `file`, open for rows to be appended; it begins with the first `size` bytes of the file `old`.

    These are not copied if nothing has been appended to `old` yet: both names are then of one file on disk, where each
    generation reads as many rows as it knows of.
    """
    if old:
        _link_or_copy(old, file, size)
    return file.open("ab")


def _link_or_copy(old: Path, file: Path, size: int) -> None:
    if old.stat().st_size == size:
        with suppress(OSError):  # the file system has no links
            os.link(old, file)
            return
    shutil.copyfile(old, file)
    os.truncate(file, size)


def rows_of(starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The rows of several ranges, one range after the other, given by where each starts and how many rows it has."""
    import numpy as np

    rows: np.ndarray = np.arange(sizes.sum()) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
    return rows


def pack(terms: Iterable[str]) -> np.ndarray:
    """`terms` as bytes: an array of strings would give each the room of the longest."""
    import numpy as np

    return np.frombuffer(_SEPARATOR.join(terms).encode(), dtype=np.uint8)


def unpack(packed: np.ndarray) -> list[str]:
    """The terms that `pack` packed. Raises ValueError if they are damaged."""
    text = packed.tobytes().decode()
    return text.split(_SEPARATOR) if text else []
