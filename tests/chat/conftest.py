"""A library without a language model, and a model to choose."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from rag import settings
from rag.chat.library import Library
from tests.answer.owl import Owl, grading, reading
from tests.llm.server import Server

WRITTEN = "SwiftDepth is a diffusion model that predicts monocular depth in a single step."


@pytest.fixture(scope="module")
def library(index_dir: Path) -> Library:
    return Library(settings.load(index_dir=index_dir, llm="none"))


@pytest.fixture
def owl(server: Server, monkeypatch: pytest.MonkeyPatch) -> Owl:
    """A capable model, which grades as the search does for `WHICH` and writes a sentence."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *args, **kwargs: None)
    grades = grading({"SwiftDepth": "2", "Early Exit": "2"})
    return Owl(server, {"reading": reading(), "grade": grades, "synthesis": WRITTEN})
