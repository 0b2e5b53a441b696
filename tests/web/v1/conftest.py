"""A library that is served to programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import settings
from rag.chat.library import Library
from tests.answer.owl import Owl, grading, reading
from tests.llm.server import Server
from tests.web.serving import served, serving

GOOD = "SwiftDepth is a diffusion model that predicts monocular depth in a single step."


@pytest.fixture(scope="package")
def api(index_dir: Path) -> Iterator[str]:
    """The address of the API, without passwords and without a model."""
    with serving(index_dir) as address:
        yield f"{address}/api/v1"


@pytest.fixture
def owl(server: Server) -> Owl:
    """A capable model, which grades as the search does and writes a sentence."""
    grades = grading({"SwiftDepth": "2", "Early Exit": "2"})
    return Owl(server, {"reading": reading(), "grade": grades, "synthesis": f"{GOOD} [2a][2b]\n"})


@pytest.fixture
def written_api(owl: Owl, index_dir: Path) -> Iterator[str]:
    """The address of an API where that model writes the answers."""
    with served(Library(settings.load(index_dir=index_dir, llm=owl.spec))) as port:
        yield f"http://127.0.0.1:{port}/api/v1"
