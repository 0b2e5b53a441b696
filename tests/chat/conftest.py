"""A library without a language model, and a server that plays one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import settings
from rag.chat.library import Library
from tests.llm.server import Server, running


@pytest.fixture(scope="module")
def library(index_dir: Path) -> Library:
    return Library(settings.load(index_dir=index_dir, llm="none"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that speaks OpenAI's protocol, with a model that always gives the same reply."""
    for name in ("OPENAI_API_KEY", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with running() as started:
        yield started
