"""A rebuild tried out: what it would add to an index, change in it and remove, told without building anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import StoreError
from rag.index import generations, store
from rag.paper import Paper
from rag.sources.gather import gather
from rag.sources.skipped import Skipped


@dataclass(frozen=True)
class Changes:
    """What a rebuild would do: `changed` papers are as they would be then, `same` says how many stay as they are."""

    added: tuple[Paper, ...]
    changed: tuple[Paper, ...]
    removed: tuple[Paper, ...]
    same: int
    skipped: tuple[Skipped, ...]

    def __str__(self) -> str:
        return (
            f"{len(self.added)} added, {len(self.changed)} changed, {len(self.removed)} removed, "
            f"{self.same} as before, {len(self.skipped)} skipped"
        )


def compare(index_dir: Path, paths: Sequence[Path]) -> Changes:
    """What a rebuild of `index_dir` from `paths` would change. It reads them as the rebuild would, and writes nothing.

    Papers are the same by their `key`, and changed where anything but their source is other: the file that a paper
    comes from may be renamed. Where there is no index, or none that can be read, all papers are added. Raises
    SourceError as `build.rebuild` does.
    """
    found = gather(list(paths), _unseen)
    after = {paper.key: paper for paper in found.papers}
    before = {paper.key: paper for paper in _held(index_dir)}
    kept = [(before[key], paper) for key, paper in after.items() if key in before]
    changed = tuple(new for old, new in kept if replace(old, source="") != replace(new, source=""))
    return Changes(
        added=tuple(paper for key, paper in after.items() if key not in before),
        changed=changed,
        removed=tuple(paper for key, paper in before.items() if key not in after),
        same=len(kept) - len(changed),
        skipped=found.skipped,
    )


def _held(index_dir: Path) -> list[Paper]:
    """The papers of the current generation. Its vectors are not opened, and with what it embeds does not matter."""
    try:
        folder = generations.current(index_dir)
        return store.papers_in(folder) if folder else []
    except (StoreError, sqlite3.Error, ValueError, IndexError):  # damaged, or its tables are of another version
        return []


def _unseen(stage: str, done: int, total: int) -> None:
    """Progress of what takes seconds."""
