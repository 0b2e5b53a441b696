"""Waits for files of papers to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.sources.files import is_supported


def changes_of(paths: Sequence[Path]) -> Iterator[None]:
    """Yields after each change to one of `paths`, which are files and folders, once it has been quiet for a second.

    Ends when the process is interrupted. A file may be replaced by another of its name, as most programs write it.
    """
    from watchfiles import watch

    files = {path.resolve() for path in paths if not path.is_dir()}
    folders = [path.resolve() for path in paths if path.is_dir()]

    def concerns(_: object, name: str) -> bool:
        path = Path(name).resolve()
        inside = (folder for folder in folders if path.is_relative_to(folder))
        return path in files or any(is_supported(path.relative_to(folder)) for folder in inside)

    # The folder of a file is watched: a file that was replaced would not be watched any more.
    watched = [*folders, *{file.parent for file in files}]
    for _ in watch(*watched, watch_filter=concerns, debounce=10_000, step=1_000, raise_interrupt=False):
        yield
