"""Finds files of papers and reads them: decoding, limits, and what is skipped as a whole."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from stat import S_ISREG

from rag.errors import SourceError
from rag.paper import Paper
from rag.sources.formats import EXTENSIONS, format_of
from rag.sources.skipped import Skipped

MAX_FILE_BYTES = 500_000_000  # about 300,000 abstracts; a file is read into memory as a whole

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BINARY = "binary file, not text"


def find(paths: Sequence[Path]) -> list[Path]:
    """The files to read for `paths`, each once: a file whatever its extension, and all files of papers in a folder.

    Raises SourceError for a path that does not exist and for a folder without any file of papers.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _expand(path):
            found.setdefault(file.resolve(), file)
    return list(found.values())


def files_in(folder: Path) -> list[Path]:
    """The files of papers in `folder` and its subfolders, sorted; none if there is no such folder."""
    return sorted(file for file in folder.rglob("*") if is_supported(file.relative_to(folder)) and not file.is_dir())


def is_supported(file: Path) -> bool:
    """Whether `file`, relative to a folder, is read with it: a known extension, not hidden, and not a README."""
    hidden = any(part.startswith(".") for part in file.parts)
    return file.suffix.lower() in EXTENSIONS and file.stem.lower() != "readme" and not hidden


def read(path: Path) -> Iterator[Paper | Skipped]:
    """The papers in the file `path`, and a `Skipped` for each record that is not one.

    Never raises: a file that cannot be read at all gives a single `Skipped`.
    """
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):  # reading a pipe or a device may never end
            yield Skipped(path, 0, "not a regular file")
            return
        if status.st_size > MAX_FILE_BYTES:
            yield Skipped(path, 0, f"larger than {MAX_FILE_BYTES:,} bytes: split it")
            return
        data = path.read_bytes()
    except OSError as error:
        yield Skipped(path, 0, f"cannot be read: {error.strerror}")
        return
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError:
        yield Skipped(path, 0, _BINARY if b"\0" in data else "not UTF-8 text: save it as UTF-8")
        return
    yield from _records(text, path)


def _expand(path: Path) -> list[Path]:
    if not os.path.exists(path):  # Path.exists raises for a path that may not be accessed
        raise SourceError(f"No such file or folder: {path}. Name one that exists: rag rebuild PATH")
    if not path.is_dir():
        return [path]
    files = files_in(path)
    if not files:
        extensions = ", ".join(EXTENSIONS)
        raise SourceError(f"No files of papers ({extensions}) in {path}. Name others: rag rebuild PATH")
    return files


def _records(text: str, path: Path) -> Iterator[Paper | Skipped]:
    if "\0" in text:
        yield Skipped(path, 0, _BINARY)
    elif not text.strip():
        yield Skipped(path, 0, "empty file")
    else:
        # str.splitlines() would also split at characters such as U+2028, which a JSON string may contain unescaped.
        yield from format_of(text).read(re.split(r"\r\n|\r|\n", text), path)
