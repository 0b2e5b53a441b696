"""A real index of a small invented collection, built once a run and shared by all workers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock

DATA = Path(__file__).parent / "data"
WHICH = "which papers speed up diffusion depth?"  # SwiftDepth and Early Exit in tests/data/papers.jsonl


def pytest_configure() -> None:
    """No RAG_* variable or rag.toml of the developer's may change what the tests see, in subprocesses too."""
    for name in [name for name in os.environ if name.startswith("RAG_")]:
        del os.environ[name]


def no_progress(stage: str, done: int, total: int) -> None:
    """A progress callback for who does not watch."""


@pytest.fixture(scope="session")
def papers_file() -> Path:
    """Fourteen invented papers."""
    return DATA / "papers.jsonl"


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory, papers_file: Path) -> Path:
    """A built index of `papers_file`. Not to be changed: other tests read it at the same time."""
    from rag.index.build import rebuild

    shared = tmp_path_factory.getbasetemp().parent / "index"
    with FileLock(f"{shared}.lock"):
        if not (shared / "CURRENT").exists():
            rebuild([papers_file], shared, "bundled", no_progress)
    return shared
