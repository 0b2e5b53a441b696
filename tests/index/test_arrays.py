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
    assert arrays.memory_map(file, np.float32, 2, 3).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert arrays.memory_map(file, np.float32, 1, 3).tolist() == [[0, 1, 2]], "what is behind belongs to another"
    assert arrays.memory_map(file, np.float32, 0, 3).shape == (0, 3)
    with pytest.raises(ValueError, match="it does not have 3 rows of 3"):
        arrays.memory_map(file, np.float32, 3, 3)
    file.unlink()
    with pytest.raises(FileNotFoundError):
        arrays.memory_map(file, np.float32, 2, 3)


def test_what_was_written_is_shared_until_somebody_appends(tmp_path: Path) -> None:
    old, new, other = (tmp_path / name for name in ("old", "new", "other"))
    old.write_bytes(b"abc")
    with arrays.open_to_append(new, 3, old) as file:
        file.write(b"def")
    assert new.read_bytes() == b"abcdef"
    assert new.samefile(old), "nothing is copied"
    with arrays.open_to_append(other, 3, old) as file:
        file.write(b"ghi")
    assert (other.read_bytes(), new.read_bytes()) == (b"abcghi", b"abcdef"), "each has its own end"


def test_it_is_copied_where_files_cannot_be_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr("os.link", link)
    (tmp_path / "old").write_bytes(b"abc")
    with arrays.open_to_append(tmp_path / "new", 3, tmp_path / "old") as file:
        file.write(b"def")
    assert [(tmp_path / name).read_bytes() for name in ("old", "new")] == [b"abc", b"abcdef"]


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
