"""`rag rebuild`: what it reads, what a dry run shows, and that a kill leaves the old index in use."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.runner import rag, write_json_lines
from tests.conftest import typical_curve

TIMEOUT = 240  # seconds, on a busy machine


def test_a_rebuild_reports_what_it_read_and_what_it_skipped(
    tmp_path: Path, papers_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)  # calibrating takes seconds
    (tmp_path / "more.jsonl").write_text("nonsense")
    done = rag("rebuild", papers_file, tmp_path / "more.jsonl", "--index", tmp_path / "index")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("14 papers: 14 added, 0 changed, 0 removed, 0 unchanged, ")
    assert done.stdout.endswith(" seconds. 2 files, 14 records, 0 duplicates, 1 skipped.\n")
    assert "Skipped more.jsonl" in done.stderr


def test_a_dry_run_shows_what_a_rebuild_would_change_and_changes_nothing(
    index_copy: Path, papers_file: Path, tmp_path: Path
) -> None:
    more = write_json_lines(
        tmp_path / "more.jsonl", *({"title": f"Bread {n}", "abstract": "We bake."} for n in range(7))
    )
    more.write_text(more.read_text() + "\nnonsense")
    before = {(path, path.read_bytes()) for path in index_copy.rglob("*") if path.is_file()}
    done = rag("rebuild", "--dry-run", papers_file, more, "--index", index_copy)
    assert done.exit_code == 0
    assert done.stderr.startswith("Skipped more.jsonl:8: not JSON")
    assert done.stderr.count("\n") == 1
    counts, *titles = done.stdout.splitlines()
    assert counts.startswith("7 added, 0 changed, 0 removed, 14 ")
    assert titles == ["Added:", *(f"  - Bread {n}" for n in range(5)), "  … and 2 more"]
    assert {(path, path.read_bytes()) for path in index_copy.rglob("*") if path.is_file()} == before


def test_without_paths_and_an_index_the_shipped_papers_are_read(tmp_path: Path) -> None:
    done = rag("rebuild", "--dry-run", "--index", tmp_path / "index")
    assert done.stdout.startswith("489 added, 0 changed, 0 removed, 0 ")


def test_without_paths_and_an_index_the_uploads_are_read_instead_of_the_shipped_papers(tmp_path: Path) -> None:
    (tmp_path / "added").mkdir()
    (tmp_path / "added" / "bread.jsonl").write_text('{"title": "Bread", "abstract": "We bake."}')
    (tmp_path / "added" / ".more.jsonl").write_text("nonsense")
    done = rag("rebuild", "--dry-run", "--index", tmp_path)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("1 added, 0 changed, 0 removed, 0 ")
    assert [path.name for path in tmp_path.iterdir()] == ["added"]


FULL = (
    "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (%d, %d)); sys.argv[0] = 'rag'; "
    "runpy.run_module('rag', run_name='__main__')"
)


def rag_without_room(limit: int, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The result of `rag` where no file can grow beyond `limit` bytes."""
    command = [sys.executable, "-c", FULL % (limit, limit), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)


@pytest.mark.parametrize("limit", [1_000, 30_000, 200_000])
def test_where_no_more_can_be_written_the_old_index_stays(
    tmp_path: Path, index_copy: Path, papers_file: Path, limit: int
) -> None:
    before = (index_copy / "CURRENT").read_text()
    more = write_json_lines(
        tmp_path / "more.jsonl", *({"title": f"Owl {n}", "abstract": f"We count owl {n}. " * 9} for n in range(200))
    )
    done = rag_without_room(limit, "rebuild", papers_file, more, "--index", index_copy)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The index in ")
    assert done.stderr.count("\n") == 1
    assert "could not be written" in done.stderr
    assert "Make room there" in done.stderr
    assert (index_copy / "CURRENT").read_text() == before
    assert [path.name for path in index_copy.glob("g*")] == before.split()[:1], "nothing half made is left"
    assert rag("search", "coral", "--index", index_copy).exit_code == 0


def test_where_temporary_files_have_no_room_that_is_said_and_not_that_the_index_is_damaged(index_dir: Path) -> None:
    done = rag_without_room(30_000, "search", "coral", "--index", index_dir)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The index in ")
    assert "cannot be opened" in done.stderr
    assert "set TMPDIR" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.slow  # tests/index/test_generations.py kills builds too, without building anything
def test_a_killed_rebuild_leaves_the_old_index_in_use_and_the_next_cleans_up(
    tmp_path: Path, index_copy: Path, papers_file: Path
) -> None:
    papers = ({"title": f"Paper {n}", "abstract": f"We study object {n} in depth. " * 8} for n in range(2000))
    many = write_json_lines(tmp_path / "many.jsonl", *papers)

    def search() -> str:
        return rag("search", "coral", "--json", "--index", index_copy).stdout

    before = search()
    assert "Coral Counting" in json.loads(before)["results"][0]["title"]
    pointer, entries = (index_copy / "CURRENT").read_text(), set(index_copy.iterdir())

    command = [sys.executable, "-m", "rag", "rebuild", str(many), "--yes", "--index", str(index_copy)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + TIMEOUT
    while not any((entry / "chroma" / "chroma.sqlite3").exists() for entry in set(index_copy.iterdir()) - entries):
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert (index_copy / "CURRENT").read_text() == pointer
    assert search() == before
    done = rag("rebuild", papers_file, "--index", index_copy)
    assert done.exit_code == 0, done.output
    generations = {path.name for path in index_copy.iterdir() if path.name.startswith("g")}
    assert generations == set((index_copy / "CURRENT").read_text().split())
    assert search() == before


@pytest.mark.slow  # tests/index/test_generations.py kills builds too, without building anything
@pytest.mark.parametrize("command", ["rebuild --full", "add", "remove"])
def test_a_command_that_is_killed_at_any_moment_leaves_old_or_new_content(
    tmp_path: Path, index_copy: Path, command: str
) -> None:
    def titles() -> set[str]:
        listed = rag("papers", "--json", "--index", index_copy)
        assert listed.exit_code == 0, listed.output
        return {json.loads(line)["title"] for line in listed.stdout.splitlines()}

    more = write_json_lines(tmp_path / "more.jsonl", {"title": "Rye", "abstract": "Rye bread is sour. We bake it."})
    old = titles()
    arguments = {"rebuild --full": [], "add": [str(more)], "remove": [min(old)]}[command]
    new = {"rebuild --full": old, "add": old | {"Rye"}, "remove": old - {min(old)}}[command]
    start = [sys.executable, "-m", "rag", *command.split(), *arguments, "--index", str(index_copy)]
    for tenths in range(3, 40, 6):
        process = subprocess.Popen(start, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(tenths / 10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert titles() in (old, new)
        assert rag("search", "coral", "--index", index_copy).exit_code == 0
