"""Any bytes as a file: papers or named skips, never an exception, and never more than a paper may hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.paper import Paper
from rag.sources import EXTENSIONS, read
from rag.text import clean_line
from tests.fuzz.budget import examples
from tests.fuzz.strategies import damaged
from tests.sources.test_mutations import SEEDS, TOKENS, assert_bounded

FILES = [file.read_bytes() for file in SEEDS]
NAMES = sorted({*EXTENSIONS, "", ".pdf"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@examples(200)
@given(st.binary(max_size=300) | damaged(FILES, TOKENS), st.sampled_from(NAMES))
def test_any_bytes_are_papers_or_named_skips(folder: Path, data: bytes, extension: str) -> None:
    (file := folder / f"papers{extension}").write_bytes(data)
    found = list(read(file))
    assert found, "neither a paper nor a reason"
    for one in found:
        if isinstance(one, Paper):
            assert_bounded(one)
        else:
            assert str(one) == clean_line(str(one))
    assert len(found) <= len(data) + 1
