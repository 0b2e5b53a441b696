"""Only a whole index is opened; what is wrong with another is said in one line, with the command that fixes it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from rag.errors import StoreError
from rag.index import generations, integrity, manifest, maxsim, projection, vector_arrays, vocabulary
from rag.index.opening import open_current


def change_manifest(folder: Path, **changes: object) -> None:
    manifest.write(folder, manifest.read(folder) | changes)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwrite_page(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:8192] = b"x" * 4096
    path.write_bytes(bytes(data))


def overwrite(path: Path) -> None:
    """Damage that keeps the size of the file."""
    path.write_bytes(b"x" * path.stat().st_size)


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def change_count(folder: Path, part: str) -> None:
    counts = json.loads((folder / "manifest.json").read_text())["counts"]
    change_manifest(folder, counts=counts | {part: counts[part] + 1})


def replace_projection(folder: Path, papers: int) -> None:
    """A sound map of other papers, whose size the manifest states."""
    projection.save(folder, projection.project(np.eye(papers, dtype=np.float32), ["Owls"] * papers))
    files = json.loads((folder / "manifest.json").read_text())["files"]
    stamp = integrity.describe(folder)[projection.PROJECTION_FILE]
    change_manifest(folder, files=files | {projection.PROJECTION_FILE: stamp})


BM25_FILE = "bm25/paper_weights.npy"
ARCHIVES = (projection.PROJECTION_FILE, maxsim.TABLE_FILE, vector_arrays.LAYOUT_FILE, vocabulary.VOCABULARY_FILE)
ARRAYS = (BM25_FILE, maxsim.EMBEDDINGS_FILE, vector_arrays.ROWS_FILE, vocabulary.WORD_VECTORS_FILE)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: shutil.rmtree(folder),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{"),
        lambda folder: (folder / "manifest.json").write_text("[]"),
        lambda folder: (folder / "papers.db").unlink(),
        lambda folder: cut(folder / "papers.db"),
        lambda folder: overwrite_page(folder / "papers.db"),
        lambda folder: shutil.rmtree(folder / "chroma"),
        lambda folder: cut(folder / "chroma" / "chroma.sqlite3"),
        lambda folder: overwrite_page(folder / "chroma" / "chroma.sqlite3"),
        *(lambda folder, name=name: (folder / name).unlink() for name in ARCHIVES + ARRAYS),
        *(lambda folder, name=name: (folder / name).write_bytes(b"") for name in ARCHIVES + ARRAYS),
        *(lambda folder, name=name: cut(folder / name) for name in ARCHIVES + ARRAYS),
        *(lambda folder, name=name: overwrite(folder / name) for name in ARCHIVES + ARRAYS),
        *(lambda folder, name=name: flip_a_bit(folder / name) for name in (*ARCHIVES, *ARRAYS, "papers.db")),
        lambda folder: shutil.rmtree(folder / "bm25"),
        lambda folder: replace_projection(folder, 13),
        lambda folder: change_manifest(folder, counts={"papers": 15}),
        *(lambda folder, name=name: change_count(folder, name) for name in ("papers", "vectors", "words")),
    ],
)
def test_damage_is_reported_in_one_line_with_the_command_that_repairs_it(
    index_copy: Path, damage: Callable[[Path], object]
) -> None:
    current = generations.current(index_copy)
    assert current is not None
    damage(current)
    with pytest.raises(StoreError, match=r"damaged.*Run: rag verify --index ") as caught:
        open_current(index_copy)
    assert "\n" not in str(caught.value)


def test_a_missing_index_names_the_command_that_builds_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"There is no index in .*Run: rag rebuild --index "):
        open_current(tmp_path)


def test_an_index_of_another_schema_is_refused(index_copy: Path) -> None:
    folder = generations.current(index_copy)
    assert folder is not None
    change_manifest(folder, schema=manifest.SCHEMA + 1)
    with pytest.raises(StoreError, match=r"another version.*Run: rag rebuild"):
        open_current(index_copy)


def test_reading_changes_no_file(index_copy: Path) -> None:
    def content() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in index_copy.rglob("*") if path.is_file()}

    before = content()
    with closing(open_current(index_copy)) as store:
        assert store.nearest(np.ones(384, np.float32), 1)
    del store
    assert content() == before
