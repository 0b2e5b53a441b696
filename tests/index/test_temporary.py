"""Temporary folders are removed after use, and those of killed processes by the next."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag.index import temporary


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def age(folder: Path) -> None:
    os.utime(folder / ".lock", (0, 0))


def test_a_folder_is_private_and_is_removed_once(root: Path) -> None:
    made = temporary.folder()
    assert made.parent == root
    assert made.stat().st_mode & 0o077 == 0
    (made / "file").write_text("content")
    for _ in range(2):
        temporary.remove(made)
        assert list(root.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_another_uses_is_not(root: Path) -> None:
    program = (
        f"import tempfile, sys; tempfile.tempdir = {str(root)!r}\n"
        "from rag.index import temporary; print(temporary.folder(), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        theirs = Path(process.stdout.readline().decode().strip())
        age(theirs)
        temporary.remove(temporary.folder())
        assert theirs.exists()
        process.kill()
    temporary.remove(temporary.folder())
    assert not theirs.exists()


@pytest.mark.parametrize("mode", [0o755, 0o700])
def test_folders_that_others_may_have_made_or_that_are_new_are_left_alone(root: Path, mode: int) -> None:
    other = root / "rag-notes"
    other.mkdir(mode=mode)
    (other / ".lock").write_text("")
    if mode == 0o755:
        age(other)
    temporary.remove(temporary.folder())
    assert other.exists()
