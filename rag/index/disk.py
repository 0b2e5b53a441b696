"""Whether a disk is full, which libraries hide behind errors of their own."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # of an OSError
REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_MIN_FREE = 1 << 20  # bytes
_SQLITE_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE)  # the others at a quota
_CODE = re.compile(rf"code: ({'|'.join(map(str, _SQLITE_FULL))})\b")  # as Chroma reports what SQLite said


def is_no_room(fault: BaseException, folder: Path) -> bool:
    """Whether `fault` says, or hides, that no more can be written to the disk of `folder`."""
    if isinstance(fault, OSError) and fault.errno:
        return fault.errno in FULL
    is_said = getattr(fault, "sqlite_errorcode", None) in _SQLITE_FULL or bool(_CODE.search(str(fault)))
    return is_said or _is_full(folder)


def has_no_inodes(folder: Path) -> bool:
    """Whether the disk of `folder` can hold no more files, however small. Not known on Windows."""
    if os.name == "nt":
        return False
    with suppress(OSError):
        disk = os.statvfs(folder)
        return disk.f_files > 0 and disk.f_favail == 0  # some file systems count none
    return False


def _is_full(folder: Path) -> bool:
    with suppress(OSError):
        return shutil.disk_usage(folder).free < _MIN_FREE
    return False
