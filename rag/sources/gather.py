"""Files → papers, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import SourceError
from rag.paper import Paper
from rag.progress import Progress
from rag.sources.duplicates import Merge, deduplicate
from rag.sources.files import find, read
from rag.sources.skipped import Skipped

ReadFiles = Callable[[Sequence[Path], Mapping[str, str]], Iterator[Iterable[Paper | Skipped]]]


@dataclass(frozen=True)
class Gathered:
    """The distinct `papers` in a number of `files`, and the `merges` of the others among their `records`."""

    files: int
    records: int
    papers: list[Paper]
    merges: tuple[Merge, ...]
    skipped: tuple[Skipped, ...]


def read_here(files: Sequence[Path], columns: Mapping[str, str]) -> Iterator[Iterable[Paper | Skipped]]:
    """What `read` gives of each of `files`, in order."""
    return (read(path, columns) for path in files)


def gather(
    paths: Sequence[Path],
    progress: Progress,
    columns: Mapping[str, str] | None = None,
    read_files: ReadFiles = read_here,
) -> Gathered:
    """The papers in `paths`, which are files and folders. Raises SourceError if there are none.

    `columns` says which column of a table holds a field, where its heading does not. `read_files` reads the files.
    """
    files = find(paths)
    records, skipped = _read(files, progress, columns or {}, read_files)
    if not records:
        raise SourceError(_no_papers(files, skipped))
    papers, merges = deduplicate(records)
    return Gathered(len(files), len(records), papers, tuple(merges), tuple(skipped))


def _read(
    files: list[Path], progress: Progress, columns: Mapping[str, str], read_files: ReadFiles
) -> tuple[list[Paper], list[Skipped]]:
    records: list[Paper] = []
    skipped: list[Skipped] = []
    progress("reading", 0, len(files))
    for done, of_file in enumerate(read_files(files, columns), 1):
        for record in of_file:
            if isinstance(record, Skipped):
                skipped.append(record)
            else:
                records.append(record)
        progress("reading", done, len(files))
    return records, skipped


def _no_papers(files: list[Path], skipped: list[Skipped]) -> str:
    reason = str(skipped[0]) if skipped else f"{files[0].name}: no title with an abstract"
    others = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
    return f"No paper could be read: {reason}{others}. Repeat the command with BibTeX, RIS, CSV or JSON."
