"""Reads arrays from files that may be damaged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

if TYPE_CHECKING:
    import numpy as np


def load(file: Path) -> dict[str, np.ndarray]:
    """The arrays in the .npz `file`, by name. Raises OSError or ValueError if it is missing or damaged."""
    import numpy as np

    try:
        with file.open("rb") as opened, np.load(opened) as arrays:
            return dict(arrays)
    except (BadZipFile, EOFError, RuntimeError) as fault:  # a .npz is a zip file with checksums
        raise ValueError(f"{file.name}: {fault}") from fault
