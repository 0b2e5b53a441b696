"""Finds the current generation again where the pointer does not tell it."""

from __future__ import annotations

from pathlib import Path

from rag.index import generations, held, manifest, pointer
from rag.text import count


def restore(index_dir: Path) -> str:
    """Points to the newest generation whose papers are sound, if the pointer is lost, and says so; "" if it is not.

    The one before is the next of that kind. If there is none, it points to the newest, whatever of it is sound: the
    repair of damaged parts is another step. Raises StoreError if `index_dir` is being changed or cannot be written.
    """
    if not pointer.loss(index_dir):
        return ""
    with generations.locked(index_dir):
        reason = pointer.loss(index_dir)  # another process may have restored it meanwhile
        if not reason:
            return ""
        newest = sorted(pointer.complete(index_dir), key=age, reverse=True)
        found = {folder: papers for folder in newest if (papers := _papers(folder))}
        chosen = [*found, *newest][:1] + list(found)[1:2]
        generations.point(index_dir, chosen)
    holds = count(found.get(chosen[0], 0), "paper")
    return f"{reason}. It now names {chosen[0].name}, the newest that can be read, with {holds}."


def _papers(folder: Path) -> int:
    """The number of papers of the generation in `folder`, 0 if they are not as they were indexed."""
    contents = held.of(folder)
    return len(contents.papers) if contents else 0


def age(folder: Path) -> tuple[str, str]:
    """What sorts generations by when they were built, also within a second."""
    return folder.name.partition("-")[0], manifest.read_unchecked(folder).get("built", "")
