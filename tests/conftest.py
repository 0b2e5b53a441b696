"""A real index of a small invented collection, built once a run, of which each worker has a copy."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock

T = TypeVar("T")
DATA = Path(__file__).parent / "data"
WHICH = "which papers speed up diffusion depth?"  # SwiftDepth and Early Exit in tests/data/papers.jsonl


def pytest_configure() -> None:
    """No RAG_* variable or rag.toml of the developer's may change what the tests see, in subprocesses too.

    None asks the model hub: it would be asked over and over for the models that are not there.
    """
    for name in [name for name in os.environ if name.startswith("RAG_")]:
        del os.environ[name]
    os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Playwright's browser keeps an event loop running in its thread; other tests have loops of their own."""
    running = None if "browser" in getattr(item, "fixturenames", ()) else asyncio._get_running_loop()
    if running:
        asyncio._set_running_loop(None)
    result = yield
    if running:
        asyncio._set_running_loop(running)
    return result


def no_progress(stage: str, done: int, total: int) -> None:
    """A progress callback for who does not watch."""


def collected(stream: AsyncIterator[T]) -> list[T]:
    """All that `stream` brings."""

    async def collect() -> list[T]:
        return [one async for one in stream]

    return asyncio.run(collect())


def index_of(folder: Path, records: Sequence[Mapping[str, object]]) -> Path:
    """An index of these papers, given as the fields of a JSONL file, built in `folder`."""
    from rag.chat.rebuild import rebuild

    (folder / "papers.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    rebuild([folder / "papers.jsonl"], folder / "index", "bundled", no_progress)
    return folder / "index"


@pytest.fixture(scope="session")
def papers_file() -> Path:
    """Fourteen invented papers."""
    return DATA / "papers.jsonl"


@pytest.fixture(scope="session")
def unopened_index(tmp_path_factory: pytest.TempPathFactory, papers_file: Path) -> Path:
    """A built index of `papers_file`, to be copied only: Chroma writes beside its files even when it reads them."""
    from rag.chat.rebuild import rebuild

    shared = tmp_path_factory.getbasetemp().parent / "index"
    with FileLock(f"{shared}.lock"):
        if not (shared / "CURRENT").exists():
            rebuild([papers_file], shared, "bundled", no_progress)
    return shared


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory, unopened_index: Path) -> Path:
    """The index of `papers_file` that the tests of one worker share. Not to be changed."""
    return Path(shutil.copytree(unopened_index, tmp_path_factory.mktemp("shared") / "index"))


@pytest.fixture
def index_copy(tmp_path: Path, unopened_index: Path) -> Path:
    """An index of `papers_file` that a test may change."""
    return Path(shutil.copytree(unopened_index, tmp_path / "index"))
