"""Records that are finished as those of a file named works.json."""

from __future__ import annotations

from pathlib import Path

from rag.paper import Paper
from rag.sources.record import Record
from rag.sources.skipped import Skipped
from rag.sources.text_file import TextFile


def finish(folder: Path, record: Record) -> Paper | Skipped:
    path = folder / "works.json"
    path.write_text("{}")
    return record.finished(TextFile(path))


def paper_of(folder: Path, record: Record) -> Paper:
    found = finish(folder, record)
    assert isinstance(found, Paper)
    return found
