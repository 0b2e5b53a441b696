"""Arrays come back from their files as they were written, damaged files are refused, and ranges are spelled out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.index import arrays


@pytest.mark.parametrize("terms", [[], ["owl"], ["owl", "β", "深度", "0.5", "owl"], [str(n) for n in range(1_000)]])
def test_terms_are_unpacked_as_they_were_packed(tmp_path: Path, terms: list[str]) -> None:
    arrays.save_columns(tmp_path / "columns", {"terms": arrays.pack(terms)})
    assert arrays.unpack(arrays.load_columns(tmp_path / "columns")["terms"]) == terms


def test_columns_come_back_by_name(tmp_path: Path) -> None:
    columns = {"starts": np.arange(3), "weights": np.array([0.5], dtype=np.float32), "none": np.zeros(0)}
    arrays.save_columns(tmp_path / "columns", columns)
    found = arrays.load_columns(tmp_path / "columns")
    assert {name: (column.tolist(), column.dtype) for name, column in found.items()} == {
        name: (column.tolist(), column.dtype) for name, column in columns.items()
    }


def test_a_file_of_rows_is_mapped_into_memory(tmp_path: Path) -> None:
    file = tmp_path / "rows"
    np.arange(6, dtype=np.float32).tofile(file)
    assert arrays.memory_map(file, np.float32, 3).tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(ValueError, match="reshape"):
        arrays.memory_map(file, np.float32, 4)
    file.write_bytes(b"")
    assert arrays.memory_map(file, np.float32, 3).shape == (0, 3)
    file.unlink()
    with pytest.raises(FileNotFoundError):
        arrays.memory_map(file, np.float32, 3)


@pytest.mark.parametrize("content", [b"", b"x" * 200, b"PK\x03\x04" + b"x" * 200])
def test_a_damaged_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "owls.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"owls\.npz|pickle"):
        arrays.load(tmp_path / "owls.npz")


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"no array"], ids=["empty", "cut off", "other"])
def test_a_damaged_column_is_refused(tmp_path: Path, content: bytes) -> None:
    arrays.save_columns(tmp_path / "columns", {"whole": np.arange(3), "damaged": np.arange(3)})
    (tmp_path / "columns" / "damaged.npy").write_bytes(content)
    with pytest.raises(ValueError, match=r"."):
        arrays.load_columns(tmp_path / "columns")


@pytest.mark.parametrize("ranges", [[], [(3, 2)], [(5, 1), (0, 3), (9, 0), (1, 2), (7, 0)]])
def test_ranges_are_rows_one_range_after_the_other(ranges: list[tuple[int, int]]) -> None:
    starts, sizes = np.array(ranges, dtype=np.int64).reshape(-1, 2).T
    expected = [row for start, size in ranges for row in range(start, start + size)]
    assert arrays.rows_of(starts, sizes).tolist() == expected
