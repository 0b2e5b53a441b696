"""Serving begins before the library is open, and goes on if it cannot be opened."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from rag import settings
from rag.chat.library import Library
from rag.errors import RagError, StoreError
from rag.index import uploads
from rag.web.rebuilding import Rebuilding
from rag.web.serve import _open, _prepare, claim
from tests.conftest import typical_curve
from tests.ports import free_port

from .held import HeldLibrary


@pytest.mark.parametrize(
    ("broken", "message"), [({}, "CURRENT is missing"), ({"llm": "gguf:/no/such.gguf"}, "no/such.gguf")]
)
def test_what_cannot_be_opened_is_told_in_the_terminal_and_the_chat_goes_on(
    index_copy: Path, broken: dict[str, str], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    library = Library(settings.load(index_dir=index_copy, **{"llm": "none"} | broken))
    if not broken:
        (index_copy / "CURRENT").unlink()
    before = sorted(index_copy.glob("g*"))
    _prepare(library, Rebuilding())
    assert sorted(index_copy.glob("g*")) == before  # nothing was built over it
    (told,) = caplog.messages
    assert message in told
    assert told.endswith(" (The page offers to mend it.)")


def test_without_an_index_it_is_built_from_the_papers_that_come_with_rag(
    tmp_path: Path, papers_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "shipped", lambda _: papers_file)
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)
    stages: list[str] = []
    library = Library(settings.load(index_dir=tmp_path / "index", llm="none"))
    _prepare(library, Rebuilding(lambda stage, done, total: stages.append(stage)))
    assert library.info().papers == 14
    assert "embedding" in stages


def test_a_port_that_is_taken_is_an_error_that_names_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RagError, match=f"Port {port} is in use. Choose another: rag chat --port {port + 1}"):
            claim("127.0.0.1", port)


def test_large_files_that_were_not_read_to_open_the_index_are_read_once_it_is_open(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.integrity._QUICK_BYTES", 0)
    (file,) = index_copy.glob("g*/vectors.f32")
    changed = file.stat().st_mtime_ns
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    os.utime(file, ns=(changed, changed))
    library = HeldLibrary(settings.load(index_dir=index_copy, llm="none", port=free_port()))
    library.index_may_open.set()
    library.model_may_open.set()
    _open(library)
    for thread in threading.enumerate():
        if thread.name == "examine":
            thread.join()
    with pytest.raises(StoreError, match=r"vectors\.f32 is damaged.* Run: rag verify"):
        library.retriever()
