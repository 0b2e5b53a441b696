"""A service on loopback, and time that does not pass."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.fetch import client
from tests.fetch.fetching import Fetching, Start
from tests.fetch.server import Server, running


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made: pass its `append` as `sleep`. On a busy machine they are as long as on an idle one."""
    monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=lambda: 0.0))
    return []


@pytest.fixture
def start(server: Server, slept: list[float], tmp_path: Path) -> Start:
    """A function that makes a service one on loopback."""
    return lambda service: Fetching(service, server, tmp_path, slept)
