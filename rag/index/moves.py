"""The files that a change of the index moves: if the change is not made, they are where they were, also after a kill.

Before the first of them moves, a list of them begins beside the generations, with the generation that was current then.
If that is current still, the change was not made. The list is removed once all is done, or undone.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from rag.index import pointer

_LIST = ".moves"  # the generation, then a line for each file: its old path, its new one, and whether that was free
_PRIVATE_FOLDER = 0o700


@contextmanager
def together(index_dir: Path) -> Iterator[Callable[[Path, Path], None]]:
    """What moves a file within `index_dir`. The moves are undone if the block raises and made no new generation.

    Use it within `generations.changing`, which undoes what was moved before a kill. An existing file is replaced, so it
    must have the same bytes. Raises OSError if the list cannot be written.
    """
    _append(index_dir, _current(index_dir))
    pointer.sync_folder(index_dir)
    try:
        yield partial(_move, index_dir)
    except BaseException:
        settle(index_dir)
        raise
    (index_dir / _LIST).unlink()


def is_pending(index_dir: Path) -> bool:
    """Whether files are being moved, or a killed change has moved some."""
    return (index_dir / _LIST).exists()


def settle(index_dir: Path) -> None:
    """Undoes the moves of a change that was not made, as after a kill. Raises OSError if it cannot."""
    try:
        before, *lines = (index_dir / _LIST).read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return
    if before == _current(index_dir):
        for line in reversed(lines):
            if line.endswith("]"):  # the last may be cut off, and then nothing was moved yet
                _undo(index_dir, *json.loads(line))
    (index_dir / _LIST).unlink()


def _move(index_dir: Path, old: Path, new: Path) -> None:
    paths = [path.relative_to(index_dir).as_posix() for path in (old, new)]
    _append(index_dir, json.dumps([*paths, not new.exists()]))
    old.replace(new)
    pointer.sync_folder(new.parent)


def _undo(index_dir: Path, old_path: str, new_path: str, was_free: bool) -> None:
    old, new = index_dir / old_path, index_dir / new_path
    if old.exists() or not new.exists():
        return
    old.parent.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
    if was_free:
        new.replace(old)
    else:
        shutil.copyfile(new, old)


def _append(index_dir: Path, line: str) -> None:
    """Adds the line, which is on the disk then."""
    with (index_dir / _LIST).open("a", encoding="utf-8", newline="\n") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def _current(index_dir: Path) -> str:
    return next(iter(pointer.named(index_dir)), "")
