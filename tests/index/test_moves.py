"""A change that is not made leaves the files where they were; `test_uploads.py` kills some."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.index import generations, moves


def filled(index_dir: Path, *names: str) -> list[Path]:
    files = [index_dir / "from" / name for name in names]
    (index_dir / "from").mkdir()
    (index_dir / "to").mkdir()
    for file in files:
        file.write_text(file.name)
    return files


def test_a_list_that_is_cut_off_is_undone_as_far_as_it_goes(tmp_path: Path) -> None:
    one, other = filled(tmp_path, "one", "other")
    one.rename(tmp_path / "to" / "one")
    (tmp_path / ".moves").write_text('\n["from/one", "to/one", true]\n["from/oth')
    with generations.changing(tmp_path):
        assert (one.read_text(), other.read_text()) == ("one", "other")
        assert list((tmp_path / "to").iterdir()) == []


def test_a_change_that_fails_once_its_generation_is_current_is_made(tmp_path: Path) -> None:
    (file,) = filled(tmp_path, "one")

    def change() -> None:
        with generations.changing(tmp_path), moves.together(tmp_path) as move:
            move(file, tmp_path / "to" / "one")
            with generations.building(tmp_path):
                pass
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change()
    assert (tmp_path / "to" / "one").exists()
    assert not moves.is_pending(tmp_path)
