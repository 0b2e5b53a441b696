"""A build becomes current as a whole or not at all, whatever happens during it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from unittest.mock import Mock

import pytest

from rag.errors import StoreError
from rag.index import generations, pointer
from rag.index.manifest import MANIFEST_FILE


def build(index_dir: Path, content: str = "x") -> Path:
    with generations.building(index_dir) as folder:
        (folder / "content").write_text(content)
        (folder / MANIFEST_FILE).write_text("{}")
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


def test_looking_whether_a_change_is_made_neither_stops_one_nor_is_taken_for_one(tmp_path: Path) -> None:
    build(tmp_path)
    with ThreadPoolExecutor() as pool:
        lookers = [pool.submit(lambda: [generations.is_changing(tmp_path) for _ in range(300)]) for _ in range(4)]
        assert not any(any(looker.result()) for looker in lookers)
        for _ in range(50):
            looker = pool.submit(lambda: [generations.is_changing(tmp_path) for _ in range(20)])
            with generations.changing(tmp_path):
                assert generations.is_changing(tmp_path)
            looker.result()


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
    assert {path.name for path in read.iterdir()} == {"content", MANIFEST_FILE}
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
    with ThreadPoolExecutor(1) as another, generations.building(tmp_path):
        refused = another.submit(build, tmp_path).exception()
    assert isinstance(refused, StoreError)
    assert "Another rebuild" in str(refused)
    build(tmp_path)


def test_a_change_is_planned_and_built_while_nobody_else_changes_anything(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as another:
        with generations.changing(tmp_path):
            old = build(tmp_path, "old")
            assert isinstance(another.submit(build, tmp_path).exception(), StoreError)
            assert generations.current(tmp_path) == old
        new = another.submit(build, tmp_path, "new").result()
    assert generations.current(tmp_path) == new


def test_a_change_that_waits_begins_once_the_other_has_ended(tmp_path: Path) -> None:
    def wait_and_build() -> str:
        with generations.changing(tmp_path, waits=True):
            found = generations.current(tmp_path)
            build(tmp_path)
        return found.name if found else ""

    with ThreadPoolExecutor(1) as another:
        with generations.changing(tmp_path):
            waiting = another.submit(wait_and_build)
            first = build(tmp_path)
        assert waiting.result() == first.name


def test_a_generation_is_on_the_disk_before_it_becomes_current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    fsync, point = os.fsync, pointer.point

    def record(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    def become_current(index_dir: Path, names: Sequence[str]) -> None:
        built = index_dir / names[0]
        files = [built / "content", built / "deeper" / "content"]
        folders = [built, built / "deeper"] if os.name == "posix" else []  # Windows has no such call
        assert {path.stat().st_ino for path in files + folders} <= set(synced)
        point(index_dir, names)

    monkeypatch.setattr(os, "fsync", record)
    monkeypatch.setattr(pointer, "point", become_current)
    with generations.building(tmp_path) as folder:
        (folder / "content").write_text("")
        (folder / "deeper").mkdir()
        (folder / "deeper" / "content").write_text("")


DAMAGES = ["", "nonsense", "../../etc", "g2020", "\x00", pytest.param("g" * 1_000_000, id="long")]


@pytest.mark.parametrize("content", [None, *DAMAGES, "g20200101000000-abcdef"])
def test_while_the_pointer_tells_nothing_nothing_is_changed_or_removed(tmp_path: Path, content: str | None) -> None:
    kept = [build(tmp_path, "old"), build(tmp_path, "new")]
    (tmp_path / pointer.POINTER).unlink()
    if content is not None:
        (tmp_path / pointer.POINTER).write_text(content)
    for change in (generations.current, build, generations.roll_back):
        with pytest.raises(StoreError, match=r"damaged \(CURRENT .*Run: rag verify --index") as caught:
            change(tmp_path)
        assert "\n" not in str(caught.value)
    assert sorted(tmp_path.glob("g*")) == sorted(kept)


@pytest.mark.parametrize("content", DAMAGES)
def test_a_damaged_pointer_beside_no_generation_hinders_no_build(tmp_path: Path, content: str) -> None:
    (tmp_path / pointer.POINTER).write_text(content)
    assert generations.current(tmp_path) is None
    assert build(tmp_path) == generations.current(tmp_path)


@pytest.mark.parametrize("line", [0, 1])
def test_no_generation_is_removed_because_a_digit_of_a_name_has_changed(tmp_path: Path, line: int) -> None:
    kept = [build(tmp_path, "old"), build(tmp_path, "new")]
    names = (tmp_path / pointer.POINTER).read_text().split()
    names[line] = names[line].replace("g2", "g3")
    (tmp_path / pointer.POINTER).write_text("\n".join(names))
    with suppress(StoreError), generations.changing(tmp_path):
        pass
    assert sorted(tmp_path.glob("g*")) == sorted(kept)


def test_a_pointer_that_is_damaged_during_a_build_costs_no_generation(tmp_path: Path) -> None:
    old = build(tmp_path, "old")
    with generations.building(tmp_path) as new:
        (tmp_path / pointer.POINTER).write_text("nonsense")
    assert (generations.current(tmp_path), generations.previous(tmp_path)) == (new, old)


def test_what_a_killed_build_left_is_kept_until_another_is_complete(tmp_path: Path) -> None:
    left = tmp_path / "g20200101000000-abcdef"
    left.mkdir()
    with generations.building(tmp_path):
        assert left.exists()
    assert not left.exists()


def test_an_interruption_once_the_new_build_is_current_does_not_remove_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, replace = build(tmp_path, "old"), Path.replace

    def replace_and_stop(path: Path, target: Path) -> None:
        replace(path, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", replace_and_stop)
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, "new")
    newest = generations.current(tmp_path)
    assert newest not in (None, old)
    assert newest
    assert (newest / "content").read_text() == "new"


def test_a_pointer_with_the_line_ends_of_windows_is_read(tmp_path: Path) -> None:
    old, new = build(tmp_path), build(tmp_path)
    (tmp_path / pointer.POINTER).write_bytes(f"{new.name}\r\n{old.name}\r\n".encode())
    assert (generations.current(tmp_path), generations.previous(tmp_path)) == (new, old)


def test_a_folder_that_cannot_be_created_is_reported_with_the_option_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"Cannot write to .*--index"):
        build(tmp_path / "file" / "index")


def test_a_lock_for_which_there_is_no_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(generations.FileLock, "acquire", Mock(side_effect=full))
    with pytest.raises(StoreError, match=r"No space left on device\. Make room there, then repeat the command\.$"):
        build(tmp_path)


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
