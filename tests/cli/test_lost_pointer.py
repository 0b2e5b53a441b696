"""Where `CURRENT` is lost or damaged, no command replaces the collection, and `rag verify` finds it again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.runner import json_lines, rag, write_json_lines
from tests.conftest import typical_curve

COMMANDS = [
    ("rebuild",),
    ("rebuild", "bread.jsonl"),
    ("rebuild", "bread.jsonl", "--yes"),
    ("rebuild", "--dry-run"),
    ("rebuild", "bread.jsonl", "--dry-run"),
    ("add", "bread.jsonl", "--yes"),
    ("remove", "Sourdough"),
    ("watch", "bread.jsonl", "--yes"),
    ("rollback",),
    ("ask", "which owls?", "--llm", "none"),
    ("search", "owls"),
    ("papers",),
    ("status",),
]


@pytest.fixture(autouse=True)
def bread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)  # calibrating takes seconds
    monkeypatch.chdir(tmp_path)
    return write_json_lines(tmp_path / "bread.jsonl", {"title": "Sourdough", "abstract": "We bake bread."})


def titles(index_dir: Path) -> set[str]:
    return {paper["title"] for paper in json_lines(rag("papers", "--json", "--index", index_dir).stdout)}


def lose(index_dir: Path, content: str | None) -> None:
    (index_dir / "CURRENT").unlink()
    if content is not None:
        (index_dir / "CURRENT").write_text(content)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("content", [None, "x", "g20200101000000-abcdef\n"], ids=["missing", "unreadable", "gone"])
def test_every_command_says_so_and_none_replaces_the_collection(
    index_copy: Path, command: tuple[str, ...], content: str | None
) -> None:
    lose(index_copy, content)
    before = {path: path.stat().st_mtime_ns for path in index_copy.glob("g*/**/*")}
    done = rag(*command, "--index", index_copy)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"The index in {index_copy} is damaged (CURRENT " in done.stderr
    assert done.stderr.endswith(f"Run: rag verify --index {index_copy}\n")
    assert {path: path.stat().st_mtime_ns for path in index_copy.glob("g*/**/*")} == before


@pytest.mark.parametrize("content", [None, "x", "g20200101000000-abcdef\n"], ids=["missing", "unreadable", "gone"])
def test_verify_finds_the_collection_again_and_the_one_before(
    index_copy: Path, bread: Path, content: str | None
) -> None:
    old = titles(index_copy)
    assert rag("add", bread, "--index", index_copy).exit_code == 0
    pointer = (index_copy / "CURRENT").read_text()
    lose(index_copy, content)
    done = rag("verify", "--index", index_copy)
    first, *others = done.stdout.splitlines()
    assert first.startswith("CURRENT ")
    assert first.endswith("the newest that can be read, with 15 papers.")
    assert all(line.startswith("ok ") for line in others)
    assert (index_copy / "CURRENT").read_text() == pointer
    assert titles(index_copy) == old | {"Sourdough"}
    assert rag("rollback", "--index", index_copy).exit_code == 0
    assert titles(index_copy) == old


def test_verify_repairs_what_it_found_where_that_is_damaged_too(index_copy: Path) -> None:
    before = titles(index_copy)
    next(index_copy.glob("g*/projection.npz")).write_bytes(b"")
    lose(index_copy, "x")
    done = rag("verify", "--index", index_copy)
    assert "damaged  files: projection.npz is missing or cut off" in done.stdout
    assert done.stdout.endswith("Built again from the 14 papers that it holds.\n")
    assert titles(index_copy) == before
    assert rag("search", "owls", "--index", index_copy).exit_code == 0


@pytest.mark.parametrize("content", [None, "x"], ids=["missing", "unreadable"])
def test_where_nothing_can_be_read_other_papers_are_not_taken_instead(
    index_copy: Path, bread: Path, content: str | None
) -> None:
    next(index_copy.glob("g*/papers.db")).write_bytes(b"x")
    next(index_copy.glob("g*/manifest.json")).write_bytes(b"x")
    lose(index_copy, content)
    for command in ("verify", "rebuild"):
        done = rag(command, "--index", index_copy)
        assert done.exit_code == 1
        assert "does not tell from which files it was built" in done.stderr
        assert f"rag rebuild PATH --index {index_copy}" in done.stderr
    refused = rag("rebuild", bread, "--index", index_copy)
    assert refused.exit_code == 1, "it is not known what that removes"
    assert "is damaged (its papers cannot be read). Run: rag verify" in refused.stderr
    assert rag("rebuild", bread, "--yes", "--index", index_copy).exit_code == 0
    assert titles(index_copy) == {"Sourdough"}


@pytest.mark.slow  # the tests above find that nothing is built, so that a kill comes too late or too early
def test_a_rebuild_or_repair_that_is_killed_removes_no_generation(index_copy: Path) -> None:
    before, folders = titles(index_copy), set(index_copy.glob("g*"))
    for command in ("rebuild", "verify"):
        for tenths in (2, 5, 10, 20, 80):
            lose(index_copy, "x")
            start = [sys.executable, "-m", "rag", command, "--index", str(index_copy)]
            process = subprocess.Popen(start, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(tenths / 10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert folders <= set(index_copy.glob("g*"))
    assert rag("verify", "--index", index_copy).exit_code == 0
    assert titles(index_copy) == before
