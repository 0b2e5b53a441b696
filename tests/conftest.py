"""Environment, helpers and indexes that the whole suite shares.

The index of `tests/data/papers.jsonl` is built and calibrated once per run; each worker gets a copy of it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
from filelock import FileLock

from rag.progress import silent

if TYPE_CHECKING:
    from rag.index.calibration import Curve
    from rag.index.store import Store
    from rag.models.encoding import Embedding
    from rag.progress import Progress
    from tests.llm.server import Server

T = TypeVar("T")
DEVELOPER_VARIABLES = re.compile(r"^RAG_|_API_KEY$|_AUTH_TOKEN$|_PROXY$|^GOOGLE_GENAI_", re.IGNORECASE)
DATA = Path(__file__).parent / "data"
WHICH = "which papers speed up diffusion depth?"  # SwiftDepth and Early Exit in tests/data/papers.jsonl


def pytest_configure() -> None:
    """Sets the environment of all tests and of the processes that they start."""
    for name in [name for name in os.environ if DEVELOPER_VARIABLES.search(name)]:
        del os.environ[name]  # a developer's own settings, keys and proxies must not change the results
    os.environ["HF_HUB_OFFLINE"] = "1"  # a missing model fails at once, not after retries over the network
    os.environ["OLLAMA_HOST"] = os.environ["LM_STUDIO_API_BASE"] = "http://127.0.0.1:9"  # nor must a developer's models
    os.environ["OMP_NUM_THREADS"] = "1"  # the workers of pytest-xdist already keep every core busy
    gc.disable()  # while torch, Gradio and every test are imported, of which nothing is garbage


def pytest_collection_finish() -> None:
    """Leaves the modules and tests, which stay until the end, out of every later collection of garbage."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Hides the event loop that Playwright's browser keeps running from tests that start a loop of their own."""
    loop = None if "browser" in getattr(item, "fixturenames", ()) else asyncio._get_running_loop()
    if loop:
        asyncio._set_running_loop(None)
    result = yield
    if loop:
        asyncio._set_running_loop(loop)
    return result


def collected(stream: AsyncIterator[T]) -> list[T]:
    """Every item of `stream`, in order."""

    async def collect() -> list[T]:
        return [item async for item in stream]

    return asyncio.run(collect())


def index_of(folder: Path, records: Sequence[Mapping[str, object]], *, calibrated: bool = False) -> Path:
    """Builds an index of `records`, the fields of JSONL lines, in `folder / "index"` and returns that path.

    Calibrating takes a hundred searches; unless the index is to be `calibrated`, it gets a typical curve instead.
    """
    from rag.chat import rebuild
    from rag.index.build import build
    from rag.index.contents import Contents
    from rag.models import embedding
    from rag.sources.gather import gather

    file = folder / "papers.jsonl"
    file.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    papers = gather([file], silent).papers
    calibrate = rebuild.calibrate if calibrated else typical_curve
    build(Contents(papers, [file]), folder / "index", embedding.load("bundled"), calibrate, silent)
    return folder / "index"


def typical_curve(store: Store, model: Embedding, progress: Progress) -> Curve:
    """About the curve of the index of `papers_file`, which separates its questions from those of other subjects."""
    from rag.index.calibration import Curve

    return Curve(centre=0.53, slope=60.0)


@pytest.fixture(scope="session")
def model() -> Embedding:
    """The bundled embedding model."""
    from rag.models import embedding

    return embedding.load("bundled")


@pytest.fixture(scope="session")
def papers_file() -> Path:
    """Fourteen invented papers."""
    return DATA / "papers.jsonl"


@pytest.fixture(scope="session")
def unopened_index(tmp_path_factory: pytest.TempPathFactory, papers_file: Path) -> Path:
    """A calibrated index of `papers_file`. To be copied, never opened: Chroma writes to its files even to read them."""
    from rag.chat.rebuild import rebuild

    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # which the workers of a run share; without workers, it is that of all runs
    shared = folder / "index"
    with FileLock(f"{shared}.lock"):
        if not (shared / "CURRENT").exists():
            rebuild([papers_file], shared, "bundled", silent)
    return shared


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory, unopened_index: Path) -> Path:
    """The index of `papers_file` that the tests of one worker share; they must not change it."""
    return Path(shutil.copytree(unopened_index, tmp_path_factory.mktemp("shared") / "index"))


@pytest.fixture
def index_copy(tmp_path: Path, unopened_index: Path) -> Path:
    """An index of `papers_file` that the test may change."""
    return Path(shutil.copytree(unopened_index, tmp_path / "index"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that speaks OpenAI's protocol, with a model that always gives the same reply. Retries do not wait."""
    from rag.llm import faults
    from tests.llm.server import running

    monkeypatch.setattr(faults, "PAUSE", 0.0)
    with running() as started:
        yield started
