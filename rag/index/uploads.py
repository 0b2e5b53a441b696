"""Files that were added to an index by upload: staged first, to see what they would change, and then kept.

`added/` beside the generations holds the files; every rebuild that is not told what to read reads it too. What is
staged lies in a folder of its own for a day. A file is always whole in one of the two: it goes between them by one
rename, so a kill before it or after it loses nothing. The index follows with the next rebuild, whenever that is.
"""

from __future__ import annotations

import filecmp
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock

from rag import sources
from rag.errors import SourceError
from rag.index import generations
from rag.settings import shipped
from rag.text import one_line

FOLDER = "added"
STAGING = ".incoming"  # hidden, so that a rebuild from a folder around the index does not read it
KEPT = 24 * 60 * 60  # seconds that a staged file waits
MAX_NAME = 200  # bytes: file systems have room for 255, and a number may be appended
CHUNK = 1_000_000  # bytes copied at a time

_TOKEN = re.compile(r"[0-9a-f]{16}")
_NO_NAME = re.compile(r'[/\\:*?"<>|]')  # paths, and what some file system does not take
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)", re.IGNORECASE)  # Windows opens these, not files


def paths(index_dir: Path) -> list[Path]:
    """What a rebuild of `index_dir` reads that is told no paths: what the index was built from, and the added files.

    The papers that came with rag take the place of the former where there is no index, where it is too damaged to
    tell, and where nothing would be left to read.
    """
    chosen = generations.built_from(index_dir) or [shipped("papers")]
    return with_added(index_dir, chosen) or [shipped("papers")]


def with_added(index_dir: Path, chosen: Sequence[Path]) -> list[Path]:
    """The `chosen` paths and the folder of added files, once, and not at all while it is empty."""
    folder = (index_dir / FOLDER).resolve()
    others = [path for path in chosen if not path.resolve().is_relative_to(folder)]
    return [*others, folder] if files(index_dir) else others


def files(index_dir: Path) -> list[Path]:
    """The files that were added, by name."""
    return sources.inside(index_dir / FOLDER)


def stage(index_dir: Path, name: str, stream: BinaryIO) -> Path:
    """Puts what `stream` brings into a new folder, under `name`; where it lies, for `accept` or `discard`.

    What was staged a day ago or earlier is removed. Raises SourceError for a name that cannot be that of a file of
    papers, for more than `sources.MAX_FILE` bytes, and where the file cannot be written.
    """
    name = _checked(name)
    try:
        _remove_old(index_dir)
        file = _fresh(index_dir) / name
        try:
            with file.open("xb") as out:
                _copy(stream, out, name)
        except BaseException:
            discard(index_dir, file)
            raise
    except OSError as fault:
        raise SourceError(f"Cannot write to {index_dir}: {fault.strerror}. Make room there, then try again.") from fault
    return file


def accept(index_dir: Path, file: Path) -> Path:
    """Moves a staged `file` to the added ones; where it lies then, for the next rebuild to read.

    Another file of its name stays: this one is numbered, or dropped where both say the same. Raises SourceError where
    it is not staged, or not any more.
    """
    with FileLock(index_dir / ".added.lock"):  # else two at once could take one name, and one file were lost
        if not (_is_staged(index_dir, file) and file.is_file()):
            raise SourceError(f"“{one_line(file.name)[:80]}” does not wait to be added. Add it again.")
        (index_dir / FOLDER).mkdir(exist_ok=True)
        place = next(place for place in _places(index_dir, file.name) if not place.exists() or _alike(place, file))
        file.replace(place)  # the one step that counts, and the same bytes where a file is there
    discard(index_dir, file)
    return place


def discard(index_dir: Path, file: Path) -> None:
    """Removes a staged `file` with its folder. Nothing happens to other files, or where it is gone already."""
    if _is_staged(index_dir, file):
        shutil.rmtree(file.parent, ignore_errors=True)


def remove(index_dir: Path, name: str) -> Path:
    """Takes away the added file `name`, for the next rebuild to leave out; where it is staged, for `accept` to undo it.

    Raises SourceError where no such file was added.
    """
    for file in files(index_dir):
        if file.relative_to(index_dir / FOLDER).as_posix() == name:
            return file.replace(_fresh(index_dir) / file.name)
    raise SourceError(f"No added file is named “{one_line(name)[:80]}”. It may have been removed already.")


def _checked(name: str) -> str:
    """`name` as it is safe on any file system. Raises SourceError, with what to do, where it cannot be."""
    name = one_line(name)
    if reason := _fault(name):
        raise SourceError(f"Cannot add “{name[:80]}”: {reason}, then add it again.")
    return name


def _fault(name: str) -> str:
    if _NO_NAME.search(name) or _DEVICE.match(name):
        return "it is not the name of a file. Rename it"
    if len(name.encode()) > MAX_NAME:
        return "its name is too long. Rename it"
    if Path(name).suffix.lower() not in sources.ENDINGS:
        return f"only {', '.join(sources.ENDINGS)} files are read. Save it as one"
    if not sources.is_ours(Path(name)):
        return "hidden files and READMEs are not read. Rename it"
    return ""


def _copy(stream: BinaryIO, out: BinaryIO, name: str) -> None:
    left = sources.MAX_FILE
    while chunk := stream.read(CHUNK):
        left -= len(chunk)
        if left < 0:
            raise SourceError(f"“{name}” has more than {sources.MAX_FILE:,} bytes. Split it, then add the parts.")
        out.write(chunk)


def _fresh(index_dir: Path) -> Path:
    """A new folder of the staging."""
    folder = index_dir / STAGING / secrets.token_hex(8)
    folder.mkdir(parents=True)
    return folder


def _is_staged(index_dir: Path, file: Path) -> bool:
    """Whether `file` lies, or lay, in a folder of the staging."""
    return file.parent.parent == index_dir / STAGING and bool(_TOKEN.fullmatch(file.parent.name))


def _remove_old(index_dir: Path) -> None:
    """Removes what nobody accepted or discarded, as when the browser was closed or the process killed."""
    for folder in (index_dir / STAGING).glob("*"):
        with suppress(FileNotFoundError):  # another may remove it, too
            if time.time() - folder.stat().st_mtime >= KEPT:
                shutil.rmtree(folder)


def _places(index_dir: Path, name: str) -> Iterator[Path]:
    """Where the file may go: its name, then numbered."""
    place = index_dir / FOLDER / name
    yield place
    number = 2
    while True:
        yield place.with_stem(f"{place.stem}-{number}")
        number += 1


def _alike(one: Path, other: Path) -> bool:
    return one.is_file() and filecmp.cmp(one, other, shallow=False)
