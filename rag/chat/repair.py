"""Repairs an index from whatever of it is sound, and builds one of another version of rag again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from rag.chat.rebuild import carry_out, rebuild
from rag.errors import StoreError
from rag.index import changes, generations, uploads
from rag.index.changes import Planned
from rag.index.contents import Contents
from rag.index.held import held
from rag.index.opening import OtherVersionError, open_current
from rag.progress import Progress
from rag.text import count


def examine(index_dir: Path, progress: Progress) -> dict[str, str]:
    """What is wrong with each part of the index in `index_dir`, "" for a sound part; see `rag.index.audit.faults`.

    Raises StoreError if there is none.
    """
    from rag.index import audit
    from rag.index.opening import open_unchecked

    with closing(open_unchecked(index_dir)) as store:
        return audit.faults(store, progress)


def repair(index_dir: Path, embedding_name: str, progress: Progress) -> str:
    """Makes the damaged index in `index_dir` whole, and says from what.

    That is the papers that it holds, else the generation before, else the files that it was built from. Raises
    StoreError if none of them can be read, SourceError if a file is missing.
    """
    if contents := held(index_dir):
        carry_out(_as_it_is(contents), index_dir, embedding_name, progress)
        return f"Built again from the {count(len(contents.papers), 'paper')} that it holds."
    if generations.previous(index_dir) and _is_sound_after_rollback(index_dir):
        return "Its papers could not be read, so the index is now the one before the last change."
    paths, columns = uploads.paths(index_dir), generations.read_with(index_dir)
    rebuild(paths, index_dir, embedding_name, progress, columns)
    return "Its papers could not be read, so it was built again from the files that it was built from."


def upgrade(index_dir: Path, embedding_name: str, progress: Progress, announce: Callable[[str], None]) -> None:
    """Builds the index in `index_dir` again from the papers that it holds, if another version of rag built it.

    `announce` is told before. Does nothing if there is none, or if it is of this version. Raises StoreError if the
    papers cannot be read.
    """
    try:
        if generations.current(index_dir):
            open_current(index_dir).close()
    except OtherVersionError:
        contents = held(index_dir)
        if contents is None:
            raise
        papers = count(len(contents.papers), "paper")
        announce(f"Another version of rag built the index. It is being built again from its {papers}.")
        carry_out(_as_it_is(contents), index_dir, embedding_name, progress)
    except StoreError:  # whoever opens it says what is wrong
        return


def _as_it_is(contents: Contents) -> Planned:
    return Planned(contents, changes.between(contents, contents.papers))


def _is_sound_after_rollback(index_dir: Path) -> bool:
    """Rolls back, and forth again if that generation is damaged too."""
    generations.roll_back(index_dir)
    try:
        open_current(index_dir).close()
    except StoreError:
        generations.roll_back(index_dir)
        return False
    return True
