"""Plans of builds, for tests of how they are shown."""

from __future__ import annotations

from rag.index.changes import Changes, Planned
from rag.index.contents import Contents
from rag.paper import Paper
from rag.sources.skipped import Skipped


def planned(
    added: tuple[Paper, ...],
    changed: tuple[Paper, ...],
    removed: tuple[Paper, ...],
    same: int,
    skipped: tuple[Skipped, ...] = (),
) -> Planned:
    """A plan that adds, changes and removes these papers."""
    return Planned(Contents([]), Changes(added, changed, removed, same), skipped=skipped)
