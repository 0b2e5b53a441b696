"""What would change in an index if its files were read again, some were added, or papers removed. Builds nothing."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import SourceError, StoreError
from rag.index import generations
from rag.index.contents import Contents, Removal
from rag.index.differing import Differing, differing
from rag.index.held import held
from rag.paper import Paper, title_key
from rag.progress import Progress
from rag.sources import check_columns, find, read, remembered
from rag.sources.agreement import identifiers
from rag.sources.duplicates import deduplicate
from rag.sources.gather import Gathered, ReadFiles, gather, read_here
from rag.sources.identifiers import of_address, of_doi
from rag.sources.skipped import Skipped
from rag.text import count


@dataclass(frozen=True)
class Changes:
    """What becomes of the papers of an index. `changed` ones are given in their new form; `same` counts the others."""

    added: tuple[Paper, ...]
    changed: tuple[Paper, ...]
    removed: tuple[Paper, ...]
    same: int

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        return (
            f"{len(self.added):,} added, {len(self.changed):,} changed, {len(self.removed):,} removed, "
            f"{self.same:,} unchanged"
        )


@dataclass(frozen=True)
class Planned:
    """An index to build, `contents`, and what it `changes`.

    From so many `files` came so many `records`, of which some are `duplicates`; what is no paper was `skipped`. It is
    `unknown` what is removed if there is an index whose papers cannot be read. Records that are added are `differing`
    if their paper is there already, with another abstract, which stays.
    """

    contents: Contents
    changes: Changes
    files: int = 0
    records: int = 0
    duplicates: int = 0
    skipped: tuple[Skipped, ...] = ()
    unknown: bool = False
    differing: tuple[Differing, ...] = ()

    def __str__(self) -> str:
        return f"{self.changes}, {len(self.skipped):,} skipped"

    @property
    def reading(self) -> str:
        """What was read: ``2 files, 15 records, 1 duplicate, 3 skipped``."""
        numbers = (self.files, "file"), (self.records, "record"), (self.duplicates, "duplicate")
        return ", ".join([*(count(*number) for number in numbers), f"{len(self.skipped):,} skipped"])

    @property
    def loses_most(self) -> bool:
        """Whether more than half of the papers that the index holds now would be removed."""
        kept = len(self.changes.changed) + self.changes.same
        return len(self.changes.removed) > kept


def rebuilt(
    index_dir: Path,
    paths: Sequence[Path],
    columns: Mapping[str, str],
    progress: Progress,
    added: Sequence[Path] = (),
    read_files: ReadFiles = read_here,
) -> Planned:
    """The index of `index_dir` with exactly the papers in `paths`, except those that the user removed.

    `columns` says which columns of tables hold which fields, as `remembered` gives them. The user adds those of `paths`
    that are `added`, which brings back what they hold, though it was removed. `read_files` is as in `gather`. Raises
    SourceError as `gather` does, if all papers are removed, and if a file that the index was built from is gone;
    StoreError if it is not known which generation is current.
    """
    before = held(index_dir)
    unknown = before is None and generations.current(index_dir) is not None
    return replace(_rebuilt(index_dir, before, paths, columns, progress, added, read_files), unknown=unknown)


def _rebuilt(
    index_dir: Path,
    before: Contents | None,
    paths: Sequence[Path],
    columns: Mapping[str, str],
    progress: Progress,
    added: Sequence[Path] = (),
    read_files: ReadFiles = read_here,
) -> Planned:
    if before:
        _check_there(index_dir, before, paths)
    found = gather(paths, progress, columns, read_files)
    removed = before.removed if before else ()
    wanted = _papers(added, columns)
    if removed and wanted:
        removed = _removed_except(removed, wanted)
    papers = [paper for paper in found.papers if not any(one.matches(paper) for one in removed)]
    if not papers:
        raise SourceError(f"All papers in the files were removed before. Add them again: {_again('rag add', paths)}")
    contents = Contents(papers, paths, columns, found.merges, removed)
    return _planned(contents, before, found, wanted)


def _check_there(index_dir: Path, before: Contents, paths: Sequence[Path]) -> None:
    """Raises SourceError if one of `paths` that the index was built from is not there any more."""
    gone = [path for path in paths if before.is_built_from([path]) and not os.path.exists(path)]
    if gone:
        left = [str(path) for path in paths if path not in gone] or ["PATH"]
        remedy = f"Put it back, or take its papers out. {generations.rebuild_hint(index_dir, left)}"
        raise SourceError(f"The index was built from {gone[0]}, which is not there any more. {remedy}")


def extended(index_dir: Path, paths: Sequence[Path], columns: Mapping[str, str], progress: Progress) -> Planned:
    """The index of `index_dir` with the papers in `paths` too, also those that the user had removed.

    Files that it was built from already are read again. `columns` says which columns of a table in `paths` hold which
    fields. Raises SourceError as `gather` does, and if no table in `paths` has the columns; StoreError if there is an
    index whose papers cannot be read: they would be lost.
    """
    before = _held(index_dir)
    check_columns(paths, columns)
    columns = remembered(before.columns if before else {}, columns)
    if before is None:
        return _rebuilt(index_dir, None, paths, columns, progress)
    if before.is_built_from(paths):
        return _rebuilt(index_dir, before, before.paths, columns, progress, added=paths)
    found = gather(paths, progress, columns)
    papers, merges = deduplicate([*before.papers, *found.papers])
    merges = [*found.merges, *merges]
    contents = Contents(
        papers,
        [*before.paths, *(path for path in paths if not before.is_built_from([path]))],
        columns,
        [*before.merges, *merges],
        _removed_except(before.removed, found.papers),
    )
    return _planned(contents, before, replace(found, merges=tuple(merges)), found.papers)


def joined(index_dir: Path, papers: Sequence[Paper], paths: Sequence[Path], progress: Progress) -> Planned:
    """The index of `index_dir` with `papers` too, also those that the user had removed; it is then built from `paths`.

    No file is read, so nothing is removed. Raises StoreError if there is no index whose papers can be read.
    """
    before = _held(index_dir)
    if before is None:
        raise StoreError(f"There is no index in {index_dir} to add papers to. Build one: rag rebuild")
    progress("comparing", 0, 0)
    kept, merges = deduplicate([*before.papers, *papers])
    removed = _removed_except(before.removed, papers)
    contents = Contents(kept, paths, before.columns, [*before.merges, *merges], removed)
    return _planned(contents, before, Gathered(0, len(papers), kept, tuple(merges), ()), papers)


def followed(index_dir: Path, paths: Sequence[Path], columns: Mapping[str, str], progress: Progress) -> Planned:
    """As `extended`, but once the index was built from all of `paths`, what the user removed from it stays removed."""
    before = _held(index_dir)
    if before is None or not before.is_built_from(paths):
        return extended(index_dir, paths, columns, progress)
    check_columns(paths, columns)
    return _rebuilt(index_dir, before, before.paths, remembered(before.columns, columns), progress)


def reduced(index_dir: Path, names: Sequence[str]) -> Planned:
    """The index of `index_dir` without the papers that `names` name by title or identifier.

    Raises StoreError if there is no readable index, if a name is that of no paper or of several, or if none is left.
    """
    before = _held(index_dir)
    if before is None:
        raise StoreError(f"There is no index in {index_dir} to remove papers from. Build one: rag rebuild")
    gone = [_named(name, before.papers) for name in names]
    papers = [paper for paper in before.papers if paper not in gone]
    if not papers:
        raise StoreError("An index has at least one paper. Build it from other files: rag rebuild PATH")
    removed = [*before.removed, *(Removal(paper.title, paper.ids) for paper in gone)]
    contents = replace(before, papers=papers, removed=list(dict.fromkeys(removed)))
    return Planned(contents, between(before, papers))


def _held(index_dir: Path) -> Contents | None:
    """What the index holds, None if there is none. Raises StoreError if it cannot be read."""
    before = held(index_dir)
    if before is None and generations.current(index_dir):
        raise generations.damage(index_dir, "its papers cannot be read")
    return before


def _removed_except(removed: Sequence[Removal], wanted: Sequence[Paper]) -> list[Removal]:
    return [one for one in removed if not any(map(one.matches, wanted))]


def _papers(paths: Sequence[Path], columns: Mapping[str, str]) -> list[Paper]:
    if not paths:
        return []
    return [record for path in find(paths) for record in read(path, columns) if isinstance(record, Paper)]


def _planned(contents: Contents, before: Contents | None, found: Gathered, added: Sequence[Paper] = ()) -> Planned:
    changes = between(before, contents.papers)
    other = differing(added, before.papers, contents.papers) if before else ()
    numbers = found.files, found.records, len(found.merges)
    return Planned(contents, changes, *numbers, found.skipped, differing=other)


def between(before: Contents | None, after: Sequence[Paper]) -> Changes:
    """What changes from the papers of the index `before` to those `after`.

    Papers are matched by title and abstract, then by identifier, then by title. One has changed if any field but its
    source differs: a file may just have been renamed.
    """
    old = list(before.papers) if before else []
    pairs = _matched(old, after)
    changed = [new for new, one in pairs if one is not None and replace(one, source="") != replace(new, source="")]
    kept = [one for _, one in pairs if one is not None]
    left = set(map(id, kept))
    return Changes(
        added=tuple(new for new, one in pairs if one is None),
        changed=tuple(changed),
        removed=tuple(paper for paper in old if id(paper) not in left),
        same=len(kept) - len(changed),
    )


def _matched(old: Sequence[Paper], new: Sequence[Paper]) -> list[tuple[Paper, Paper | None]]:
    """Each of the `new` papers with the `old` one that it is, each of which is used once."""
    found: dict[int, Paper] = {}
    used: set[int] = set()
    names: list[Callable[[Paper], Iterable[Hashable]]] = [
        lambda paper: [paper.content],
        identifiers,
        lambda paper: [paper.key] if paper.key else [],  # titles without a word are no names
    ]
    for names_of in names:
        candidates = defaultdict(list)
        for paper in reversed(old):
            if id(paper) not in used:
                for name in names_of(paper):
                    candidates[name].append(paper)
        for n, paper in enumerate(new):
            while n not in found and (name := next(filter(candidates.get, names_of(paper)), None)) is not None:
                one = candidates[name].pop()  # the first that is left
                if id(one) not in used:
                    found[n] = one
                    used.add(id(one))
    return [(paper, found.get(n)) for n, paper in enumerate(new)]


def _named(name: str, papers: Sequence[Paper]) -> Paper:
    spellings = {name, *of_doi(name), *of_address(name)} if " " not in name else {name}  # a title may quote a DOI
    found = [paper for paper in papers if not spellings.isdisjoint((paper.identity_hash, *paper.ids))]
    found = found or [paper for paper in papers if paper.key == title_key(name) != ""]
    if not found:
        raise StoreError(f"No paper has the title or identifier “{name[:80]}”. Look it up: rag papers")
    if len(found) > 1:
        ids = " or ".join(paper.ids[0] for paper in found if paper.ids) or "nothing that tells them apart"
        raise StoreError(f"{len(found)} papers have the title “{name[:80]}”. Name one by its identifier: {ids}")
    return found[0]


def _again(command: str, paths: Sequence[Path]) -> str:
    import shlex

    return f"{command} {shlex.join(map(str, paths))}"
