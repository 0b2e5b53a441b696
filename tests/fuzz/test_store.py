"""A damaged pointer or manifest is told as such, whatever is in it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import StoreError
from rag.index import generations, manifest, pointer
from rag.index.opening import open_current
from tests.fuzz.budget import examples
from tests.fuzz.strategies import damaged, damaged_json
from tests.fuzz.told import assert_told


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory, unopened_index: Path) -> Path:
    """An index to be damaged."""
    return Path(shutil.copytree(unopened_index, tmp_path_factory.mktemp("broken") / "index"))


def opens(index_dir: Path) -> None:
    """Opens it, or is told why it cannot be; whoever rebuilds it can find out what it was made of."""
    try:
        open_current(index_dir).close()
    except StoreError as fault:
        assert_told(fault, str(index_dir))
    assert all(isinstance(path, Path) for path in generations.built_from(index_dir))
    assert isinstance(generations.read_with(index_dir), dict)


@examples(30)
@given(st.data())
def test_a_damaged_pointer_is_told(broken: Path, data: st.DataObject) -> None:
    file = broken / pointer.POINTER
    before = file.read_bytes()
    try:
        file.write_bytes(data.draw(st.binary(max_size=80) | damaged([before], [b"\n", b"..", b"/"])))
        opens(broken)
    finally:
        file.write_bytes(before)


@examples(30)
@given(st.data())
def test_a_damaged_manifest_is_told(broken: Path, data: st.DataObject) -> None:
    folder = generations.current(broken)
    assert folder
    file = folder / manifest.MANIFEST_FILE
    before = file.read_bytes()
    try:
        changed = damaged_json(json.loads(before)).map(lambda value: json.dumps(value).encode())
        file.write_bytes(data.draw(damaged([before], [b"{", b'"', b"null", b"1e999"]) | changed))
        opens(broken)
    finally:
        file.write_bytes(before)
