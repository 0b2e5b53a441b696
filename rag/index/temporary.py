"""Temporary folders of this process. What a killed one left is removed by the next that needs one."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX = "rag-"
_LOCK = ".lock"
_NEW_SECONDS = 60.0  # within which a folder may not be locked yet
_locks: dict[Path, FileLock] = {}  # of the folders of this process


def folder() -> Path:
    """A new, empty folder that only this user can read. Raises OSError, of errno ENOSPC where there is no room."""
    try:
        root = tempfile.gettempdir()
    except FileNotFoundError as fault:  # it tries to write, and says this of full disks too
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "temporary files") from fault
    if hasattr(os, "getuid"):
        _remove_abandoned(Path(root))
    made = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = FileLock(made / _LOCK, thread_local=False)  # it may be removed in any thread
    try:
        lock.acquire()
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        raise
    _locks[made] = lock
    return made


def remove(made: Path) -> None:
    """Removes a folder that `folder` made, once."""
    if lock := _locks.pop(made, None):
        lock.release(force=True)
        shutil.rmtree(made, ignore_errors=True)


def _remove_abandoned(root: Path) -> None:
    for found in root.glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError):  # another process may be removing it too
            if _is_mine(found.parent) and time.time() - found.stat().st_mtime > _NEW_SECONDS and _is_free(found):
                shutil.rmtree(found.parent, ignore_errors=True)


def _is_mine(made: Path) -> bool:
    """Whether this user made a folder, which nobody else can then have put anything into."""
    status = made.lstat()
    return not made.is_symlink() and status.st_uid == os.getuid() and not status.st_mode & 0o077


def _is_free(lock: Path) -> bool:
    try:
        with FileLock(lock, timeout=0):
            return True
    except Timeout:
        return False
