"""Builds small indexes for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.index.build import build
from rag.models import embedding
from rag.paper import Paper
from rag.progress import silent
from tests.conftest import typical_curve


def build_index(folder: Path, papers: Sequence[Paper]) -> Path:
    """An index in `folder` of exactly these papers, which may have equal titles, with a typical calibration."""
    build(papers, [], folder / "index", lambda: embedding.load("bundled"), typical_curve, silent)
    return folder / "index"
