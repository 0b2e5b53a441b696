"""`rag add`, `rag remove`, `rag watch`, `rag papers`, `rag status`, `rag verify` and `rag rollback`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rag.index import changes, generations, manifest
from rag.index.changes import Changes
from rag.index.contents import Contents
from rag.paper import Paper
from tests.cli.runner import json_lines, rag, write_json_lines
from tests.conftest import typical_curve

BREAD = {"title": "Sourdough", "abstract": "We bake bread.", "ids": ["doi:10.5555/bread"], "year": 2020}
RYE = {"title": "Rye", "abstract": "Rye bread is sour."}


@pytest.fixture(autouse=True)
def _quick_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)  # calibrating takes seconds


@pytest.fixture
def bread(tmp_path: Path) -> Path:
    return write_json_lines(tmp_path / "bread.jsonl", BREAD)


def titles(index_dir: Path) -> list[str]:
    return [paper["title"] for paper in json_lines(rag("papers", "--json", "--index", index_dir).stdout)]


def test_papers_are_added_found_and_removed(index_copy: Path, bread: Path) -> None:
    added = rag("add", bread, "--index", index_copy)
    assert added.stdout.startswith("15 papers: 1 added, 0 changed, 0 removed, 14 unchanged, ")
    found = json.loads(rag("search", "baking bread", "--json", "--top", "1", "--index", index_copy).stdout)
    assert found["results"][0]["title"] == "Sourdough"
    removed = rag("remove", "doi:10.5555/bread", "--index", index_copy)
    assert removed.stdout.startswith("14 papers: 0 added, 0 changed, 1 removed, 14 unchanged, ")
    assert "Sourdough" not in titles(index_copy)
    again = rag("rebuild", "--index", index_copy)
    assert again.stdout.startswith("14 papers: nothing has changed"), "what was removed stays so"


def test_a_dry_run_adds_and_removes_nothing(index_copy: Path, bread: Path) -> None:
    before = titles(index_copy)
    for command in (["add", bread], ["remove", before[0]]):
        done = rag(*command, "--dry-run", "--index", index_copy)
        assert done.exit_code == 0
        assert "1 added" in done.stdout or "1 removed" in done.stdout
    assert titles(index_copy) == before


@pytest.mark.parametrize(
    "command", [["rebuild"], ["add"], ["remove", "Coral Counting with Drones"]], ids=lambda command: command[0]
)
def test_what_another_process_does_meanwhile_is_not_undone(
    tmp_path: Path, index_copy: Path, bread: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    rye = write_json_lines(tmp_path / "rye.jsonl", RYE)
    plan, others = changes.between, list[subprocess.CompletedProcess[str]]()

    def plan_while_another_adds(before: Contents | None, after: Sequence[Paper]) -> Changes:
        if not others:
            other = [sys.executable, "-m", "rag", "add", str(bread), "--index", str(index_copy)]
            others.append(subprocess.run(other, capture_output=True, text=True, check=False))
        return plan(before, after)

    monkeypatch.setattr(changes, "between", plan_while_another_adds)
    paths = [rye] if command == ["add"] else []
    assert rag(*command, *paths, "--index", index_copy).exit_code == 0
    assert "Another rebuild" in others[0].stderr or "Sourdough" in titles(index_copy)
    assert not paths or "Rye" in titles(index_copy)


def test_papers_that_cannot_be_read_are_no_missing_index(index_copy: Path, tmp_path: Path) -> None:
    next(index_copy.glob("g*/papers.db")).write_bytes(b"nonsense")
    damaged = rag("papers", "--index", index_copy)
    assert damaged.exit_code == 1
    assert f"is damaged (its papers cannot be read). Run: rag verify --index {index_copy}\n" in damaged.stderr
    missing = rag("papers", "--index", tmp_path / "none")
    assert missing.exit_code == 1
    assert "There is no index in" in missing.stderr


def test_removing_most_papers_needs_a_yes(index_copy: Path, bread: Path) -> None:
    before = titles(index_copy)
    refused = rag("rebuild", bread, "--index", index_copy)
    assert refused.exit_code == 1
    assert "This removes 14 papers of the index and keeps 0." in refused.stderr
    assert "--yes" in refused.stderr
    assert titles(index_copy) == before
    assert rag("rebuild", bread, "--yes", "--index", index_copy).exit_code == 0
    assert titles(index_copy) == ["Sourdough"]


def test_a_full_rebuild_is_made_though_nothing_has_changed(tmp_path: Path, bread: Path) -> None:
    index_dir = tmp_path / "index"
    rag("rebuild", bread, "--index", index_dir)
    before = (index_dir / "CURRENT").read_text()
    done = rag("rebuild", "--full", "--index", index_dir)
    assert done.stdout.startswith("1 paper: 0 added, 0 changed, 0 removed, 1 unchanged, ")
    assert (index_dir / "CURRENT").read_text() != before


def test_columns_are_named_once_and_remembered(tmp_path: Path) -> None:
    table = tmp_path / "papiere.csv"
    table.write_text("Kopf;Inhalt\nSauerteig;Wir backen Brot mit Sauerteig.\nRoggen;Roggen ist sauer.\n")
    index_dir = tmp_path / "index"
    refused = rag("rebuild", table, "--index", index_dir)
    assert refused.exit_code == 1
    assert "--columns" in refused.stderr
    done = rag("rebuild", table, "--columns", "title=Kopf,abstract=Inhalt", "--index", index_dir)
    assert done.exit_code == 0, done.output
    assert titles(index_dir) == ["Roggen", "Sauerteig"]
    assert rag("rebuild", "--index", index_dir).stdout.startswith("2 papers: nothing has changed")


@pytest.mark.parametrize("columns", ["title", "colour=Farbe", "title="])
def test_columns_that_name_no_field_are_refused(tmp_path: Path, bread: Path, columns: str) -> None:
    done = rag("rebuild", bread, "--columns", columns, "--index", tmp_path / "index")
    assert done.exit_code == 2
    assert "--columns takes FIELD=NAME with a field of title, abstract" in done.stderr


def test_what_was_merged_is_listed_with_the_reason(tmp_path: Path, bread: Path) -> None:
    copy = write_json_lines(tmp_path / "copy.jsonl", BREAD | {"title": "Sourdough."}, RYE)
    index_dir = tmp_path / "index"
    rag("rebuild", bread, copy, "--index", index_dir)
    assert rag("papers", "--duplicates", "--index", index_dir).stdout.split("\n")[0] == (
        "Sourdough. (copy.jsonl) → Sourdough (bread.jsonl): same DOI"
    )
    listed = rag("papers", "--index", index_dir).stdout
    assert listed == "Rye\nSourdough\n    2020 · doi:10.5555/bread\n"


def test_the_status_names_papers_files_and_the_way_back(index_copy: Path, bread: Path) -> None:
    rag("add", bread, "--index", index_copy)
    status = rag("status", "--index", index_copy).stdout
    for part in ("15 papers in ", f"from {bread}", "rag rollback"):
        assert part in status
    rolled_back = rag("rollback", "--index", index_copy)
    assert rolled_back.stdout.startswith("14 papers in ")
    assert "Sourdough" not in titles(index_copy)
    assert rag("rollback", "--index", index_copy).stdout.startswith("15 papers in ")


def test_verify_finds_damage_and_repairs_it(index_copy: Path) -> None:
    before = titles(index_copy)
    sound = rag("verify", "--index", index_copy)
    assert sound.exit_code == 0
    assert all(line.startswith("ok ") for line in sound.stdout.splitlines())
    file = next(index_copy.glob("g*/projection.npz"))
    file.write_bytes(b"")
    failed = rag("search", "owls", "--index", index_copy)
    assert failed.exit_code == 1
    assert f"Run: rag verify --index {index_copy}" in failed.stderr
    repaired = rag("verify", "--index", index_copy)
    assert "damaged  files: projection.npz is missing or cut off" in repaired.stdout
    assert repaired.stdout.endswith("Built again from the 14 papers that it holds.\n")
    assert rag("search", "owls", "--index", index_copy).exit_code == 0
    assert titles(index_copy) == before


@pytest.mark.slow  # tests/index/test_generations.py kills builds too, without building anything
@pytest.mark.parametrize("command", ["verify", "rollback", "search owls"])
def test_upkeep_that_is_killed_at_any_moment_loses_nothing(index_copy: Path, bread: Path, command: str) -> None:
    old = titles(index_copy)
    assert rag("add", bread, "--index", index_copy).exit_code == 0
    new = titles(index_copy)
    folder = generations.current(index_copy)
    assert folder
    if command == "verify":
        (folder / "projection.npz").write_bytes(b"")
    if command == "search owls":  # which builds an index of another version again
        about = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps(about | {"schema": manifest.SCHEMA - 1}))
    start = [sys.executable, "-m", "rag", *command.split(), "--index", str(index_copy)]
    for tenths in (*range(3, 45, 7), 600):
        process = subprocess.Popen(start, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(tenths / 10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert titles(index_copy) in ([old, new] if command == "rollback" else [new])
    assert process.returncode == 0
    assert rag("search", "owls", "--index", index_copy).exit_code == 0


@pytest.fixture
def watching(tmp_path: Path, bread: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "rag", "watch", str(bread), "--index", str(tmp_path / "index")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_a_watched_file_is_read_again_when_it_changes(
    tmp_path: Path, bread: Path, watching: subprocess.Popen[str]
) -> None:
    assert watching.stdout is not None
    assert watching.stderr is not None
    assert watching.stdout.readline().startswith("1 paper: 1 added")
    assert watching.stderr.readline() == "Watching. Press Ctrl+C to stop.\n"
    replacement = write_json_lines(tmp_path / "new.part", BREAD, RYE)
    replacement.replace(bread)  # as most programs write a file
    assert watching.stdout.readline().startswith("2 papers: 1 added, 0 changed, 0 removed, 1 unchanged")
    bread.write_text("")
    assert "The index stays as it is. No paper could be read" in watching.stderr.readline()
    write_json_lines(tmp_path / "new.part", {"title": "Oats", "abstract": "We cook oats."}).replace(bread)
    refusal = "The index stays as it is. This removes 2 papers of the index and keeps 0. If that is what you want, "
    assert watching.stderr.readline() == f"{refusal}repeat the command with --yes.\n"
    accepted = rag("add", bread, "--yes", "--index", tmp_path / "index")
    assert accepted.stdout.startswith("1 paper: 1 added, 0 changed, 2 removed, 0 unchanged")
