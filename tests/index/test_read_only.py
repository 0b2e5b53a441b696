"""An index that may only be read works for all commands that read, and the others say what cannot be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Root may write what nobody may, unless it gives up that right.
_RIGHTS = "-dac_override,-dac_read_search"
AS_ANYBODY = ["setpriv", "--bounding-set", _RIGHTS, "--inh-caps", _RIGHTS] if os.geteuid() == 0 else []

pytestmark = pytest.mark.skipif(bool(AS_ANYBODY) and not shutil.which("setpriv"), reason="root may write everything")


@pytest.fixture
def read_only(index_copy: Path) -> Iterator[Path]:
    """An index without the right to write any of it."""
    folders = [index_copy, *(path for path in index_copy.rglob("*") if path.is_dir())]
    for path in [*folders, *(path for path in index_copy.rglob("*") if path.is_file())]:
        path.chmod(path.stat().st_mode & 0o555)
    yield index_copy
    for folder in folders:
        folder.chmod(0o755)


def run(index_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*AS_ANYBODY, sys.executable, "-m", "rag", *arguments, "--index", str(index_dir)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize(
    "command",
    [["search", "coral", "--top", "1"], ["status"], ["papers"], pytest.param(["verify"], marks=pytest.mark.slow)],
)
def test_what_only_reads_works(read_only: Path, command: list[str]) -> None:
    done = run(read_only, *command)
    assert (done.returncode, done.stderr) == (0, "")
    assert "damaged" not in done.stdout
    assert done.stdout


@pytest.mark.parametrize("command", [["rollback"], ["remove", "SwiftDepth: Single-Step Diffusion for Monocular Depth"]])
def test_what_writes_says_what_cannot_be_written(read_only: Path, command: list[str]) -> None:
    done = run(read_only, *command)
    assert done.returncode == 1
    assert done.stderr == f"Error: Cannot write to {read_only}: Permission denied. Choose another with --index.\n"


def test_an_index_that_may_not_be_read_is_not_called_damaged(read_only: Path) -> None:
    (folder,) = read_only.glob("g*")
    (folder / "papers.db").chmod(0o000)
    done = run(read_only, "search", "coral")
    assert done.returncode == 1
    assert "cannot be opened (papers.db: Permission denied). Ask its owner" in done.stderr
    assert done.stderr.count("\n") == 1
