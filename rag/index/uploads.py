"""Files that users upload to a collection: staged first, to preview what they would change, then accepted.

Accepted files are in `added/`, beside the generations, and every rebuild without explicit paths reads them too. Staged
files are in a hidden folder, for a day. A file moves between the two by a single rename, so a process killed at any
moment loses nothing. The index changes with the rebuild that follows; if that is not made, the file moves back.
"""

from __future__ import annotations

import filecmp
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO, BinaryIO

from filelock import FileLock

from rag import sources
from rag.errors import SourceError, StoreError
from rag.index import archives, generations, moves
from rag.index.disk import is_no_room
from rag.settings import shipped
from rag.text import one_line

FOLDER = "added"
STAGING = ".incoming"  # hidden, so that a rebuild from a folder around the index does not read it
MAX_UPLOAD_BYTES = 500_000_000
MAX_STAGING_BYTES = 10_000_000_000  # of all staged files together
CHUNK_BYTES = 1_000_000  # copied at a time
_EXPIRY_SECONDS = 24 * 60 * 60  # of a staged file
_PRIVATE_FOLDER = 0o700  # uploads are for the owner of the process only, whatever its umask allows
_MAX_NAME_BYTES = 200  # file systems allow 255, and a number may be appended

ARCHIVE = ".zip"
# What people have beside references, and what to add instead.
INSTEAD = {
    ".pdf": "The text of a PDF is not read. Export its reference, with the abstract, as BibTeX or RIS from Zotero, "
    "Mendeley or EndNote.",
    **dict.fromkeys((".xls", ".xlsx", ".ods", ".numbers"), "Spreadsheets are not read. Save it as CSV."),
    **dict.fromkeys((".doc", ".docx", ".odt", ".rtf", ".pages"), "Documents are not read. Save it as plain text."),
    **dict.fromkeys((".htm", ".html"), "Web pages are not read. Export the references as BibTeX, RIS or CSV."),
    **dict.fromkeys((".7z", ".rar", ".tar", ".tgz"), "Only zip archives are unpacked. Unpack it, then add the files."),
    **dict.fromkeys(
        (".sqlite", ".db", ".enl", ".enlx"), "A program's own database is not read. Export it as BibTeX or RIS."
    ),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".svg", ".mp4", ".pptx", ".ppt"), "It holds no references."),
}
_Move = Callable[[Path, Path], object]  # of a file, from its old path to its new one
_TOKEN = re.compile(r"[0-9a-f]{16}")
_FORBIDDEN = re.compile(r'[/\\:*?"<>|]')  # path separators, and characters that some file systems refuse
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)", re.IGNORECASE)  # on Windows these open devices


def paths(index_dir: Path) -> list[Path]:
    """What a rebuild of `index_dir` without explicit paths reads: what the index was built from, and the uploads.

    These are the papers that come with rag if there is nothing else to read.
    """
    return with_uploads(index_dir, generations.built_from(index_dir)) or [shipped("papers")]


def with_uploads(index_dir: Path, chosen: Sequence[Path]) -> list[Path]:
    """The `chosen` paths, and the folder of accepted files exactly once, unless it is empty."""
    folder = (index_dir / FOLDER).resolve()
    others = [path for path in chosen if not Path(os.path.realpath(path)).is_relative_to(folder)]
    return [*others, folder] if files(index_dir) else others


def files(index_dir: Path) -> list[Path]:
    """The accepted files, by name."""
    return sources.files_in(index_dir / FOLDER)


def name_of(index_dir: Path, file: Path) -> str:
    """What the accepted `file` is called: its path in the folder of accepted files."""
    return file.relative_to(index_dir / FOLDER).as_posix()


def stage_all(index_dir: Path, name: str, stream: BinaryIO) -> list[Path]:
    """As `stage`, but of a zip archive each file of papers in it. Raises as `stage` and `archives.unpack` do."""
    if not name.lower().endswith(ARCHIVE):
        return [stage(index_dir, name, stream)]
    staged: list[Path] = []

    def take(member: str, content: IO[bytes]) -> None:
        room = MAX_UPLOAD_BYTES - sum(file.stat().st_size for file in staged)
        staged.append(stage(index_dir, member, content, room))

    try:
        archives.unpack(stream, name, take)
    except BaseException:
        for file in staged:
            discard(index_dir, file)
        raise
    return staged


def stage(index_dir: Path, name: str, stream: IO[bytes], room: int = MAX_UPLOAD_BYTES) -> Path:
    """Copies `stream` into a new staging folder, under `name`, and returns the file, for `accept` or `discard`.

    A name without an extension of a file of papers gets ".txt": what is in a file is recognised by its content. Files
    staged a day ago or earlier are removed. Raises SourceError as `checked` does, if the file has more than
    `MAX_UPLOAD_BYTES` bytes or than there is `room`, if `MAX_STAGING_BYTES` are staged, or if it cannot be written.
    """
    name = checked(name)
    with _writing(index_dir):
        remove_expired(index_dir)
        if _staged_bytes(index_dir) >= MAX_STAGING_BYTES:
            raise SourceError("Too many uploaded files wait for a rebuild. Rebuild first, then add this one again.")
        file = _new_staging_folder(index_dir) / name
        try:
            with open(file, "xb", opener=_private) as out:
                _copy(stream, out, name, min(room, MAX_UPLOAD_BYTES))
        except BaseException:
            discard(index_dir, file)
            raise
    return file


def accept(index_dir: Path, file: Path, move: _Move = lambda old, new: old.replace(new)) -> Path:
    """Has a staged `file` `move` to the accepted ones, for the next rebuild to read, and returns its new path.

    If the name is taken, a number is appended, unless the two files are identical. Raises SourceError if `file` is not
    staged, or no longer, or if it cannot be moved.
    """
    # The lock, or two files could take the same name at once, and one would be lost.
    with _writing(index_dir), FileLock(index_dir / ".added.lock"):
        if not (_is_staged(index_dir, file) and file.is_file()):
            raise SourceError(f"“{one_line(file.name)[:80]}” is no longer waiting to be added. Add it again.")
        (index_dir / FOLDER).mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        paths = _candidate_paths(index_dir, file.name)
        path = next(path for path in paths if not path.exists() or _is_identical(path, file))
        move(file, path)  # the one step that counts; an existing file has the same bytes
    discard(index_dir, file)
    return path


def discard(index_dir: Path, file: Path) -> None:
    """Removes a staged `file` with its folder. Does nothing if it is not staged, or gone already."""
    if _is_staged(index_dir, file):
        shutil.rmtree(file.parent, ignore_errors=True)


def remove(index_dir: Path, name: str, move: _Move = lambda old, new: old.replace(new)) -> Path:
    """Has the accepted file `name` `move` back to the staging, and returns its new path; `accept` undoes that.

    The next rebuild no longer reads it. Raises SourceError if there is no such file, or if it cannot be moved.
    """
    for file in files(index_dir):
        if name_of(index_dir, file) == name:
            with _writing(index_dir):
                path = _new_staging_folder(index_dir) / file.name
                move(file, path)
            return path
    raise SourceError(f"There is no added file “{one_line(name)[:80]}”. It may have been removed already.")


@contextmanager
def edited(index_dir: Path, staged: Sequence[Path], removed: Sequence[str]) -> Iterator[list[Path]]:
    """Accepts the `staged` files, which it gives by their new paths, and removes the accepted ones called `removed`.

    All are where they were if the block raises, or is killed, before a generation that it builds is current; use it
    within `generations.changing`. Raises SourceError as `accept` and `remove` do.
    """
    with ExitStack() as stack:
        with _writing(index_dir):
            move = stack.enter_context(moves.together(index_dir))
        accepted = [accept(index_dir, file, move) for file in staged]
        for name in removed:
            remove(index_dir, name, move)
        yield accepted


def remove_expired(index_dir: Path) -> None:
    """Removes what was neither accepted nor discarded in a day, as after a closed browser or a killed process.

    What a killed change has moved is where it was, first; while one moves files, none is removed.
    """
    if moves.is_pending(index_dir):
        with suppress(StoreError), generations.changing(index_dir):
            pass
    for folder in [] if moves.is_pending(index_dir) else (index_dir / STAGING).glob("*"):
        with suppress(OSError):  # another thread may be removing it too
            if time.time() - folder.stat().st_mtime >= _EXPIRY_SECONDS:
                shutil.rmtree(folder)


@contextmanager
def _writing(index_dir: Path) -> Iterator[None]:
    """Raises an OSError of the block as a SourceError that says what to do."""
    try:
        yield
    except OSError as fault:
        remedy = "Make room there" if is_no_room(fault, index_dir) else "Mend that"
        raise SourceError(f"Cannot write to {index_dir}: {fault.strerror}. {remedy}, then try again.") from fault


def _staged_bytes(index_dir: Path) -> int:
    total = 0
    for folder, _, names in os.walk(index_dir / STAGING):
        for name in names:
            with suppress(OSError):  # another thread may be removing it
                total += os.stat(os.path.join(folder, name)).st_size
    return total


def checked(name: str) -> str:
    """`name` without invisible characters, for a file of papers.

    Raises SourceError if it is unsafe on some file system, or of a kind that is not read.
    """
    name = one_line(name)
    extension = os.path.splitext(name)[1].lower()
    if remedy := INSTEAD.get(extension):
        raise SourceError(remedy)
    if not name.lower().endswith((*sources.EXTENSIONS, ARCHIVE)):
        name += ".txt"
    if reason := _why_refused(name):
        raise SourceError(f"Cannot add “{name[:80]}”: {reason}, then add it again.")
    return name


def _why_refused(name: str) -> str:
    if _FORBIDDEN.search(name) or _DEVICE.match(name):
        return "it is not a valid file name. Rename it"
    if len(name.encode()) > _MAX_NAME_BYTES:
        return "its name is too long. Rename it"
    if not name.lower().endswith(ARCHIVE) and not sources.is_supported(Path(name)):
        return "hidden files and READMEs are not read. Rename it"
    return ""


def _copy(stream: IO[bytes], out: BinaryIO, name: str, room: int) -> None:
    copied = 0
    while chunk := stream.read(CHUNK_BYTES):
        copied += len(chunk)
        if copied > room:
            raise SourceError(f"“{name}” has more than {room:,} bytes. Split it, then add the parts.")
        out.write(chunk)
    out.flush()
    os.fsync(out.fileno())  # it becomes part of the library by a rename, which a power cut may outlive


def _new_staging_folder(index_dir: Path) -> Path:
    folder = index_dir / STAGING / secrets.token_hex(8)
    folder.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    folder.mkdir(mode=_PRIVATE_FOLDER)
    return folder


def _private(path: str, flags: int) -> int:
    """Opens a new file that other users of the machine cannot read."""
    return os.open(path, flags, 0o600)


def _is_staged(index_dir: Path, file: Path) -> bool:
    """Whether `file` is the path of a staged file, which may be gone."""
    return file.parent.parent == index_dir / STAGING and bool(_TOKEN.fullmatch(file.parent.name))


def _candidate_paths(index_dir: Path, name: str) -> Iterator[Path]:
    """Where an accepted file of this name may go: under its name, or else with a number appended."""
    path = index_dir / FOLDER / name
    yield path
    yield from (path.with_stem(f"{path.stem}-{number}") for number in count(2))


def _is_identical(path: Path, other: Path) -> bool:
    return path.is_file() and filecmp.cmp(path, other, shallow=False)
