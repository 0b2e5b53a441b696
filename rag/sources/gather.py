"""Files → papers, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import SourceError
from rag.paper import Paper, deduplicate
from rag.progress import Progress
from rag.sources.files import find, read
from rag.sources.skipped import Skipped


@dataclass(frozen=True)
class Gathered:
    """The `papers` in a number of `files`, after duplicates among their `records` are merged."""

    files: int
    records: int
    papers: list[Paper]
    skipped: tuple[Skipped, ...]


def gather(paths: Sequence[Path], progress: Progress) -> Gathered:
    """The papers in `paths`, which are files and folders. Raises SourceError if there are none."""
    files = find(paths)
    records, skipped = _read(files, progress)
    if not records:
        raise SourceError(_no_papers(files, skipped))
    return Gathered(len(files), len(records), deduplicate(records), tuple(skipped))


def _read(files: list[Path], progress: Progress) -> tuple[list[Paper], list[Skipped]]:
    records: list[Paper] = []
    skipped: list[Skipped] = []
    for done, path in enumerate(files):
        progress("reading", done, len(files))
        for record in read(path):
            if isinstance(record, Skipped):
                skipped.append(record)
            else:
                records.append(record)
    progress("reading", len(files), len(files))
    return records, skipped


def _no_papers(files: list[Path], skipped: list[Skipped]) -> str:
    reason = str(skipped[0]) if skipped else f"{files[0].name}: no title with an abstract"
    others = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
    return f"No paper could be read: {reason}{others}. Give listing pages or JSONL: rag rebuild PATH"
