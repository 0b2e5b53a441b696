"""The bundled model as sentence-transformers runs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.models import embedding

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


@pytest.fixture(scope="session")
def bundled_folder() -> Path:
    """The folder of the bundled model."""
    return embedding.bundled_folder()


@pytest.fixture(scope="session")
def minilm(bundled_folder: Path) -> SentenceTransformer:
    """The bundled model, loaded by sentence-transformers itself."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(bundled_folder), local_files_only=True)
