"""A library without a language model."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import settings
from rag.chat.library import Library


@pytest.fixture(scope="module")
def library(index_dir: Path) -> Library:
    return Library(settings.load(index_dir=index_dir, llm="none"))
