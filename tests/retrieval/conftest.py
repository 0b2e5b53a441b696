"""Small indexes to search, built from papers of the same title too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.index.build import build
from rag.index.opening import open_current
from rag.models import embedding
from rag.paper import Paper
from rag.progress import silent
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import typical_curve


@contextmanager
def searchable(folder: Path, papers: Sequence[Paper]) -> Iterator[HybridRetriever]:
    """A retriever over an index of `papers`, which have the numbers from 1 in this order."""
    model = embedding.load("bundled")
    build(list(papers), [], folder / "index", lambda: model, typical_curve, silent)
    opened = open_current(folder / "index")
    try:
        yield HybridRetriever(opened, model)
    finally:
        opened.close()
