"""The number of tokens of a text, for models that cannot count them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from .conftest import load
from .server import Server


def test_the_estimated_number_of_tokens_is_not_too_low(server: Server, papers_file: Path) -> None:
    exact, estimated = load("bundled"), load("ollama:owl")
    records = (json.loads(line) for line in papers_file.read_text(encoding="utf-8").splitlines())

    async def both(text: str) -> tuple[int, int]:
        return await exact.count_tokens(text), await estimated.count_tokens(text)

    for text in (record["abstract"] for record in records):
        count, estimate = asyncio.run(both(text))
        assert count <= estimate < 2 * count
