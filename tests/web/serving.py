"""Chats that are served for a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rag import settings
from rag.chat.library import Library
from rag.web.serve import start
from rag.web.server import ClosedServer
from tests.ports import free_port


@contextmanager
def serving(index_dir: Path, **chosen: Any) -> Iterator[str]:
    """The address at which the index is served, with the settings `chosen` and without a model."""
    with served(Library(settings.load(index_dir=index_dir, llm="none", **chosen))) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def served(library: Library) -> Iterator[int]:
    """The port of this machine at which `library` is served."""
    port = free_port()
    close = start(library, "127.0.0.1", port)
    try:
        yield port
    finally:
        close()


@contextmanager
def serving_with_server(index_dir: Path) -> Iterator[tuple[ClosedServer, str]]:
    """As `serving`, with the server."""
    servers: list[ClosedServer] = []
    serve = ClosedServer.serve
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClosedServer, "serve", lambda self, *at: (servers.append(self), serve(self, *at)))
        with serving(index_dir) as address:
            yield servers[0], address
