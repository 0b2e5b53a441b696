"""Puts the passages of generations on a Chroma server, where each generation has a collection of its own.

What is there can be lost: it is made from the generation, which holds all of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rag.index import pointer, vector_database
from rag.index.chroma_requests import NotThereError, UnservedError
from rag.index.chroma_server import WRITE_SECONDS
from rag.index.served_vectors import collection_name, complete, repair_hint
from rag.index.store import Store
from rag.progress import Progress

if TYPE_CHECKING:
    import numpy as np

    from rag.index.chroma_server import ChromaServer

_OWNER_FILE = "chroma-owner"  # beside the generations: the name under which their collections are kept, and the folder
_PAPERS = 300  # whose passages are written or compared at once: some thousand
_SAME = 1e-4  # difference of a component below which two vectors are the same


def publish(store: Store, server: ChromaServer, progress: Progress, anew: bool = False) -> bool:
    """Writes the passages of `store` to the `server`, unless it has them, and not `anew`. Returns whether it did.

    They are written aside, counted, then named. Call it within `generations.changing`. Raises UnservedError, and
    whatever `progress` raises; what it leaves on the server then, the next `remove_unused` removes.
    """
    name, vectors = collection_name(store.folder), store.manifest["counts"]["vectors"]
    if not anew and _is_complete(server, name, vectors):
        return False
    draft = f"{name}.{secrets.token_hex(4)}"
    try:
        collection = server.create(draft, _owner(store.folder.parent), vector_database.hnsw(store.paper_count))
        for number, passages in _passages(store):
            progress("serving", number, store.paper_count)
            server.add(collection, passages)
        if (count := server.count(collection, WRITE_SECONDS)) != vectors:
            raise UnservedError(f"The Chroma server {server.url} has kept {count:,} of {vectors:,} passages.")
        server.remove(name)
        server.rename(collection, name)
    except BaseException:
        with suppress(UnservedError):
            server.remove(draft, waits=False)  # the server may hang
        raise
    progress("serving", store.paper_count, store.paper_count)
    return True


def published(store: Store, server: ChromaServer | None, progress: Progress) -> str:
    """Publishes `store`, if there is a `server`; says that it was written, or why not. "" if it was there."""
    try:
        if server and publish(store, server, progress):
            return f"The Chroma server {server.url} has its {store.manifest['counts']['vectors']:,} passages."
    except UnservedError as fault:
        hint = repair_hint(store.folder.parent)
        return f"The index is searched without its Chroma server. {fault.then(hint)}"
    return ""


def fault(store: Store, server: ChromaServer) -> str:
    """What is wrong with the passages of `store` on the `server`, "" if nothing. Reads all of them."""
    import numpy as np

    try:
        collection = complete(server, store.folder, store.manifest["counts"]["vectors"])
        for _, expected in _passages(store):
            found = server.get(collection, list(expected))
            for id, vector in expected.items():
                if id not in found or found[id].shape != vector.shape or not np.allclose(found[id], vector, atol=_SAME):
                    return f"{server.url} has another vector of passage {id}, or none"
    except UnservedError as reason:
        return str(reason)
    return ""


def remove_unused(index_dir: Path, server: ChromaServer) -> None:
    """Removes the collections of generations of `index_dir` that are gone, and those that a killed build left.

    Those of other indexes are not touched. What the server does not remove now, the next call does. Call it within
    `generations.changing`.
    """
    used = {collection_name(folder) for folder in pointer.folders(index_dir)}
    with suppress(UnservedError, OSError):
        for name in [name for name in server.owned(_owner(index_dir)) if name not in used]:
            server.remove(name)


def _is_complete(server: ChromaServer, name: str, vectors: int) -> bool:
    try:
        return server.count(server.find(name)) == vectors
    except NotThereError:
        return False


def _passages(store: Store) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
    """The vectors of the passages of some papers at a time, in order, after how many papers went before."""
    for start in range(0, store.paper_count, _PAPERS):
        numbers = range(start + 1, min(start + _PAPERS, store.paper_count) + 1)
        yield start, {id: vector for n in numbers for id, vector in store.vectors_of(n).passages(n).items()}


def _owner(index_dir: Path) -> str:
    """The name under which the collections of `index_dir` are kept; a copy of the folder gets another."""
    file, place = index_dir / _OWNER_FILE, str(index_dir.resolve())
    with suppress(OSError, UnicodeDecodeError):
        owner, _, of_place = file.read_text(encoding="utf-8").partition("\n")
        if owner and of_place == place:
            return owner
    owner, written = secrets.token_hex(16), file.with_suffix(".new")
    written.write_text(f"{owner}\n{place}", encoding="utf-8")
    written.replace(file)
    return owner
