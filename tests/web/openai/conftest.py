"""A library that is served to OpenAI's clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from openai import OpenAI

from tests.web.serving import serving


@pytest.fixture(scope="module")
def address(index_dir: Path) -> Iterator[str]:
    """The base URL that clients are given, of a library without passwords and without a model."""
    with serving(index_dir) as address:
        yield f"{address}/v1"


@pytest.fixture
def client(address: str) -> Iterator[OpenAI]:
    """OpenAI's own client, which does not ask again by itself."""
    with OpenAI(base_url=address, api_key="anything", max_retries=0) as client:
        yield client
