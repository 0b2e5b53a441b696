"""A preview of a rebuild: which papers it would add, change and remove. Nothing is built."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import StoreError
from rag.index import generations, papers_database
from rag.paper import Paper
from rag.progress import silent
from rag.sources.gather import gather
from rag.sources.skipped import Skipped


@dataclass(frozen=True)
class Changes:
    """What a rebuild would do. `changed` papers are given in their new form; `same` counts the unchanged ones."""

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
    """What a rebuild of `index_dir` from `paths` would change. Reads the files as a rebuild does, and writes nothing.

    Papers are matched by `key`. A paper has changed if any field but its source differs: a file may just have been
    renamed. If there is no readable index, all papers count as added. Raises SourceError as `rag.chat.rebuild.rebuild`
    does.
    """
    found = gather(paths, silent)
    after = {paper.key: paper for paper in found.papers}
    before = {paper.key: paper for paper in _current_papers(index_dir)}
    kept = [(before[key], paper) for key, paper in after.items() if key in before]
    changed = tuple(new for old, new in kept if replace(old, source="") != replace(new, source=""))
    return Changes(
        added=tuple(paper for key, paper in after.items() if key not in before),
        changed=changed,
        removed=tuple(paper for key, paper in before.items() if key not in after),
        same=len(kept) - len(changed),
        skipped=found.skipped,
    )


def _current_papers(index_dir: Path) -> list[Paper]:
    """The papers of the current generation, whose vectors are not opened; none if it cannot be read."""
    try:
        folder = generations.current(index_dir)
        return papers_database.read_papers(folder) if folder else []
    except (StoreError, sqlite3.Error, ValueError, IndexError):  # damaged, or of another schema
        return []
