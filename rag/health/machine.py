"""Whether this machine has the memory and the disk that rag needs."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from rag.health.check import Check, size

MIN_MEMORY = 1_000_000_000  # bytes; a chat with the bundled model, or a rebuild, of a few thousand papers
MIN_DISK = 500_000_000  # bytes; an index of 10,000 papers

_MEMORY = Path("/proc/meminfo")
_LIMIT = Path("/sys/fs/cgroup/memory.max")  # of a container, whose /proc/meminfo is that of the whole machine


def memory() -> Check:
    """How much memory is left, where the system says so."""
    left = _available()
    if left is None:
        return Check("memory", "this system does not say how much is available")
    if left < MIN_MEMORY:
        return Check("memory", f"{size(left)} available, {size(MIN_MEMORY)} needed", "rag chat --llm none")
    return Check("memory", f"{size(left)} available")


def disk(index_dir: Path, used: int) -> Check:
    """Whether a rebuild fits on the disk of `index_dir` next to the index, which takes up `used` bytes."""
    folder = next(path for path in (index_dir, *index_dir.absolute().parents) if path.is_dir())
    elsewhere = "rag rebuild --index FOLDER_ON_ANOTHER_DISK"
    if not os.access(folder, os.W_OK | os.X_OK):
        return Check("disk", f"{folder} cannot be written", elsewhere)
    left, needed = shutil.disk_usage(folder).free, max(used, MIN_DISK)
    if left < needed:
        return Check("disk", f"{size(left)} free in {folder}, a rebuild needs {size(needed)}", elsewhere)
    return Check("disk", f"{size(left)} free in {folder}")


def _available() -> int | None:
    """The bytes of memory that a process could have now, None if the system does not say."""
    try:
        found = re.search(r"^MemAvailable: +(\d+) kB$", _MEMORY.read_text(), re.MULTILINE)
    except OSError:
        return None
    limit = _LIMIT.read_text().strip() if _LIMIT.is_file() else "max"
    limits = [int(found[1]) * 1024] if found else []
    return min([*limits, *([int(limit)] if limit.isdecimal() else [])], default=None)
