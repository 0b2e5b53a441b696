"""What an index holds, in figures, for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import SourceError
from rag.index import generations, manifest
from rag.index.opening import DAMAGES
from rag.sources import find


@dataclass(frozen=True)
class Summary:
    """The index in the folder `index_dir`: what it holds, from what, and which files have changed since it was `built`.

    `size` is in bytes. `removed` counts the papers that the user removed. `before` is when the generation before was
    built, if there is one to go back to.
    """

    index_dir: Path
    papers: int
    built: datetime
    size: int
    embedding: str
    paths: tuple[Path, ...]
    changed: tuple[Path, ...]
    removed: int
    before: datetime | None


def of(index_dir: Path) -> Summary:
    """The summary of the current generation. Raises NoIndexError if there is none, StoreError if it is damaged."""
    folder = generations.current(index_dir)
    if folder is None:
        raise generations.missing(index_dir)
    try:
        about = manifest.read(folder)
        built = datetime.fromisoformat(about["built"])
        paths = tuple(Path(path) for path in about["paths"])
        papers, embedding, removed = (
            about["counts"]["papers"],
            about["embedding"]["name"],
            len(about.get("removed", [])),
        )
    except DAMAGES as fault:
        raise generations.damage(index_dir, "its manifest cannot be read") from fault
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    changed = tuple(path for path in paths if _has_changed(path, built))
    return Summary(index_dir, papers, built, size, embedding, paths, changed, removed, _built(index_dir))


def _has_changed(path: Path, since: datetime) -> bool:
    """Whether a file of `path` was written after `since`, or it is gone."""
    try:
        return any(datetime.fromtimestamp(_written(file), UTC) > since for file in find([path]))
    except (OSError, SourceError):
        return True


def _written(file: Path) -> float:
    """When `file` was written, in seconds; of a link to nothing or to itself, when that was made."""
    try:
        return file.stat().st_mtime
    except OSError:
        return file.lstat().st_mtime


def _built(index_dir: Path) -> datetime | None:
    """When the generation before the current one was built."""
    before = generations.previous(index_dir)
    try:
        return datetime.fromisoformat(manifest.read(before)["built"]) if before else None
    except DAMAGES:
        return None
