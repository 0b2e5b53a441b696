"""What an index is built from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from os.path import realpath
from pathlib import Path

from rag.paper import Paper, title_key
from rag.sources.duplicates import Merge


@dataclass(frozen=True, slots=True)
class Removal:
    """A paper that the user removed: its title and identifiers, by which it is left out when its file is read again."""

    title: str
    ids: tuple[str, ...]

    def matches(self, paper: Paper) -> bool:
        """Whether `paper` is the one that was removed."""
        if self.ids and paper.ids:
            return not set(self.ids).isdisjoint(paper.ids)
        return title_key(self.title) == paper.key


@dataclass(frozen=True)
class Contents:
    """The `papers` of an index, at least one, exactly as given, and what they came from.

    `paths` are the files and folders that were read, with the `columns` that were named for tables, see
    `rag.sources.tables.columns`. `merges` are the
    records that were found to be one of the papers, and `removed` papers that the user does not want although the files
    hold them.
    """

    papers: Sequence[Paper]
    paths: Sequence[Path] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    merges: Sequence[Merge] = ()
    removed: Sequence[Removal] = ()

    def is_built_from(self, paths: Iterable[Path]) -> bool:
        """Whether all of `paths` were read for it."""
        return set(map(realpath, self.paths)).issuperset(map(realpath, paths))  # resolve raises for a link to itself
