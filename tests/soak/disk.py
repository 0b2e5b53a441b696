"""A small file system for the index, so that a disk can be full without harm to the machine's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

MEGABYTES = 256
_INSIDE = "SOAK_INSIDE"  # set in the process that may mount


def enter() -> None:
    """Runs this program again where it may mount a file system that nobody else sees and that ends with it.

    Returns if that is done, or if the system does not allow it.
    """
    if _INSIDE in os.environ:
        return
    command = ["unshare", "--map-root-user", "--mount"]
    if shutil.which("unshare") and not subprocess.run([*command, "true"], capture_output=True).returncode:
        os.environ[_INSIDE] = "1"
        os.execvp("unshare", [*command, sys.executable, "-m", "tests.soak", *sys.argv[1:]])


class Disk:
    """The file system at `folder`, `is_small` if one could be mounted there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "soak", str(folder)]
        self.is_small = _INSIDE in os.environ and not subprocess.run(command, capture_output=True).returncode
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Takes all of its room."""
        with self._filler.open("ab") as file:
            for size in (1 << 20, 1 << 12, 1):
                _append(file.fileno(), bytes(size))

    def empty(self) -> None:
        """Gives the room back."""
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        if self.is_small:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)


def _append(file: int, block: bytes) -> None:
    try:
        while True:
            os.write(file, block)
    except OSError:  # no space is left for a block of this size
        return
