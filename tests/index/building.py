"""Builds small indexes for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.index.build import build
from rag.index.calibration import Curve
from rag.models import embedding
from rag.paper import Paper
from rag.progress import silent


def build_index(folder: Path, papers: Sequence[Paper]) -> Path:
    """An index of exactly these papers, even if their titles are equal, with a fixed calibration."""
    index_dir = folder / "index"
    build(papers, [], index_dir, lambda: embedding.load("bundled"), lambda *_: Curve(centre=0.5, slope=20.0), silent)
    return index_dir
