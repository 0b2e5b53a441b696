"""Generations: each build writes a fresh folder, and one atomic rename of a pointer file makes it current.

A process killed at any moment leaves the old pointer or the new one, each naming a complete generation; so does a
power cut, because a generation is on the disk before the pointer names it. The next change, which alone holds the lock,
removes what a killed one left. A generation that is being read is kept until a later build, because Chroma reopens its
files as it needs them. While the pointer tells nothing, none is removed and nothing is changed; `rag.index.recovery`
makes it name one again.
"""

from __future__ import annotations

import errno
import os
import secrets
import shlex
import shutil
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout

from rag.errors import BusyError, DamageError, NoIndexError, StoreError
from rag.index import manifest, moves, pointer
from rag.index.disk import FULL, REFUSED, is_no_room

# Whoever asks whether a change is made holds the lock for an instant: nobody who finds it held just then must believe
# that it is. Askers of this process take turns, and a change tries again for so many seconds.
_LOOKING = threading.Lock()
_LOOK_SECONDS = 0.2


def current(index_dir: Path) -> Path | None:
    """The folder of the current generation, or None if nothing has been built.

    Raises StoreError if there are generations, and the pointer does not tell which is current.
    """
    names = pointer.named(index_dir)
    if not (names and (index_dir / names[0]).is_dir()):
        _check_pointer(index_dir)
    return index_dir / names[0] if names else None


def _check_pointer(index_dir: Path) -> None:
    if reason := pointer.loss(index_dir):
        raise damage(index_dir, reason)


def built_from(index_dir: Path) -> list[Path]:
    """The paths that the current generation was built from; none if its manifest cannot be read.

    The rest of it may be damaged.
    """
    return [Path(path) for path in _manifest(index_dir).get("paths", [])]


def read_with(index_dir: Path) -> dict[str, str]:
    """The columns that the tables of the current generation were read by; see `rag.index.contents`."""
    columns: dict[str, str] = _manifest(index_dir).get("columns", {})
    return columns


def _manifest(index_dir: Path) -> dict[str, Any]:
    try:
        folder = current(index_dir)
    except StoreError:
        return {}
    return manifest.read_unchecked(folder) if folder else {}


def hold(folder: Path, reader: object) -> None:
    """Prevents builds, of this or any other process, from removing the generation in `folder` while `reader` exists.

    Where `folder` cannot be written, it does nothing.
    """
    # Not thread-local: the reader may be garbage-collected in any thread.
    lock = FileLock(folder / f"{secrets.token_hex(4)}.lock", thread_local=False)
    with suppress(OSError):  # files that are open can be read even once a build has removed them
        lock.acquire()
        weakref.finalize(reader, _release, lock)


def _release(lock: BaseFileLock) -> None:
    lock.release(force=True)
    with suppress(OSError):
        Path(lock.lock_file).unlink()


def _is_held(file: Path) -> bool:
    """Whether the reader that made the lock `file` still exists. A killed process leaves its file, but unlocked."""
    try:
        with FileLock(file, timeout=0):
            return False
    except (Timeout, OSError):  # the latter where it is another user's
        return True


def rebuild_hint(index_dir: Path, paths: Iterable[str] = ()) -> str:
    """The command that rebuilds the index in `index_dir`, from the given `paths` or else the default ones."""
    return f"Run: {shlex.join(['rag', 'rebuild', *paths, '--index', str(index_dir)])}"


def missing(index_dir: Path) -> NoIndexError:
    """That there is no index in `index_dir`, by its whole path, and the command that builds it."""
    return NoIndexError(f"There is no index in {index_dir.absolute()}. {rebuild_hint(index_dir)}")


def damage(index_dir: Path, reason: str) -> DamageError:
    """That the index in `index_dir` is damaged, for this `reason`, and the command that repairs it."""
    repair = shlex.join(["rag", "verify", "--index", str(index_dir)])
    return DamageError(f"The index in {index_dir} is damaged ({reason}). Run: {repair}")


@contextmanager
def building(index_dir: Path) -> Iterator[Path]:
    """A fresh folder to build in. It becomes current when the block ends, and is removed if the block raises.

    Raises StoreError if another build holds the lock or `index_dir` cannot be written; an OSError or sqlite3.Error of
    the block becomes one.
    """
    with changing(index_dir):
        before = [name for name in pointer.named(index_dir)[:1] if (index_dir / name).is_dir()]
        generation = index_dir / f"g{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(3)}"
        try:
            generation.mkdir()
            yield generation
            _sync(generation)
            pointer.point(index_dir, [generation.name, *before])
        except BaseException as fault:
            reason = _unwritable(index_dir, fault)  # before there is room again
            if generation.name not in pointer.named(index_dir):  # it may have become current
                shutil.rmtree(generation, ignore_errors=True)  # or the next build does it
            if isinstance(fault, (OSError, sqlite3.Error)):
                raise StoreError(reason) from fault
            raise
        _remove_unused(index_dir)


def previous(index_dir: Path) -> Path | None:
    """The folder of the generation before the current one, or None if there is none."""
    names = pointer.named(index_dir)
    return index_dir / names[1] if len(names) > 1 and (index_dir / names[1]).is_dir() else None


def roll_back(index_dir: Path) -> None:
    """Makes the generation before the current one current; the next call undoes that.

    Raises StoreError if there is none, or as `building` does.
    """
    with changing(index_dir):
        before = previous(index_dir)
        if before is None:
            raise StoreError(f"There is no index before the current one in {index_dir}. {rebuild_hint(index_dir)}")
        point(index_dir, [before, *filter(None, [current(index_dir)])])


def point(index_dir: Path, folders: Sequence[Path]) -> None:
    """Makes the first of these generations current, and the second the one before. Raises StoreError if it cannot."""
    try:
        pointer.point(index_dir, [folder.name for folder in folders])
    except OSError as fault:
        raise StoreError(_unwritable(index_dir, fault)) from fault


def _unwritable(index_dir: Path, fault: BaseException) -> str:
    """What to say where a build ended with this `fault`, and what to do."""
    number = fault.errno if isinstance(fault, OSError) else None
    reason, remedy = getattr(fault, "strerror", None) or str(fault), "Mend that, then repeat the command."
    if number in REFUSED:
        remedy = "Choose another with --index."
    elif is_no_room(fault, index_dir):
        reason = os.strerror(number if number in FULL else errno.ENOSPC)
        remedy = "Make room there, then repeat the command."
    return f"The index in {index_dir} could not be written: {reason}. {remedy}"


@contextmanager
def changing(index_dir: Path, *, waits: bool = False) -> Iterator[None]:
    """Holds the lock of `index_dir`: meanwhile nobody else changes the index. What a killed change left is removed.

    The files that it had moved are where they were. What is changed depends on what the index holds, so plan the change
    inside, then build: `building` may be inside it, in the same thread. Raises StoreError if the pointer does not tell
    which generation is current, or as `locked` does.
    """
    with locked(index_dir, waits=waits) as is_outermost:
        _check_pointer(index_dir)
        if is_outermost:  # else the moves are those of this change
            _settle(index_dir)
        _remove_unused(index_dir)
        yield


def _settle(index_dir: Path) -> None:
    try:
        moves.settle(index_dir)
    except OSError as fault:
        raise StoreError(_unwritable(index_dir, fault)) from fault


@contextmanager
def locked(index_dir: Path, *, waits: bool = False) -> Iterator[bool]:
    """Holds the lock of `index_dir`, and changes nothing. Gives whether this thread did not hold it already.

    Raises BusyError if another change holds the lock, unless it `waits` for that to end, and StoreError if `index_dir`
    cannot be written.
    """
    try:
        index_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index_dir / ".lock", is_singleton=True)  # which its thread may acquire again
        is_outermost = not lock.is_locked
        held = lock.acquire(timeout=-1 if waits else _LOOK_SECONDS, poll_interval=_LOOK_SECONDS / 10)
    except Timeout as fault:
        raise BusyError(f"Another rebuild of {index_dir} is running. Try again when it is done.") from fault
    except OSError as fault:
        remedy = "Make room there, then repeat the command" if fault.errno in FULL else "Choose another with --index"
        raise StoreError(f"Cannot write to {index_dir}: {fault.strerror}. {remedy}.") from fault
    with held:
        yield is_outermost


def is_changing(index_dir: Path) -> bool:
    """Whether somebody, in this process or another, changes the index now."""
    try:
        with _LOOKING, FileLock(index_dir / ".lock", timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # there is no such folder, or it cannot be written
        return False


def _sync(generation: Path) -> None:
    """Has the system write the files in `generation` to the disk, so that a power cut no longer empties them."""
    for path in [*generation.rglob("*"), generation]:
        if path.is_dir():
            pointer.sync_folder(path)
        else:
            with path.open("rb+") as file:
                os.fsync(file.fileno())


def _remove_unused(index_dir: Path) -> None:
    """Removes the generations that neither the pointer names nor anybody reads; what cannot be removed stays.

    Removes none if the pointer names none, or one that is not there: its name may be a damaged one of another.
    """
    names = pointer.named(index_dir)
    if not names or not all((index_dir / name).is_dir() for name in names):
        return
    for folder in pointer.folders(index_dir):
        if folder.name not in names and not any(map(_is_held, folder.glob("*.lock"))):
            shutil.rmtree(folder, ignore_errors=True)
