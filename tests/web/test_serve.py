"""Serving begins before the library is open, and ends if it cannot be opened."""

from __future__ import annotations

import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from rag import settings
from rag.errors import ModelError, RagError, StoreError
from rag.web.serve import _open, claim, launch

from .held import HeldLibrary


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def get(port: int) -> httpx.Response:
    """The page, once it is served."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=9), trust_env=False) as browser:
        return browser.get(f"http://127.0.0.1:{port}/", timeout=30)


@pytest.mark.parametrize(
    ("broken", "error", "message"),
    [({}, StoreError, "CURRENT is missing"), ({"llm": "owl"}, ModelError, "Unknown llm 'owl'")],
)
def test_what_cannot_be_opened_ends_the_chat_though_its_page_is_open(
    index_copy: Path, broken: dict[str, str], error: type[RagError], message: str
) -> None:
    port = free_port()
    library = HeldLibrary(settings.load(index_dir=index_copy, port=port, **{"llm": "none"} | broken))
    with ThreadPoolExecutor(1) as thread:
        served = thread.submit(launch, library)
        try:
            assert "opening the papers…" in get(port).text
            if not broken:
                (index_copy / "CURRENT").unlink()
        finally:
            library.let_all()
        with pytest.raises(error, match=message):
            served.result(60)
    claim("127.0.0.1", port)  # it is free again


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
