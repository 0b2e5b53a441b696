"""Files that are not as they were written are found; what Chroma rewrites by itself is not taken for damage."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from rag.index import integrity
from rag.index.vector_database import VectorDatabase


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.bin").write_bytes(b"0123")
    (tmp_path / "sub" / "b.bin").write_bytes(b"4567")
    return tmp_path


def test_files_as_they_were_written_pass_also_after_they_were_copied(folder: Path) -> None:
    files = integrity.describe(folder)
    assert sorted(files) == ["a.bin", "sub/b.bin"]
    integrity.check(folder, files)
    os.utime(folder / "a.bin", (0, 0))
    integrity.check(folder, files)


@pytest.mark.parametrize("content", [b"", b"012", b"0124", None])
def test_a_changed_file_is_named(folder: Path, content: bytes | None) -> None:
    files = integrity.describe(folder)
    (folder / "sub" / "b.bin").unlink() if content is None else (folder / "sub" / "b.bin").write_bytes(content)
    with pytest.raises(ValueError, match=r"^sub/b\.bin is (missing or cut off|damaged)$"):
        integrity.check(folder, files)


def rot(file: Path, content: bytes) -> None:
    """Changes the content of `file`, but not its time."""
    changed = file.stat().st_mtime_ns
    file.write_bytes(content)
    os.utime(file, ns=(changed, changed))


def test_damage_that_changes_neither_size_nor_time_is_found_at_once_in_small_files(folder: Path) -> None:
    files = integrity.describe(folder)
    rot(folder / "a.bin", b"0124")
    assert list(integrity.damaged(folder, files)) == ["a.bin is damaged"]


def test_large_files_that_nobody_touched_are_read_by_a_thorough_check_except_the_crucial_ones(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "_QUICK_BYTES", 5)
    (folder / "papers.db").write_bytes(b"papers")
    (folder / "sub" / "data_level0.bin").write_bytes(b"a graph that can crash the process")
    files = integrity.describe(folder)
    for name in files:
        rot(folder / name, b"x" * files[name]["size"])
    found = {f"{name} is damaged" for name in files}
    always = ("a.bin", "papers.db", "sub/data_level0.bin")
    assert set(integrity.damaged(folder, files)) == {f"{name} is damaged" for name in always}
    assert set(integrity.damaged(folder, files, thorough=True)) == found
    assert set(integrity.decayed(folder, files)) == found


def test_a_copy_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "_QUICK_BYTES", 0)
    files = integrity.describe(folder)
    os.utime(folder / "a.bin", (0, 0))
    integrity.check(folder, files)
    rot(folder / "a.bin", b"0124")  # which shows only if it is read again
    integrity.check(folder, files)


@pytest.mark.parametrize("vectors", [3, 1_500], ids=["before Chroma saves its graph", "after"])
def test_reading_chroma_changes_none_of_its_files(tmp_path: Path, vectors: int) -> None:
    rng = np.random.default_rng(1)
    with closing(VectorDatabase(tmp_path)) as chroma:
        chroma.create(vectors)
        chroma.add({f"{n}.0": rng.normal(size=8).astype(np.float32) for n in range(1, vectors + 1)})
    files = integrity.describe(tmp_path)
    for _ in range(2):
        with closing(VectorDatabase.reading(tmp_path)) as chroma:
            assert chroma.count() == vectors
            assert chroma.search(rng.normal(size=8), 1)
        assert list(integrity.damaged(tmp_path, files, thorough=True)) == []
