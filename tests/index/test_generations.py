"""A build becomes current as a whole or not at all, whatever happens during it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import StoreError
from rag.index import generations


def build(index_dir: Path, content: str = "x") -> Path:
    with generations.building(index_dir) as folder:
        (folder / "content").write_text(content)
    return folder


def test_nothing_is_current_before_the_first_build(tmp_path: Path) -> None:
    assert generations.current(tmp_path / "none") is None


def test_a_finished_build_is_current(tmp_path: Path) -> None:
    build(tmp_path, "old")
    newest = build(tmp_path, "new")
    assert generations.current(tmp_path) == newest
    assert (newest / "content").read_text() == "new"


def test_a_build_in_progress_is_not_current(tmp_path: Path) -> None:
    old = build(tmp_path)
    with generations.building(tmp_path):
        assert generations.current(tmp_path) == old


def test_a_failed_build_leaves_the_old_generation_and_nothing_else(tmp_path: Path) -> None:
    old = build(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ZeroDivisionError), generations.building(tmp_path):
        raise ZeroDivisionError
    assert generations.current(tmp_path) == old
    assert sorted(tmp_path.iterdir()) == before


def test_the_generation_before_the_current_one_is_kept(tmp_path: Path) -> None:
    folders = [build(tmp_path) for _ in range(4)]
    assert [folder.exists() for folder in folders] == [False, False, True, True]


class Reader:
    """Something that reads a generation."""


def test_a_generation_is_kept_while_anything_reads_it(tmp_path: Path) -> None:
    read, reader, another = build(tmp_path), Reader(), Reader()
    generations.hold(read, reader)
    generations.hold(read, another)
    folders = [build(tmp_path) for _ in range(3)]
    assert [folder.exists() for folder in (read, *folders)] == [True, False, True, True]
    del reader
    build(tmp_path)
    assert read.exists()
    del another
    assert [path.name for path in read.iterdir()] == ["content"]
    build(tmp_path)
    assert not read.exists()


def test_a_generation_is_kept_while_another_process_reads_it_and_not_once_it_is_killed(tmp_path: Path) -> None:
    read = build(tmp_path)
    program = (
        "import sys, pathlib; from rag.index import generations\n"
        f"generations.hold(pathlib.Path({str(read)!r}), sys.modules['pathlib'])\n"
        "print('reading', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"reading\n"
        for _ in range(2):
            build(tmp_path)
        assert read.exists()
        process.kill()
    build(tmp_path)
    assert not read.exists()


def test_what_a_killed_build_left_is_removed_and_other_folders_are_not(tmp_path: Path) -> None:
    left = tmp_path / "g20200101000000-abcdef"
    left.mkdir()
    mine = tmp_path / "my notes"
    mine.mkdir()
    build(tmp_path)
    assert not left.exists()
    assert mine.exists()


def test_a_second_build_at_the_same_time_is_refused(tmp_path: Path) -> None:
    with generations.building(tmp_path), pytest.raises(StoreError, match="Another rebuild"):
        build(tmp_path)
    build(tmp_path)


@pytest.mark.parametrize("pointer", ["", "nonsense", "../../etc", "g2020", "\x00"])
def test_a_damaged_pointer_is_reported_and_a_rebuild_repairs_it(tmp_path: Path, pointer: str) -> None:
    build(tmp_path)
    (tmp_path / generations.POINTER).write_text(pointer)
    with pytest.raises(StoreError, match=r"damaged.*Run: rag rebuild") as caught:
        generations.current(tmp_path)
    assert "\n" not in str(caught.value)
    assert build(tmp_path) == generations.current(tmp_path)


def test_a_folder_that_cannot_be_created_is_reported_with_the_option_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"Cannot write to .*--index"):
        build(tmp_path / "file" / "index")


def test_rolling_back_makes_the_build_before_current_and_again_the_last(tmp_path: Path) -> None:
    old, new = build(tmp_path, "old"), build(tmp_path, "new")
    for expected, before in ((old, new), (new, old)):
        generations.roll_back(tmp_path)
        assert (generations.current(tmp_path), generations.previous(tmp_path)) == (expected, before)
    assert sorted(path for path in tmp_path.iterdir() if path.is_dir()) == sorted([old, new])


def test_without_a_build_before_nothing_can_be_rolled_back(tmp_path: Path) -> None:
    only = build(tmp_path)
    with pytest.raises(StoreError, match="no index before the current one"):
        generations.roll_back(tmp_path)
    assert generations.current(tmp_path) == only
