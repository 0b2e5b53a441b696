"""The passages of a generation on a Chroma server; while that does not answer, in the generation's own copy."""

from __future__ import annotations

import logging
import re
import shlex
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rag.index.chroma_requests import NotThereError, UnservedError
from rag.index.chroma_server import ChromaServer

if TYPE_CHECKING:
    import numpy as np

    from rag.index.vector_database import VectorDatabase

_MIN_REST = 1.0  # seconds after a failure in which the server is not asked
_REST = 9.0  # how many times as long as it took to fail: of ten seconds, at most one is waited in vain
_MAX_TRY = 10.0  # seconds that one question tries alone whether the server answers again
_log = logging.getLogger(__name__)
_PASSAGE = re.compile(r"([0-9]{1,9})\.[0-9]{1,9}")


def collection_name(folder: Path) -> str:
    """The name of the collection that holds the passages of the generation in `folder`."""
    return f"rag-{folder.name}"


def repair_hint(index_dir: Path) -> str:
    """The command that writes the passages of the index in `index_dir` to its server again."""
    return f"Run: {shlex.join(['rag', 'verify', '--index', str(index_dir)])}"


class ServedVectors:
    """The `vectors` passages of the `papers` papers of the generation in `folder`, on a `server`. Threads may share it.

    Where the server fails, the `copy` is searched instead, and a warning is logged: once, until it answers again.
    """

    def __init__(
        self, server: ChromaServer, folder: Path, papers: int, vectors: int, copy: Callable[[], VectorDatabase]
    ) -> None:
        self._server, self._folder, self._copy = server, folder, copy
        self._papers, self._vectors = papers, vectors
        self._collection = ""  # its id, once it was found to be complete
        self._lock, self._opening = threading.Lock(), threading.Lock()
        self._fails, self._next_try = False, 0.0

    def search(self, vector: np.ndarray, limit: int) -> list[str]:
        """As VectorDatabase.search. Raises OSError if the server does not answer and the copy is damaged."""
        begin = time.monotonic()
        if not self._may_ask(begin):
            return self._search_copy(vector, limit)
        try:
            found = self._ask(vector, limit)
        except UnservedError as fault:
            self._rest(fault, time.monotonic() - begin)
            return self._search_copy(vector, limit)
        self._note_answer()
        return found

    def _search_copy(self, vector: np.ndarray, limit: int) -> list[str]:
        with self._opening:  # once, however many questions were on their way when the server failed
            copy = self._copy()
        return copy.search(vector, limit)

    def _may_ask(self, now: float) -> bool:
        with self._lock:
            if self._fails and now < self._next_try:
                return False
            self._next_try = now + _MAX_TRY  # meanwhile nobody else tries, if it fails
            return True

    def _ask(self, vector: np.ndarray, limit: int) -> list[str]:
        collection = self._collection or self._found()
        try:
            ids = self._server.search(collection, vector, limit)
        except NotThereError:  # it was written again meanwhile
            ids = self._server.search(self._found(), vector, limit)
        if not all(map(self._is_passage, ids)):
            hint = repair_hint(self._folder.parent)
            raise UnservedError(f"The Chroma server {self._server.url} names passages that do not exist. {hint}")
        return ids

    def _found(self) -> str:
        collection = complete(self._server, self._folder, self._vectors)
        self._collection = collection
        return collection

    def _is_passage(self, id: object) -> bool:
        named = _PASSAGE.fullmatch(id) if isinstance(id, str) else None
        return named is not None and 1 <= int(named[1]) <= self._papers

    def _rest(self, fault: UnservedError, seconds: float) -> None:
        with self._lock:
            self._collection = ""  # a server that was started again may hold another
            self._next_try = time.monotonic() + max(_MIN_REST, _REST * seconds)
            failed, self._fails = self._fails, True
        if not failed:
            _log.warning("The index is searched without its Chroma server. %s", fault)

    def _note_answer(self) -> None:
        with self._lock:
            failed, self._fails = self._fails, False
        if failed:
            _log.warning("The Chroma server %s answers again.", self._server.url)


def complete(server: ChromaServer, folder: Path, vectors: int) -> str:
    """The id of the collection of the generation in `folder`, with so many `vectors`. Raises UnservedError if not."""
    found = 0
    with suppress(NotThereError):
        collection = server.find(collection_name(folder))
        found = server.count(collection)
        if found == vectors:
            return collection
    raise UnservedError(
        f"The Chroma server {server.url} has {found:,} of the {vectors:,} passages of the index. "
        f"{repair_hint(folder.parent)}"
    )
