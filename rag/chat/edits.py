"""What somebody who looks after a collection changes in it at once: files added, files taken out, files read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.chat.rebuild import BuildReport, carry_out, sources
from rag.errors import SourceError
from rag.index import changes, generations, incoming, uploads
from rag.index.changes import Planned
from rag.index.held import held
from rag.index.incoming import Incoming, Outcome
from rag.paper import Paper
from rag.progress import Progress, silent
from rag.settings import shipped
from rag.sources import find

if TYPE_CHECKING:
    from rag.index.chroma_server import ChromaServer


@dataclass(frozen=True)
class Edits:
    """Files that are `staged` are added, and the added ones that are called `removed` are taken out again.

    All files that the index is built from are read again if it is to be `reread`, else only if it must be. The papers
    that come with rag go if they are `unshipped`. See `rag.index.uploads`.
    """

    staged: tuple[Path, ...] = ()
    removed: tuple[str, ...] = ()
    reread: bool = False
    unshipped: bool = False

    @property
    def only_adds(self) -> bool:
        """Whether nothing can be removed, so that no other file need be read."""
        return bool(self.staged) and not (self.removed or self.reread or self.unshipped)


@dataclass(frozen=True)
class Preview:
    """What edits would change, and what each of the staged `files` is, with what becomes of its papers.

    There is nothing `planned` if no file can be read, and nothing else is to be done. Of the papers that would be
    removed, so many are `fileless`: the index holds them, as after going back, but no file that it is built from does.
    """

    planned: Planned | None
    files: tuple[tuple[Incoming, Outcome], ...] = ()
    fileless: int = 0


def preview(index_dir: Path, edits: Edits) -> Preview:
    """What `edits` would change. Raises as `apply` does, but not for files without papers."""
    read = _examined(index_dir, edits)
    usable = [file for file in read if file.papers]
    if not usable and edits == Edits(edits.staged) and edits.staged:
        return Preview(None, tuple((file, Outcome()) for file in read))
    paths = _paths(index_dir, edits, usable)
    planned = _planned(index_dir, edits, usable, paths, silent)
    found = incoming.outcomes(read, planned.changes, planned.contents.papers)
    return Preview(planned, tuple(zip(read, found, strict=True)), _fileless(index_dir, edits, planned, paths))


def _fileless(index_dir: Path, edits: Edits, planned: Planned, paths: Sequence[Path]) -> int:
    """How many papers are removed though nobody takes out the files that they came from."""
    if not planned.changes.removed:
        return 0
    unshipped = [shipped("papers")] if edits.unshipped else []
    known = {file.name for file in [*find([*paths, *unshipped]), *uploads.files(index_dir)]}
    return sum(paper.source not in known for paper in planned.changes.removed)


def apply(
    index_dir: Path, embedding_name: str, edits: Edits, progress: Progress, server: ChromaServer | None = None
) -> BuildReport:
    """Makes `edits`, of files without papers none, and builds the index; if that fails, no file has been moved.

    The Chroma `server`, if there is one, gets its passages. Works without an index too, and with one that is damaged or
    was built with another embedding. Raises SourceError if there is no paper to add, ModelError if the embedding cannot
    be loaded, StoreError if somebody else is changing the index or it is not known what it was built from, and whatever
    `progress` raises.
    """
    with generations.changing(index_dir):
        progress("reading", 0, 0)
        usable = [file for file in _examined(index_dir, edits) if file.papers]
        if edits.staged and not usable:
            raise SourceError("None of these files holds a paper. Add others.")
        with uploads.edited(index_dir, [file.path for file in usable], edits.removed) as accepted:
            paths = _left(sources(index_dir)[0], edits) or [shipped("papers")]
            planned = _planned(index_dir, edits, usable, paths, progress, accepted)
            return carry_out(planned, index_dir, embedding_name, progress, server=server)


def _examined(index_dir: Path, edits: Edits) -> list[Incoming]:
    columns = generations.read_with(index_dir)
    return [incoming.examine(path, columns) for path in edits.staged]


def _planned(
    index_dir: Path,
    edits: Edits,
    usable: Sequence[Incoming],
    paths: Sequence[Path],
    progress: Progress,
    accepted: Sequence[Path] = (),
) -> Planned:
    """The index with the `usable` staged files, at their `accepted` paths if they were moved there already."""
    if edits.only_adds and held(index_dir):
        return changes.joined(index_dir, _papers(usable, accepted), paths, progress)
    added = accepted or [file.path for file in usable]
    return changes.rebuilt(index_dir, paths, generations.read_with(index_dir), progress, added)


def _papers(usable: Sequence[Incoming], accepted: Sequence[Path]) -> list[Paper]:
    """The papers of these files, which name their file as it was `accepted`, if it was."""
    paths = accepted or [file.path for file in usable]
    return [
        replace(paper, source=path.name) if paper.source == file.path.name else paper
        for file, path in zip(usable, paths, strict=True)
        for paper in file.papers
    ]


def _paths(index_dir: Path, edits: Edits, usable: Sequence[Incoming]) -> list[Path]:
    """What the index would be built from, while the staged files are where they are."""
    folder = (index_dir / uploads.FOLDER).resolve()
    kept = [file for file in uploads.files(index_dir) if uploads.name_of(index_dir, file) not in edits.removed]
    others = [path for path in _left(sources(index_dir)[0], edits) if path != folder]
    if not generations.current(index_dir) and usable:
        others = []  # nothing but these files: those that come with rag stand in for missing ones only
    return [*others, *kept, *(file.path for file in usable)] or [shipped("papers")]


def _left(paths: Sequence[Path], edits: Edits) -> list[Path]:
    """Those of `paths` that are read, without the papers that come with rag if they are to go."""
    return [path for path in paths if not (edits.unshipped and path.resolve() == shipped("papers").resolve())]
