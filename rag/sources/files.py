"""Finds files of papers and reads them: decoding, limits, and what is skipped as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from stat import S_ISREG

from rag.errors import SourceError
from rag.paper import Paper
from rag.sources import tables, unread
from rag.sources.errors import UnreadableError
from rag.sources.formats import FORMATS
from rag.sources.skipped import Skipped
from rag.sources.tables import headings
from rag.sources.tables.columns import mappings
from rag.sources.text_file import HEAD_CHARS, TextFile
from rag.sources.unpacking import PACKED_EXTENSIONS
from rag.text import in_quotes

MAX_SKIPPED = 1_000  # of a file that are named one by one
_PLAIN = tuple(dict.fromkeys(extension for form in FORMATS for extension in form.extensions))
EXTENSIONS = tuple(plain + packed for plain in _PLAIN for packed in ("", *PACKED_EXTENSIONS))


def find(paths: Sequence[Path]) -> list[Path]:
    """The files to read for `paths`, each once: a file whatever its extension, and all files of papers in a folder.

    Raises SourceError for a path that does not exist and for a folder without any file of papers.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _expand(path):
            found.setdefault(Path(os.path.realpath(file)), file)  # Path.resolve raises for a link to itself
    return list(found.values())


def files_in(folder: Path) -> list[Path]:
    """The files of papers in `folder` and its subfolders, sorted; none if there is no such folder."""
    return sorted(file for file in folder.rglob("*") if is_supported(file.relative_to(folder)) and not file.is_dir())


def is_supported(file: Path) -> bool:
    """Whether `file`, relative to a folder, is read with it: a known extension, not hidden, and not a README."""
    hidden = any(part.startswith(".") for part in file.parts)
    name = file.name.lower()
    return name.endswith(EXTENSIONS) and not name.startswith("readme.") and not hidden


def read(path: Path, columns: Mapping[str, str] | None = None) -> Iterator[Paper | Skipped]:
    """The papers in the file `path`, and a `Skipped` for each record that is not one, as far as MAX_SKIPPED.

    `columns` says which columns of a table hold which fields, if it has them: see `rag.sources.tables.columns`. Never
    raises: what ends the reading of a file, or prevents it, gives a `Skipped` too.
    """
    skipped = 0
    for record in _records(path, columns or {}):
        skipped += isinstance(record, Skipped)
        if isinstance(record, Paper) or skipped <= MAX_SKIPPED:
            yield record
    if skipped > MAX_SKIPPED:
        yield Skipped(path, 0, f"{skipped - MAX_SKIPPED:,} more records are left out for reasons like these")


def described(path: Path, columns: Mapping[str, str] | None = None) -> tuple[str, str]:
    """The name of the format that `path` is in, and what to check of it: that its encoding is no guess.

    Both are "" where there is nothing to say.
    """
    try:
        file = TextFile(path, columns or {})
        name = next((form.name for form in FORMATS if form.read is _reader(file)), "")
    except (UnreadableError, OSError):
        return "", ""
    encoding = file.encoding
    if encoding.errors != "replace":
        return name, "some of it is not UTF-8, and is read as Windows-1252: check names with accents"
    is_sure = encoding.name.startswith("utf")
    return name, "" if is_sure else f"it is not UTF-8, and is read as {encoding.name}: check names with accents"


def check_columns(paths: Sequence[Path], named: Mapping[str, str]) -> None:
    """Raises SourceError unless a file in `paths` is a table with all columns that are `named`, and as `find` does."""
    files = find(paths) if named else []
    if not files or any(headings.has_all(_head(file), named.values()) for file in files):
        return
    wanted = ", ".join(map(in_quotes, named.values()))
    raise SourceError(f"No table among these files has the columns {wanted}{_found(files)}. Name those that it has.")


def _found(files: Sequence[Path]) -> str:
    """The columns of the first table among `files`, for a message."""
    heads = filter(tables.matches, map(_head, files))
    first = next(filter(None, map(headings.find, heads)), None)
    return f": those of the first are {first.listed}" if first else ""


def _head(path: Path) -> str:
    """The beginning of the text in the file `path`; "" if there is none that can be read."""
    try:
        return TextFile(path).head
    except (UnreadableError, OSError):
        return ""


def _records(path: Path, columns: Mapping[str, str]) -> Iterator[Paper | Skipped]:
    try:
        if not S_ISREG(path.stat().st_mode):  # reading a pipe or a device may never end
            yield Skipped(path, 0, "not a regular file")
            return
        file = TextFile(path, columns)
        yield from _reader(file)(file)
    except UnreadableError as fault:
        yield Skipped(path, fault.line, str(fault))
    except OSError as fault:
        yield Skipped(path, 0, f"cannot be read: {fault.strerror or fault}")


def _reader(file: TextFile) -> Callable[[TextFile], Iterator[Paper | Skipped]]:
    """The reader of the first format that `file` is in. Raises UnreadableError if it is in none."""
    if not file.head.strip():
        raise UnreadableError("empty file" if len(file.head) < HEAD_CHARS else "no text in its first 65,536 characters")
    if any(headings.has_all(file.head, one.values()) for one in mappings(file.columns)):
        return tables.read  # the user knows what does not look like a table
    for form in FORMATS:
        if form.matches(file.head):
            return form.read
    tried = ", ".join(form.name for form in FORMATS)
    raise UnreadableError(unread.named(file.head) or f"in no format that rag reads; tried: {tried}")


def _expand(path: Path) -> list[Path]:
    if not os.path.exists(path):  # Path.exists raises for a path that may not be accessed
        raise SourceError(f"No such file or folder: {path}. Repeat the command with one that exists.")
    if not path.is_dir():
        return [path]
    files = files_in(path)
    if not files:
        extensions = ", ".join(_PLAIN)
        raise SourceError(
            f"No files of papers ({extensions}) in {path}. Repeat the command with another folder or a file."
        )
    return files
