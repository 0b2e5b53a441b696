"""Zip archives that users upload: the files of papers in them, with bounds on how many and on how large they are."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from rag.errors import SourceError
from rag.sources import is_supported
from rag.text import one_line

MAX_MEMBERS = 50  # files of papers in one archive
_MAX_DIRECTORY = 2_000_000  # bytes: what lists the files of an archive is read whole
_END, _END_BYTES = b"PK\x05\x06", 22  # of the record at the end of an archive
_END_SIZE = slice(12, 16)  # where it says how many bytes the list of files has
_LOCATOR, _LOCATOR_BYTES = b"PK\x06\x07", 20  # of the list of an archive too large for that record
_MAX_COMMENT = 1 << 16
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def unpack(archive: BinaryIO, name: str, take: Callable[[str, IO[bytes]], None]) -> None:
    """Has `take` read each file of papers in a zip `archive` called `name`; it is given the name of the file too.

    It must bound what it reads: files may be a million times as large as the archive. Raises SourceError if there are
    none or more than MAX_MEMBERS, and if the archive is damaged or asks for a password.
    """
    try:
        _check_directory(archive, name)
        with zipfile.ZipFile(archive) as opened:
            for member in _wanted(opened, name):
                with opened.open(member) as stream:
                    take(PurePosixPath(member.filename).name, stream)
    except _DAMAGES as fault:
        reason = "it asks for a password" if "password" in str(fault) else "the archive is damaged"
        remedy = "Unpack it yourself, then add the files."
        raise SourceError(f"Cannot unpack “{_shown(name)}”: {reason}. {remedy}") from fault


def left_out(archive: BinaryIO) -> list[str]:
    """The names of the files in a zip `archive` that `unpack` does not read, but for hidden ones and those of macOS."""
    with zipfile.ZipFile(archive) as opened:
        paths = [PurePosixPath(one.filename) for one in opened.infolist() if not one.is_dir()]
    seen = [path for path in paths if not any(part.startswith((".", "__MACOSX")) for part in path.parts)]
    return [path.name for path in seen if not _is_paper_file(str(path))]


def _wanted(opened: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    wanted = [one for one in opened.infolist() if not one.is_dir() and _is_paper_file(one.filename)]
    if not wanted:
        raise SourceError(f"“{_shown(name)}” holds no file of papers. Add BibTeX, RIS, CSV or JSON.")
    if len(wanted) > MAX_MEMBERS:
        raise SourceError(f"“{_shown(name)}” holds {len(wanted):,} files; at most {MAX_MEMBERS} are taken. Split it.")
    return wanted


def _is_paper_file(path: str) -> bool:
    return is_supported(Path(path)) and not path.startswith("__MACOSX/")


def _check_directory(archive: BinaryIO, name: str) -> None:
    """Raises SourceError for an archive of so many files that even their list is too large."""
    size = archive.seek(0, 2)
    archive.seek(max(0, size - _MAX_COMMENT - _END_BYTES - _LOCATOR_BYTES))
    tail = archive.read()
    at = tail.rfind(_END)
    is_large = tail[max(0, at - _LOCATOR_BYTES) : at].startswith(_LOCATOR)
    if at >= 0 and (is_large or int.from_bytes(tail[at:][_END_SIZE], "little") > _MAX_DIRECTORY):
        raise SourceError(f"“{_shown(name)}” holds too many files. Unpack it, then add those of papers.")
    archive.seek(0)


def _shown(name: str) -> str:
    return one_line(name)[:80]
