"""Adds the papers in a text to the index, as a file that somebody uploads; removes none."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from time import sleep
from typing import TYPE_CHECKING, Any

from rag.chat.edits import Edits, Preview
from rag.errors import RagError, SourceError, StoreError
from rag.index import generations, uploads
from rag.text import count

if TYPE_CHECKING:
    from pathlib import Path

    from rag.chat.library import Library
    from rag.progress import Progress

MAX_CONTENT_CHARS = 200_000  # about a hundred records with abstracts; JSON may write each in 6 bytes of a request
MAX_TOLD = 20  # titles that were added, and records that were skipped
_INTERVAL = 0.05  # seconds between two looks whether an index is open


def add(library: Library, name: str, content: str, progress: Progress) -> dict[str, Any]:
    """Adds the papers in `content`, the text of a file called `name`, and opens the index that has them.

    {"added", "changed", "known": how many of its papers, "skipped": [{"line", "reason"}] its records that are none,
    "titles": of those added, "papers": how many the index has}. Of titles and skipped records, the first are given.
    Raises SourceError if the text holds no paper, StoreError without an index, or if it would merge papers.
    """
    library.retriever()  # an agent adds to a collection; it begins none
    index_dir, name = library.settings.index_dir, uploads.checked(name)
    if name.lower().endswith(uploads.ARCHIVE):
        raise SourceError("Nothing was added: the text is not that of an archive. Give its files, one by one.")
    file = uploads.stage(index_dir, name, BytesIO(content.encode()))
    try:
        preview = library.preview(Edits(staged=(file,)))
        _check(preview)
        papers = _changed(library, file, preview, progress)
    finally:
        uploads.discard(index_dir, file)
    return _result(preview, papers)


def _check(preview: Preview) -> None:
    """Raises RagError unless the staged file adds papers, and takes none away."""
    ((file, _),) = preview.files
    if not file.papers:
        raise SourceError(f"Nothing was added: {file.fault}.")
    if preview.planned is None or preview.planned.unknown:
        raise StoreError("Nothing was added: the papers of the index cannot be read. Repair it: rag rebuild")
    if gone := len(preview.planned.changes.removed):
        raise StoreError(
            f"Nothing was added: {count(gone, 'paper')} would be merged into another. Have the user add the file, who "
            "sees what changes: rag add FILE --dry-run"
        )


def _changed(library: Library, file: Path, preview: Preview, progress: Progress) -> int:
    """Builds the index with `file` in it, unless nothing changes, and opens it. How many papers it has."""
    assert preview.planned  # it is checked
    if not preview.planned.changes:
        return library.retriever().store.paper_count
    report = library.rebuild(progress, Edits(staged=(file,)))
    with suppress(RagError):  # whoever asks next is told
        while library.retriever().store.folder != generations.current(library.settings.index_dir):
            sleep(_INTERVAL)  # another thread opens it
    return report.papers


def _result(preview: Preview, papers: int) -> dict[str, Any]:
    ((file, outcome),) = preview.files
    assert preview.planned  # it is checked
    return {
        "added": outcome.new,
        "changed": outcome.changed,
        "known": outcome.same + outcome.twice,
        "skipped": [{"line": one.line, "reason": one.reason} for one in file.skipped[:MAX_TOLD]],
        "titles": [paper.title for paper in preview.planned.changes.added[:MAX_TOLD]],
        "papers": papers,
    }
