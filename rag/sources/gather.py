"""Files → papers, each once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rag import sources
from rag.errors import SourceError
from rag.paper import Paper, deduplicate
from rag.progress import Progress
from rag.sources.skipped import Skipped


@dataclass(frozen=True)
class Gathered:
    """What so many `files` hold: `records` of `papers`, each paper once, and what is none."""

    files: int
    records: int
    papers: list[Paper]
    skipped: tuple[Skipped, ...]


def gather(paths: list[Path], progress: Progress) -> Gathered:
    """The papers in `paths` (files and folders) as a rebuild takes them. Raises SourceError where there are none."""
    files = sources.find(paths)
    records, skipped = _read(files, progress)
    if not records:
        raise SourceError(_nothing_read(files, skipped))
    return Gathered(len(files), len(records), deduplicate(records), tuple(skipped))


def _read(files: list[Path], progress: Progress) -> tuple[list[Paper], list[Skipped]]:
    records: list[Paper] = []
    skipped: list[Skipped] = []
    for done, path in enumerate(files):
        progress("reading", done, len(files))
        for found in sources.read(path):
            if isinstance(found, Skipped):
                skipped.append(found)
            else:
                records.append(found)
    progress("reading", len(files), len(files))
    return records, skipped


def _nothing_read(files: list[Path], skipped: list[Skipped]) -> str:
    why = str(skipped[0]) if skipped else f"{files[0].name}: no title with an abstract"
    more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
    return f"No paper could be read: {why}{more}. Give listing pages or JSONL: rag rebuild PATH"
