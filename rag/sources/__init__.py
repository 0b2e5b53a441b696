"""Files of papers: where they are, and what is in them."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from stat import S_ISREG

from rag.errors import SourceError
from rag.paper import Paper
from rag.sources import jsonl, listing
from rag.sources.skipped import Skipped

__all__ = ["Skipped", "find", "inside", "is_ours", "read"]

ENDINGS = (".txt", ".text", ".jsonl")
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
MAX_FILE = 500_000_000  # bytes; about 300,000 abstracts, read at once
BINARY = "binary file, not text"


def find(paths: Sequence[Path]) -> list[Path]:
    """The files that `paths` name, each once: a file whatever its ending, a folder as all papers anywhere in it.

    Raises SourceError for a path that does not exist and for a folder without a readable file.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _expand(path):
            found.setdefault(file.resolve(), file)
    return list(found.values())


def inside(folder: Path) -> list[Path]:
    """The files of papers anywhere in `folder`; none where there is no such folder."""
    return sorted(file for file in folder.rglob("*") if is_ours(file.relative_to(folder)) and not file.is_dir())


def read(path: Path) -> Iterator[Paper | Skipped]:
    """The papers in the file `path`, and a `Skipped` for whatever in it is not one. A bad file raises nothing."""
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode) or status.st_size > MAX_FILE:  # a pipe or a device may never end
            yield Skipped(path, 0, f"not a file of at most {MAX_FILE:,} bytes")
            return
        data = path.read_bytes()
    except OSError as error:
        yield Skipped(path, 0, f"cannot be read: {error.strerror}")
        return
    try:
        text = data.decode("utf-16" if data.startswith(UTF16) else "utf-8-sig")
    except UnicodeDecodeError:
        yield Skipped(path, 0, BINARY if b"\0" in data else "not UTF-8 text: save it as UTF-8")
        return
    yield from _records(text, path)


def _expand(path: Path) -> list[Path]:
    if not os.path.exists(path):  # Path.exists would raise for a path that may not be looked at
        raise SourceError(f"No such file or folder: {path}. Name one that exists: rag rebuild PATH")
    if not path.is_dir():
        return [path]
    files = inside(path)
    if not files:
        raise SourceError(f"No .txt or .jsonl files in {path}. Name a file or folder with papers: rag rebuild PATH")
    return files


def is_ours(file: Path) -> bool:
    """Whether `file`, a path from a folder on, is read with that folder: by its ending, no README and not hidden."""
    hidden = any(part.startswith(".") for part in file.parts)
    return file.suffix.lower() in ENDINGS and file.stem.lower() != "readme" and not hidden


def _records(text: str, path: Path) -> Iterator[Paper | Skipped]:
    if "\0" in text:
        yield Skipped(path, 0, BINARY)
    elif not text.strip():
        yield Skipped(path, 0, "empty file")
    else:
        # Not splitlines(): it also splits at characters that a JSON string may hold as they are.
        lines = re.split(r"\r\n|\r|\n", text)
        yield from (jsonl if text.lstrip().startswith("{") else listing).read(lines, path)
