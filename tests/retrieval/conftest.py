"""Small indexes to search, built without the searches that calibration takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.index.build import build
from rag.index.calibration import Curve
from rag.index.opening import open_current
from rag.models import embedding
from rag.paper import Paper
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import no_progress


@contextmanager
def searchable(folder: Path, papers: Sequence[Paper]) -> Iterator[HybridRetriever]:
    """A retriever over an index of `papers`, which have the numbers from 1 in this order, with a fixed calibration."""
    model = embedding.load("bundled")
    build(
        list(papers), [], folder / "index", lambda: model, lambda store, model, progress: Curve(0.5, 20.0), no_progress
    )
    opened = open_current(folder / "index")
    try:
        yield HybridRetriever(opened, model)
    finally:
        opened.close()
