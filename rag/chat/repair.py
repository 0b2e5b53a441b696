"""Repairs an index from whatever of it is sound, and builds one of another version of rag again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from rag.chat.rebuild import carry_out, rebuild, sources
from rag.chat.saved import day
from rag.errors import StoreError
from rag.index import changes, generations, pointer, recovery, summary
from rag.index.changes import Planned
from rag.index.contents import Contents
from rag.index.held import held
from rag.index.opening import is_of_another_version, open_current
from rag.progress import Progress
from rag.text import count

if TYPE_CHECKING:
    from rag.index.chroma_server import ChromaServer

LOST = "your latest change could not be recovered"


def examine(index_dir: Path, progress: Progress) -> dict[str, str]:
    """What is wrong with each part of the index in `index_dir`, "" for a sound part; see `rag.index.audit.faults`.

    Raises StoreError if there is none.
    """
    from rag.index import audit
    from rag.index.opening import open_unchecked

    with closing(open_unchecked(index_dir)) as store:
        return audit.faults(store, progress)


def examine_served(index_dir: Path, server: ChromaServer, progress: Progress) -> str:
    """What was wrong with the passages on the Chroma `server`, "" if nothing. Those that are wrong are written again.

    Raises UnservedError if that fails, and StoreError if there is no index.
    """
    from rag.index import publishing
    from rag.index.opening import open_unchecked

    with closing(open_unchecked(index_dir)) as store:
        if found := publishing.fault(store, server):
            with generations.changing(index_dir):
                publishing.publish(store, server, progress, anew=True)
        return found


def repair(
    index_dir: Path, embedding_name: str, progress: Progress, full: bool = False, server: ChromaServer | None = None
) -> str:
    """Makes the damaged index in `index_dir` whole, and says from what.

    That is the papers that it holds, else the generation before, else the files that it was built from. Sound vectors
    are taken over, unless it is to be `full`. A Chroma `server` gets its passages. Raises StoreError if none of them
    can be read or is known, SourceError if a file is missing.
    """
    with generations.changing(index_dir):
        return _repaired(index_dir, embedding_name, progress, full, server)


def _repaired(index_dir: Path, embedding_name: str, progress: Progress, full: bool, server: ChromaServer | None) -> str:
    if contents := held(index_dir):
        carry_out(_as_it_is(contents), index_dir, embedding_name, progress, full, server=server)
        return f"Built again from the {count(len(contents.papers), 'paper')} that it holds."
    if generations.previous(index_dir) and _is_sound_after_rollback(index_dir):
        return f"Repaired: {LOST}. {holds(index_dir)}"
    paths, columns = sources(index_dir)
    rebuild(paths, index_dir, embedding_name, progress, columns, server=server)
    return "Its papers could not be read, so it was built again from the files that it was built from."


def holds(index_dir: Path) -> str:
    """What the index holds now, and since when, in a sentence for somebody who knows no generations.

    Raises StoreError if its manifest cannot be read.
    """
    about = summary.of(index_dir)
    return f"These are the {count(about.papers, 'paper')} as of {day(about.built)}."


def found_again(index_dir: Path) -> str:
    """What the index holds after `recovery.restore`, and whether that is what was built last. Raises as `holds`."""
    is_last = generations.current(index_dir) == max(pointer.folders(index_dir), key=recovery.age)
    return f"Repaired. {holds(index_dir)}" if is_last else f"Repaired: {LOST}. {holds(index_dir)}"


def upgrade(
    index_dir: Path,
    embedding_name: str,
    progress: Progress,
    announce: Callable[[str], None],
    server: ChromaServer | None = None,
) -> None:
    """Builds the index in `index_dir` again from the papers that it holds, if another version of rag built it.

    `announce` is told before. Does nothing if there is none, if it is of this version, or if its papers cannot be read:
    whoever opens it says what is wrong. Raises StoreError if the index cannot be written.
    """
    if not is_of_another_version(index_dir):
        return
    with generations.changing(index_dir):
        if contents := held(index_dir):
            papers = count(len(contents.papers), "paper")
            announce(f"Another version of rag built the index. It is being built again from its {papers}.")
            carry_out(_as_it_is(contents), index_dir, embedding_name, progress, server=server)


def _as_it_is(contents: Contents) -> Planned:
    return Planned(contents, changes.between(contents, contents.papers))


def _is_sound_after_rollback(index_dir: Path) -> bool:
    """Rolls back, and forth again if that generation is damaged too."""
    generations.roll_back(index_dir)
    try:
        open_current(index_dir, thorough=True).close()
    except StoreError:
        generations.roll_back(index_dir)
        return False
    return True
